"""A worker killed in the middle of an assignment: the request stands, and another worker makes one whole plan.

A server killed in the middle of a publication: nobody has a film, or everybody has.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from random import Random

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from portal import clock
from portal.audit import AuditRecord
from portal.jury.assigning import service as assigning
from portal.jury.assigning import storing
from portal.jury.assigning.models import Assignment, AssignmentRun
from portal.jury.models import Round
from portal.jury.rounds import setup
from portal.lifecycles import AssignmentState, RoundState, RunState
from portal.mail.models import OutgoingMail
from portal.policies import SYSTEM
from portal.settings import Settings
from tests import builders
from tests.jury.conftest import Jury, build
from tests.resilience.crew import Crew, idle

FILMS, MORE_JURORS, SEATS_PER_FILM = 400, 10, 3
GENRES = ("drama", "comedy", "documentary")
Count = Callable[..., int]
Lapse = Callable[[type[AssignmentRun]], int]


@pytest.fixture
def asked(session: Session) -> tuple[Jury, int]:
    """A round that takes a second or more to solve, whose assignment was asked for while nobody listened."""
    jury = build(session, FILMS)
    chance = Random(5)
    for film in jury.films:
        film.runtime_s, film.genre = chance.randint(60, 1200), chance.choice(GENRES)
    for n in range(MORE_JURORS):
        person, panel = builders.person(session), jury.round.panels[n % len(jury.round.panels)]
        setup.seat_juror(session, jury.round, panel, person.id, languages=["ko"], genres=[GENRES[n % 3]], by=SYSTEM)
    jury.round.floor_bp = 3000
    run = assigning.request_assignment(session, jury.round, by=jury.actor(jury.chair))
    session.commit()
    return jury, run.id


def one_whole_plan(session: Session, jury: Jury, run_id: int) -> None:
    run = session.get_one(AssignmentRun, run_id, populate_existing=True)
    assert (run.state, run.lease_until, run.last_error) == (RunState.PROPOSED, None, None)
    assert session.get_one(Round, jury.round.id, populate_existing=True).state == RoundState.PROPOSED
    rows = session.execute(sa.select(Assignment.entry_id, Assignment.juror_id)).all()
    assert set(Counter(row.entry_id for row in rows).values()) == {SEATS_PER_FILM}
    assert len({tuple(row) for row in rows}) == len(rows) == FILMS * SEATS_PER_FILM
    proposals = sa.select(sa.func.count()).where(AuditRecord.verb == "run.proposed")
    assert session.scalar(proposals) == 1


def nothing_done(count: Count, tries: int) -> bool:
    """The request stands and nothing of a plan is there."""
    asking = count(AssignmentRun, AssignmentRun.state == RunState.WANTED, AssignmentRun.attempts == tries) == 1
    return asking and count(Assignment) == 0


def test_killed_while_it_solves_and_again_while_it_stores(
    asked: tuple[Jury, int],
    hands: Crew,
    session: Session,
    sessions: sessionmaker[Session],
    count: Count,
    let_leases_lapse: Lapse,
) -> None:
    jury, run_id = asked
    session.rollback()
    hands.start("worker")
    hands.ring("jury.assign", run_id)
    hands.until(lambda: count(AssignmentRun, AssignmentRun.lease_until.is_not(None)))
    hands.kill("worker")
    assert nothing_done(count, tries=1)
    assert let_leases_lapse(AssignmentRun) == 1

    hands.start("worker")
    hands.until(lambda: count(AssignmentRun, AssignmentRun.lease_until > clock.now()), sweeping=True)
    with sessions() as other:  # holds the lock that the worker needs, on PostgreSQL in the middle of its transaction
        postgres = other.get_bind().dialect.name == "postgresql"
        other.execute(sa.text("LOCK TABLE assignments IN SHARE MODE" if postgres else "SELECT 1"))
        hands.until(lambda: idle(hands.pid("worker")))
        hands.kill("worker")
    assert nothing_done(count, tries=2)
    assert let_leases_lapse(AssignmentRun) == 1

    hands.start("worker")
    hands.until(lambda: count(AssignmentRun, AssignmentRun.state == RunState.PROPOSED), sweeping=True)
    one_whole_plan(session, jury, run_id)


DIES = """
import os, signal
from portal import db
from portal.jury.assigning import service
from portal.jury.models import Round
from portal.policies import Actor
from portal.settings import Settings

with db.unit_of_work(db.sessions(Settings.from_env())) as session:
    service.publish(session, session.get_one(Round, {round_id}), by=Actor("person", {chair}))
    session.flush()
    if {dies}:
        os.kill(os.getpid(), signal.SIGKILL)
"""


def test_killed_while_it_publishes(session: Session, environment: Settings, count: Count) -> None:
    """In a process of its own, killed between its last statement and its commit; then pressed again."""
    jury = build(session)
    storing.make(session, assigning.request_assignment(session, jury.round, by=jury.actor(jury.chair)))
    session.commit()
    round_id, chair = jury.round.id, jury.chair.id
    session.rollback()
    for dies, code in ((True, -signal.SIGKILL), (False, 0), (False, 0)):
        script = DIES.format(round_id=round_id, chair=chair, dies=dies)
        assert subprocess.run([sys.executable, "-c", script], timeout=60, check=False).returncode == code
        shown = 0 if dies else 18
        assert count(Assignment, Assignment.state == AssignmentState.PUBLISHED) == shown
        assert count(Round, Round.state == RoundState.OPEN) == (0 if dies else 1)
        assert count(OutgoingMail, OutgoingMail.kind == "jury_published") == (0 if dies else 6)
