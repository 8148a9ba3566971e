"""A worker's hold: on a run for its plan, on a round for its results; taken, given back with its error, given up.

A claim is to be committed before the work begins: a try that kills its worker counts as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, claims, clock, doorbell
from portal.db import Claimable
from portal.jury import queries
from portal.jury.assigning.models import AssignmentRun
from portal.jury.models import Round
from portal.lifecycles import RoundState, RunState, advance
from portal.policies import SYSTEM, Actor

LEASE = timedelta(minutes=2)
LONGEST_ERROR = 2000


def waiting(session: Session) -> Sequence[int]:
    """Runs whose plan has been asked for and not been made."""
    return claims.waiting(session, AssignmentRun, AssignmentRun.state == RunState.WANTED)


def take(session: Session, run_id: int) -> AssignmentRun | None:
    """Claim a run that waits for its plan; None when it is not to be had, or was tried as often as may be."""
    run = claims.claim(session, AssignmentRun, run_id, AssignmentRun.state == RunState.WANTED, lease=LEASE)
    if run is not None and run.attempts > claims.MAX_ATTEMPTS:
        _fail(session, run)
        return None
    return run


def _fail(session: Session, run: AssignmentRun) -> None:
    """Nothing was changed; a round without a plan is being set up again."""
    round_ = session.get_one(Round, run.round_id, with_for_update=True)
    reason = _give_up(run)
    run.settled_at = clock.now()
    advance(session, run, RunState.FAILED, by=SYSTEM, reason=reason)
    if round_.state == RoundState.ASSIGNING:
        advance(session, round_, RoundState.SETUP, by=SYSTEM, reason=reason)


def take_results(session: Session, round_id: int) -> bool:
    """Claim a round whose results are to be worked out; False as above.

    Giving up leaves the results as they were, and all sheets so far count as looked at: a new one is tried anew.
    """
    round_ = claims.claim(session, Round, round_id, Round.state != RoundState.ASSIGNING, lease=LEASE)
    if round_ is not None and round_.attempts > claims.MAX_ATTEMPTS:
        reason = _give_up(round_)
        round_.attempts, round_.results_at = 0, clock.now()
        known = queries.events_of(session, round_.id)
        round_.results_note = {**round_.results_note, "error": reason, "events": known}
        audit.record(session, SYSTEM, "round.results_failed", round_, reason=reason)
        return False
    return round_ is not None


def _give_up(row: Claimable) -> str:
    reason = row.last_error or "the worker ended in the middle of it"
    claims.settle(row, error=reason)
    return reason


def wanted(session: Session, run_id: int) -> AssignmentRun | None:
    """The run, locked for the end of a try; None when nobody waits for its plan any more."""
    round_id = session.scalar(sa.select(AssignmentRun.round_id).where(AssignmentRun.id == run_id))
    session.execute(sa.select(Round.id).where(Round.id == round_id).with_for_update())
    run = session.get_one(AssignmentRun, run_id, with_for_update=True, populate_existing=True)
    return run if run.state == RunState.WANTED else None


def done(row: Claimable) -> None:
    """The work is done: whatever comes next has all its tries."""
    claims.settle(row)
    row.attempts = 0


def give_back(session: Session, run_id: int, error: str) -> None:
    """Let the plan be tried again by whoever comes next."""
    if run := wanted(session, run_id):
        claims.settle(run, error=error[:LONGEST_ERROR])


def give_back_results(session: Session, round_id: int, error: str) -> None:
    """Let its results be tried again by whoever comes next."""
    claims.settle(session.get_one(Round, round_id, with_for_update=True), error=error[:LONGEST_ERROR])


def ask_results_again(session: Session, round_: Round, *, by: Actor) -> None:
    """Try anew what was given up; without a failure there is nothing to ask for."""
    if "error" not in round_.results_note:
        return
    round_.results_note = {key: value for key, value in round_.results_note.items() if key != "error"}
    round_.results_at = round_.last_error = None
    audit.record(session, by, "round.results_asked", round_)
    doorbell.after_commit(session, "jury.calibrate", round_.id)
