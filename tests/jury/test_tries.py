"""A round whose plan or results fail: three tries, then back to the chair with the reason."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
import time_machine
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal import claims, clock
from portal.jury import queries
from portal.jury.assigning import service as assigning
from portal.jury.assigning import storing, tries
from portal.jury.assigning.models import AssignmentRun
from portal.jury.models import Round
from portal.jury.results.models import Result
from portal.jury.scoring import service as scoring
from portal.lifecycles import RoundState, RunState
from tests.jury.conftest import Jury
from workers.jury import calibrate


def ask(jury: Jury, session: Session) -> AssignmentRun:
    round_ = session.get_one(Round, jury.round.id, populate_existing=True)
    run = assigning.request_assignment(session, round_, by=jury.actor(jury.chair))
    session.commit()
    return run


def fail(session: Session, run: AssignmentRun) -> None:
    assert tries.take(session, run.id)
    tries.give_back(session, run.id, "ValueError('no <numbers>')")
    session.commit()


def test_the_fourth_try_gives_up_and_the_chair_reads_why(
    jury: Jury, session: Session, sign_in: Callable[..., FlaskClient]
) -> None:
    run = ask(jury, session)
    for _ in range(claims.MAX_ATTEMPTS):
        fail(session, run)
    assert not tries.take(session, run.id)
    session.commit()
    assert (run.state, run.lease_until) == (RunState.FAILED, None)
    assert session.get_one(Round, jury.round.id).state == RoundState.SETUP
    code = jury.round.code
    session.commit()
    page = sign_in(jury.chair.id).get(f"/en/ops/rounds/{code}/assignment").text
    assert "The plan could not be worked out" in page
    assert "ValueError(&#39;no &lt;numbers&gt;&#39;)" in page
    again = ask(jury, session)
    assert (again.state, again.attempts, again.last_error) == (RunState.WANTED, 0, None)
    assert tries.take(session, again.id)


def test_a_worker_killed_each_time_is_a_failure_too(jury: Jury, session: Session) -> None:
    run = ask(jury, session)
    for n in range(claims.MAX_ATTEMPTS):
        with time_machine.travel(clock.now() + (n + 1) * 2 * tries.LEASE):
            assert tries.take(session, run.id)
            session.commit()
    with time_machine.travel(clock.now() + 10 * tries.LEASE):
        assert not tries.take(session, run.id)
    assert (run.state, run.last_error) == (RunState.FAILED, "the worker ended in the middle of it")


def test_only_one_worker_has_it(jury: Jury, session: Session) -> None:
    run = ask(jury, session)
    assert tries.take(session, run.id)
    assert not tries.take(session, run.id)


def test_an_error_that_comes_late_changes_nothing(jury: Jury, session: Session) -> None:
    run = ask(jury, session)
    storing.make(session, run)
    assert tries.wanted(session, run.id) is None
    tries.give_back(session, run.id, "late")
    assert run.last_error is None


def hand_in(jury: Jury, session: Session, person: int = 0) -> None:
    """A sheet of one juror, complete."""
    row = next(one for one in queries.queue(session, jury.jurors[person].id) if not one.done)
    assignment = queries.assignment_to_score(session, row.code)
    assert assignment is not None
    criteria = queries.weights(session, assignment)
    scores = dict.fromkeys((one.id for one in criteria), 7)
    scoring.submit(session, assignment, criteria, scores=scores, comment="", by=jury.actor(jury.people[person]))
    session.commit()


@pytest.fixture
def spoilt(published: Jury, session: Session) -> Jury:
    """Everybody's sheets, in a round with a seed no form can set and nobody can draw with."""
    for person in range(len(published.jurors) - 1):
        for _ in queries.queue(session, published.jurors[person].id):
            hand_in(published, session, person)
    session.execute(sa.update(Round).values(seed=-1))
    session.commit()
    return published


@pytest.mark.usefixtures("environment")
def test_results_that_fail_three_times_are_left_as_they_were(
    spoilt: Jury, session: Session, sign_in: Callable[..., FlaskClient]
) -> None:
    for _ in range(claims.MAX_ATTEMPTS):
        assert list(queries.waiting_for_results(session)) == [spoilt.round.id]
        session.commit()
        with pytest.raises(ValueError, match="non-negative"):
            calibrate(spoilt.round.id)
    calibrate(spoilt.round.id)
    round_ = session.get_one(Round, spoilt.round.id, populate_existing=True)
    assert (round_.attempts, round_.lease_until, list(queries.waiting_for_results(session))) == (0, None, [])
    session.commit()
    page = sign_in(spoilt.chair.id).get(f"/en/ops/results/{round_.code}").text
    assert "The results could not be worked out" in page
    assert "ValueError" in page


@pytest.mark.usefixtures("environment")
def test_results_given_up_are_tried_again_when_asked_or_with_a_new_sheet(
    spoilt: Jury, session: Session, sign_in: Callable[..., FlaskClient]
) -> None:
    round_ = session.get_one(Round, spoilt.round.id, populate_existing=True)
    for _ in range(2):
        for _ in range(claims.MAX_ATTEMPTS):
            assert tries.take_results(session, round_.id)
            tries.give_back_results(session, round_.id, "it broke")
        assert not tries.take_results(session, round_.id)
        session.commit()
        chair = sign_in(spoilt.chair.id)
        assert chair.post(f"/en/ops/results/{round_.code}/work-out").status_code == 303
        session.refresh(round_)
        assert list(queries.waiting_for_results(session)) == [round_.id]
        session.commit()
    session.execute(sa.update(Round).values(seed=2024))
    session.commit()
    hand_in(spoilt, session, len(spoilt.jurors) - 1)
    calibrate(round_.id)
    session.refresh(round_)
    assert (round_.attempts, round_.last_error, "error" in round_.results_note) == (0, None, False)
    assert session.scalar(sa.select(sa.func.count()).select_from(Result)) == len(spoilt.films)


def test_results_are_worked_out_by_one_worker_at_a_time(published: Jury, session: Session) -> None:
    hand_in(published, session)
    assert tries.take_results(session, published.round.id)
    assert not tries.take_results(session, published.round.id)
    assert list(queries.waiting_for_results(session)) == []
