"""A small round: six eligible films, three panels of two jurors each, a chair and two organizers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from portal import clock
from portal.accounts.models import Person
from portal.calls.models import Call, Edition
from portal.entries.models import Entry
from portal.jury import queries
from portal.jury.assigning import service as assigning
from portal.jury.assigning import storing
from portal.jury.models import Juror, Round
from portal.jury.rounds import setup
from portal.lifecycles import EntryState
from portal.policies import Actor, Grant, Role, Scope
from tests import builders


@dataclass
class Jury:
    """Everything a jury test needs."""

    edition: Edition
    call: Call
    round: Round
    films: list[Entry]
    jurors: list[Juror]
    people: list[Person]
    chair: Person
    organizer: Person
    maker: Person

    def actor(self, person: Person, role: Role = Role.CHAIR) -> Actor:
        return builders.actor(person, Grant(role, Scope.EDITION, self.edition.id))


def build(session: Session, films: int = 6) -> Jury:
    edition = builders.edition(session)
    call = builders.call(session, edition)
    chair, organizer, maker = (builders.person(session) for _ in range(3))
    builders.grant(session, chair, Role.CHAIR, Scope.EDITION, edition.id)
    builders.grant(session, organizer, Role.ORGANIZER, Scope.EDITION, edition.id)
    entries = [
        builders.entry(session, call, maker, state=EntryState.ELIGIBLE, runtime_s=300, submitted_at=clock.now())
        for _ in range(films)
    ]
    made = setup.make_round(
        session, call, name_ko="예심", name_en="First", due_at=clock.now() + timedelta(days=7), by=Actor("system")
    )
    made.band_bp = 3000
    session.flush()
    code = made.code
    session.expire(made)
    round_ = queries.round_by_code(session, code)
    assert round_ is not None
    people = [builders.person(session, language="en" if n == 5 else "ko") for n in range(6)]
    for person in people:
        builders.grant(session, person, Role.JUROR, Scope.EDITION, edition.id)
    jurors = [
        setup.seat_juror(
            session, round_, round_.panels[n % 3], person.id, languages=["ko"], genres=["drama"], by=Actor("system")
        )
        for n, person in enumerate(people)
    ]
    session.commit()
    return Jury(edition, call, round_, entries, jurors, people, chair, organizer, maker)


@pytest.fixture
def jury(session: Session) -> Jury:
    """The round, committed."""
    return build(session)


@pytest.fixture
def published(jury: Jury, session: Session) -> Jury:
    """The same with an assignment made by the engine and shown to the jurors."""
    publish(session, jury)
    return jury


def publish(session: Session, jury: Jury) -> None:

    chair = jury.actor(jury.chair)
    storing.make(session, assigning.request_assignment(session, jury.round, by=chair))
    assigning.publish(session, jury.round, by=chair)
    session.commit()


@pytest.fixture
def own_film(published: Jury, session: Session) -> Callable[[int], str]:
    """The code of the first film of juror number n."""

    def first(n: int) -> str:
        code = queries.queue(session, published.jurors[n].id)[0].code
        session.commit()  # a reading transaction would keep SQLite's writers out
        return code

    return first
