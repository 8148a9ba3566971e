"""A worker killed in the middle of an assignment: the request stands, and another worker makes one whole plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from random import Random

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from portal import clock
from portal.audit import AuditRecord
from portal.jury.assigning import service as assigning
from portal.jury.assigning.models import Assignment
from portal.jury.models import Round
from portal.jury.rounds import setup
from portal.lifecycles import RoundState
from portal.policies import SYSTEM
from tests import builders
from tests.jury.conftest import Jury, build
from tests.resilience.crew import Crew, idle

FILMS, MORE_JURORS, SEATS_PER_FILM = 400, 10, 3
GENRES = ("drama", "comedy", "documentary")
Count = Callable[..., int]
Lapse = Callable[[type[Round]], int]


@pytest.fixture
def asked(session: Session) -> Jury:
    """A round that takes a second or more to solve, whose assignment was asked for while nobody listened."""
    jury = build(session, FILMS)
    chance = Random(5)
    for film in jury.films:
        film.runtime_s, film.genre = chance.randint(60, 1200), chance.choice(GENRES)
    for n in range(MORE_JURORS):
        person, panel = builders.person(session), jury.round.panels[n % len(jury.round.panels)]
        setup.seat_juror(session, jury.round, panel, person.id, languages=["ko"], genres=[GENRES[n % 3]], by=SYSTEM)
    jury.round.floor_bp = 3000
    assigning.request_assignment(session, jury.round, by=jury.actor(jury.chair))
    session.commit()
    return jury


def one_whole_plan(session: Session, jury: Jury) -> None:
    round_ = session.get_one(Round, jury.round.id, populate_existing=True)
    assert (round_.state, round_.lease_until, round_.last_error) == (RoundState.PROPOSED, None, None)
    rows = session.execute(sa.select(Assignment.entry_id, Assignment.juror_id)).all()
    assert set(Counter(row.entry_id for row in rows).values()) == {SEATS_PER_FILM}
    assert len({tuple(row) for row in rows}) == len(rows) == FILMS * SEATS_PER_FILM
    proposals = sa.select(sa.func.count()).where(AuditRecord.verb == "round.proposed")
    assert session.scalar(proposals) == 1


def nothing_done(count: Count, tries: int) -> bool:
    """The request stands and nothing of a plan is there."""
    asking = count(Round, Round.state == RoundState.ASSIGNING, Round.attempts == tries) == 1
    return asking and count(Assignment) == 0


def test_killed_while_it_solves_and_again_while_it_stores(
    asked: Jury, hands: Crew, session: Session, sessions: sessionmaker[Session], count: Count, let_leases_lapse: Lapse
) -> None:
    hands.start("worker")
    hands.ring("jury.assign", asked.round.id)
    hands.until(lambda: count(Round, Round.lease_until.is_not(None)))
    hands.kill("worker")
    assert nothing_done(count, tries=1)
    assert let_leases_lapse(Round) == 1

    hands.start("worker")
    hands.until(lambda: count(Round, Round.lease_until > clock.now()), sweeping=True)
    with sessions() as other:  # holds the lock that the worker needs, on PostgreSQL in the middle of its transaction
        postgres = other.get_bind().dialect.name == "postgresql"
        other.execute(sa.text("LOCK TABLE assignments IN SHARE MODE" if postgres else "SELECT 1"))
        hands.until(lambda: idle(hands.pid("worker")))
        hands.kill("worker")
    assert nothing_done(count, tries=2)
    assert let_leases_lapse(Round) == 1

    hands.start("worker")
    hands.until(lambda: count(Round, Round.state == RoundState.PROPOSED), sweeping=True)
    one_whole_plan(session, asked)
