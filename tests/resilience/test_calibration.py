"""A worker killed between the last statement of new results and their commit: the old stand, the next try is whole."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.jury import queries
from portal.jury.assigning.models import Assignment
from portal.jury.models import Round
from portal.jury.results import service as results
from portal.jury.results.models import Result, Severity
from portal.jury.scoring import service as scoring
from portal.policies import SYSTEM
from portal.settings import Settings
from tests.jury.conftest import Jury, build, publish
from workers.jury import calibrate

Lapse = Callable[[type[Round]], int]
DIES = """
import os, signal
from portal.jury.results import service
import workers.jury as worker

recompute = service.recompute

def killed(session, round_):
    recompute(session, round_)
    session.flush()
    os.kill(os.getpid(), signal.SIGKILL)

worker.results.recompute = killed
worker.calibrate({round_id})
"""


@pytest.fixture
def published(session: Session) -> Jury:
    """A round whose jurors have their films."""
    jury = build(session)
    publish(session, jury)
    return jury


def hand_in(session: Session, score: int, count: int) -> None:
    """So many more sheets with one score everywhere."""
    waiting = sa.select(Assignment.code).where(Assignment.state.in_(queries.TO_SCORE)).order_by(Assignment.id)
    for code in session.scalars(waiting.limit(count)).all():
        found = queries.assignment_to_score(session, code)
        assert found is not None
        criteria = queries.weights(session, found)
        scoring.submit(session, found, criteria, scores={one.id: score for one in criteria}, comment="", by=SYSTEM)
    session.commit()


def told(session: Session) -> list[tuple[int, int, float]]:
    """Film, number of scores, corrected score of every result; and nothing that is half written."""
    rows = session.execute(sa.select(Result.entry_id, Result.n, Result.score).order_by(Result.entry_id)).all()
    session.rollback()
    return [(row.entry_id, row.n, round(row.score, 9)) for row in rows]


def test_killed_in_the_middle_results_are_the_old_ones_and_then_the_new(
    published: Jury, session: Session, environment: Settings, let_leases_lapse: Lapse
) -> None:
    round_id = published.round.id
    hand_in(session, 6, 9)
    calibrate(round_id)
    before = told(session)
    assert sum(n for _, n, _ in before) == 9
    hand_in(session, 9, 9)
    script = DIES.format(round_id=round_id)
    ended = subprocess.run([sys.executable, "-c", script], timeout=60, check=False).returncode
    assert ended == -signal.SIGKILL
    assert told(session) == before
    assert list(queries.waiting_for_results(session)) == []  # the dead one still holds its lease
    session.rollback()
    assert let_leases_lapse(Round) == 1
    assert list(queries.waiting_for_results(session)) == [round_id]
    session.rollback()
    calibrate(round_id)
    after = told(session)
    assert sum(n for _, n, _ in after) == 18
    assert session.scalar(sa.select(sa.func.count()).select_from(Severity)) == 6
    fresh = session.get_one(Round, round_id, populate_existing=True)
    assert (fresh.lease_until, fresh.attempts, fresh.last_error) == (None, 0, None)
    results.recompute(session, fresh)
    assert told(session) == after
