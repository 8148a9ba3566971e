"""What is public is cancelled by two people; what nobody knows of, by one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from portal.accounts.models import Person
from portal.audit import AuditRecord
from portal.db import unit_of_work
from portal.errors import Invalid
from portal.lifecycles import GuestState, ScreeningState
from portal.mail.models import OutgoingMail
from portal.policies import SYSTEM, Actor
from portal.programme import queries, service
from portal.programme.models import Screening
from tests.programme import rows


def actor(person: Person) -> Actor:
    return Actor("person", person.id, frozenset())


@pytest.fixture
def two(session: Session) -> tuple[Screening, Actor, Actor]:
    screening = rows.on_sale(session)
    edition = queries.edition_on(session, rows.evening().date())
    assert edition is not None
    return screening, actor(rows.programmer(session, edition)), actor(rows.programmer(session, edition))


def test_one_asks_and_another_confirms(session: Session, two: tuple[Screening, Actor, Actor]) -> None:
    screening, one, other = two
    with pytest.raises(Invalid, match="another confirms"):
        service.cancel(session, screening, reason="비", by=one)
    with pytest.raises(Invalid, match="Nobody asks"):
        service.confirm_cancellation(session, screening, by=other)
    service.ask_cancellation(session, screening, reason="비", by=one)
    service.ask_cancellation(session, screening, reason="눈", by=other)
    with pytest.raises(Invalid, match="Somebody else"):
        service.confirm_cancellation(session, screening, by=one)
    assert (screening.state, screening.cancel_reason) == (ScreeningState.BOOKING, "비")
    service.take_back_cancellation(session, screening, by=other)
    service.take_back_cancellation(session, screening, by=other)
    assert (screening.cancel_reason, screening.cancel_asked_at) == ("", None)
    service.ask_cancellation(session, screening, reason="비", by=other)
    service.confirm_cancellation(session, screening, by=one)
    service.confirm_cancellation(session, screening, by=one)
    session.commit()
    assert (screening.state, screening.cancelled_by_id) == (ScreeningState.CANCELLED, one.person_id)


def test_the_database_knows_two_people(session: Session, two: tuple[Screening, Actor, Actor]) -> None:
    screening, one, _other = two
    service.ask_cancellation(session, screening, reason="비", by=one)
    screening.cancelled_by_id = one.person_id
    with pytest.raises(IntegrityError):
        session.flush()


def test_what_is_not_public_is_cancelled_at_once(session: Session) -> None:
    edition = rows.edition(session)
    screening = rows.screening(
        session, rows.package(session, edition, rows.film(session, edition)), rows.hall(session, edition)
    )
    one = actor(rows.programmer(session, edition))
    with pytest.raises(Invalid, match="second person"):
        service.ask_cancellation(session, screening, reason="비", by=one)
    service.cancel(session, screening, reason="비", by=one)
    service.cancel(session, screening, reason="비", by=one)
    assert (screening.state, screening.cancelled_by_id) == (ScreeningState.CANCELLED, one.person_id)


def test_guests_of_what_never_was_public_hear_at_once(session: Session) -> None:
    """No release will tell them: it names only what is public, or was."""
    edition = rows.edition(session)
    screening = rows.screening(
        session, rows.package(session, edition, rows.film(session, edition)), rows.hall(session, edition)
    )
    talk = rows.talk(session, screening, "han", "oh")
    service.answer(session, talk.guests[1], GuestState.DECLINED, by=SYSTEM)
    with pytest.raises(Invalid, match="limit"):
        service.cancel(session, screening, reason="비" * 301, by=SYSTEM)
    for _again in range(2):
        service.cancel(session, screening, reason="비", by=SYSTEM)
    session.commit()
    told = sa.select(OutgoingMail.recipient).where(OutgoingMail.kind == "qa_called_off")
    assert session.scalars(told).all() == ["han@example.test"]


def test_taken_back_meanwhile_is_not_confirmed(
    session: Session,
    sessions: sessionmaker[Session],
    two: tuple[Screening, Actor, Actor],
) -> None:
    """The second person's page is old: the request was taken back after it was drawn."""
    screening, one, other = two
    service.ask_cancellation(session, screening, reason="비", by=one)
    session.commit()
    with sessions() as second:
        seen = queries.screening_by_code(second, screening.code)
        assert seen is not None
        second.commit()
        service.take_back_cancellation(session, screening, by=one)
        session.commit()
        with pytest.raises(Invalid, match="Nobody asks"):
            service.confirm_cancellation(second, seen, by=other)


def test_asked_again_while_the_other_confirms_twice_at_once(
    session: Session, sessions: sessionmaker[Session], two: tuple[Screening, Actor, Actor]
) -> None:
    screening, one, other = two
    service.ask_cancellation(session, screening, reason="비", by=one)
    session.commit()
    screening_id = screening.id
    session.commit()

    def step(name: str) -> None:
        with unit_of_work(sessions) as own:
            found = own.get_one(Screening, screening_id)
            if name == "ask":
                service.ask_cancellation(own, found, reason="눈", by=one)
            else:
                service.confirm_cancellation(own, found, by=other)

    with ThreadPoolExecutor(3) as people:
        list(people.map(step, ("confirm", "ask", "confirm")))
    session.refresh(screening)
    assert (screening.state, screening.cancel_reason) == (ScreeningState.CANCELLED, "비")
    assert (screening.cancel_asked_by_id, screening.cancelled_by_id) == (one.person_id, other.person_id)
    cancelled = sa.select(sa.func.count()).where(AuditRecord.verb == "screening.cancelled")
    assert session.scalar(cancelled) == 1
