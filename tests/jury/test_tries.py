"""A round whose assignment fails: three tries, then back to the chair with the reason."""

from __future__ import annotations

from collections.abc import Callable

import time_machine
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal import claims, clock
from portal.jury import planning, tries
from portal.jury.models import Round
from portal.lifecycles import RoundState
from tests.jury.conftest import Jury


def ask(jury: Jury, session: Session) -> Round:
    round_ = session.get_one(Round, jury.round.id, populate_existing=True)
    planning.request_assignment(session, round_, by=jury.actor(jury.chair))
    session.commit()
    return round_


def fail(session: Session, round_: Round) -> None:
    assert tries.take(session, round_.id)
    tries.give_back(session, round_.id, "ValueError('no <numbers>')")
    session.commit()


def test_the_fourth_try_gives_up_and_the_chair_reads_why(
    jury: Jury, session: Session, sign_in: Callable[..., FlaskClient]
) -> None:
    round_ = ask(jury, session)
    for _ in range(claims.MAX_ATTEMPTS):
        fail(session, round_)
    assert not tries.take(session, round_.id)
    session.commit()
    assert (round_.state, round_.lease_until) == (RoundState.SETUP, None)
    page = sign_in(jury.chair.id).get(f"/en/ops/rounds/{round_.code}").text
    assert "The plan could not be worked out" in page
    assert "ValueError(&#39;no &lt;numbers&gt;&#39;)" in page
    ask(jury, session)
    assert (round_.state, round_.attempts, round_.last_error) == (RoundState.ASSIGNING, 0, None)
    assert tries.take(session, round_.id)


def test_a_worker_killed_each_time_is_a_failure_too(jury: Jury, session: Session) -> None:
    round_ = ask(jury, session)
    for n in range(claims.MAX_ATTEMPTS):
        with time_machine.travel(clock.now() + (n + 1) * 2 * tries.LEASE):
            assert tries.take(session, round_.id)
            session.commit()
    with time_machine.travel(clock.now() + 10 * tries.LEASE):
        assert not tries.take(session, round_.id)
    assert (round_.state, round_.last_error) == (RoundState.SETUP, "the worker ended in the middle of it")


def test_only_one_worker_has_it(jury: Jury, session: Session) -> None:
    round_ = ask(jury, session)
    assert tries.take(session, round_.id)
    assert not tries.take(session, round_.id)


def test_an_error_that_comes_late_changes_nothing(jury: Jury, session: Session) -> None:
    round_ = ask(jury, session)
    sheet = planning.instance_of(session, round_)
    planning.store(session, round_, sheet, planning.solve(sheet))
    assert tries.wanted(session, round_.id) is None
    tries.give_back(session, round_.id, "late")
    assert round_.last_error is None
