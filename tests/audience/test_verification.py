"""An address that nobody vouched for: its seats are kept until its owner confirms them, or go on."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session, sessionmaker

from portal import clock
from portal.audience import service
from portal.audience.terms import verify_by
from portal.db import unit_of_work
from portal.errors import Invalid
from portal.lifecycles import SeatState
from portal.policies import VISITOR
from portal.programme.models import Screening
from tests.audience.people import ask, book, mails
from tests.programme import rows
from workers.audience import offer
from workers.sweep import SWEEPS


def test_the_ticket_comes_when_the_owner_says_so(session: Session) -> None:
    screening = rows.on_sale(session)
    booking = service.book(session, screening, ask("han", vouched=False), by=VISITOR)
    assert (booking.state, booking.verified_at, screening.taken) == (SeatState.CONFIRMED, None, 1)
    assert (mails(session, "seat_to_confirm"), mails(session, "ticket")) == (["han@example.test"], [])
    service.verify(session, booking, by=VISITOR)
    service.verify(session, booking, by=VISITOR)
    assert booking.verify_by is None
    assert mails(session, "ticket") == ["han@example.test"]


def test_what_nobody_confirms_goes_to_the_waiting(session: Session, environment: object) -> None:
    screening = rows.on_sale(session, seats=1)
    booking = service.book(session, screening, ask("han", vouched=False), by=VISITOR)
    waiting = book(session, screening, "oh")
    session.commit()
    assert SWEEPS["audience.offer"](session) == []
    booking.verify_by = clock.now() - timedelta(seconds=1)
    session.commit()
    [due] = SWEEPS["audience.offer"](session)
    session.rollback()
    offer(due)
    session.expire_all()
    assert (booking.state, waiting.state, screening.taken) == (SeatState.EXPIRED, SeatState.OFFERED, 1)
    assert mails(session, "seat_unconfirmed") == ["han@example.test"]
    with pytest.raises(Invalid):
        service.verify(session, booking, by=VISITOR)


def test_an_offer_that_came_by_mail_is_confirmed_by_taking_it(session: Session) -> None:
    screening = rows.on_sale(session, seats=1)
    first = book(session, screening, "a")
    second = service.book(session, screening, ask("b", vouched=False), may_wait=True, by=VISITOR)
    assert second.verify_by is None
    service.cancel(session, first, by=VISITOR)
    service.accept(session, second, by=VISITOR)
    assert second.verified_at is not None
    assert mails(session, "ticket") == ["a@example.test", "b@example.test"]


def test_what_a_stranger_booked_gives_way_to_the_owner_of_the_address(session: Session) -> None:
    screening = rows.on_sale(session, seats=3)
    strangers = service.book(session, screening, ask("han", 3, vouched=False), by=VISITOR)
    waiting = book(session, screening, "oh", 2)
    own = service.book(session, screening, ask("han", 1), code="ABCDEFGHJK", by=VISITOR)
    assert service.book(session, screening, ask("han", 1), code="ABCDEFGHJK", by=VISITOR) is own
    assert (strangers.state, own.state, waiting.state) == (SeatState.CANCELLED, SeatState.CONFIRMED, SeatState.OFFERED)
    assert screening.taken == 3
    assert service.book(session, screening, ask("han", 2, vouched=False), by=VISITOR) is own


def test_the_owner_at_two_browsers_takes_the_strangers_seat_once(sessions: sessionmaker[Session]) -> None:
    with unit_of_work(sessions) as session:
        screening = rows.on_sale(session, seats=1)
        service.book(session, screening, ask("han", vouched=False), by=VISITOR)
        screening_id = screening.id

    def come(_: int) -> int:
        with unit_of_work(sessions) as session:
            return service.book(session, session.get_one(Screening, screening_id), ask("han"), by=VISITOR).id

    with ThreadPoolExecutor(2) as two:
        assert len(set(two.map(come, range(2)))) == 1
    with sessions() as session:
        assert session.get_one(Screening, screening_id).taken == 1


def test_the_owner_inherits_the_place_on_the_list(session: Session) -> None:
    screening = rows.on_sale(session, seats=1)
    book(session, screening, "a")
    service.book(session, screening, ask("han", vouched=False), may_wait=True, by=VISITOR)
    assert book(session, screening, "oh").position == 2
    assert [book(session, screening, "han").position for _twice in range(2)] == [1, 1]
    assert book(session, screening, "choi").position == 3


@pytest.mark.parametrize("minutes,left", [(60 * 24 * 9, 60 * 24), (60 * 5, 60 * 4), (70, 30), (10, 30)])
def test_how_long_there_is_to_confirm(minutes: int, left: int) -> None:
    now = clock.now()
    assert verify_by(now, now + timedelta(minutes=minutes)) - now == timedelta(minutes=left)
