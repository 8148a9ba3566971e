"""Assigning jurors and recomputing results."""

from __future__ import annotations

from portal.jury.assigning import replaying, solving, storing, tries
from portal.jury.assigning.models import AssignmentRun
from portal.jury.invitations import service as invitations
from portal.jury.models import Round
from portal.jury.results import service as results
from portal.jury.rounds import comparing, planner
from portal.jury.tiebreak import counting
from workers.app import app
from workers.context import work


@app.task(name="jury.assign")
def assign(run_id: int) -> None:
    """Work out a wanted plan and store it; a killed worker leaves the request standing."""
    with work() as session:
        taken = tries.take(session, run_id)
    if not taken:
        return
    try:
        _assign(run_id)
    except Exception as error:
        with work() as session:
            tries.give_back(session, run_id, repr(error))
        raise


def _assign(run_id: int) -> None:
    with work() as session:
        sheet = storing.sheet_of(session, session.get_one(AssignmentRun, run_id))
    solved = solving.solve(sheet.instance, repair=sheet.repair)
    with work() as session:
        if run := tries.wanted(session, run_id):
            storing.store(session, run, sheet, solved)
            tries.done(run)


@app.task(name="jury.replay")
def replay(run_id: int) -> None:
    """Solve a stored instance again and note whether the same plan came out."""
    with work() as session:
        stored = replaying.take(session, run_id)
    if stored is None:
        return
    found = replaying.again(stored)
    with work() as session:
        replaying.note(session, run_id, found)


@app.task(name="jury.calibrate")
def calibrate(round_id: int) -> None:
    """Work out a round's results from its score sheets; whatever comes in meanwhile is found by the sweep."""
    with work() as session:
        taken = tries.take_results(session, round_id)
    if not taken:
        return
    try:
        _calibrate(round_id)
    except Exception as error:
        with work() as session:
            tries.give_back_results(session, round_id, repr(error))
        raise


def _calibrate(round_id: int) -> None:
    with work() as session:
        round_ = session.get_one(Round, round_id)
        results.recompute(session, round_)
        tries.done(round_)


@app.task(name="jury.compare")
def compare(round_id: int) -> None:
    """Play a round's possible plans through and keep what they bring."""
    with work() as session:
        taken = comparing.take(session, round_id)
    if not taken:
        return
    try:
        _compare(round_id)
    except Exception as error:
        with work() as session:
            comparing.give_back(session, round_id, repr(error))
        raise


def _compare(round_id: int) -> None:
    with work() as session:
        question = planner.question_of(session, session.get_one(Round, round_id))
    found = planner.answer(question)
    with work() as session:
        planner.store(session, question, found)


@app.task(name="jury.tiebreak")
def tiebreak(tiebreak_id: int) -> None:
    """Make a vote's ballots, or count them; whoever comes second finds it done."""
    with work() as session:
        counting.go_on(session, tiebreak_id)


@app.task(name="jury.fill_places")
def fill_places(round_id: int | None = None) -> None:
    """Let invitations lapse whose day has gone by, and make the next reserve ready for each free place.

    Without a round in every one that waits: a film that leaves the running does not know who judges it.
    """
    with work() as session:
        rounds = invitations.waiting(session) if round_id is None else [round_id]
    for one in rounds:
        with work() as session:
            invitations.fill_places(session, one)
