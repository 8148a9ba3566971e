"""Seats under a crowd, the waiting list, offers that run out, and the door; on real databases with real threads."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from portal import clock
from portal.audience import queries, service
from portal.audience.errors import Full, OfferGone
from portal.audience.models import Booking
from portal.audience.service import clockwork, quotas
from portal.audience.service import seats as counting
from portal.audit import AuditRecord
from portal.calls.models import Edition
from portal.db import unit_of_work
from portal.errors import Invalid
from portal.lifecycles import ScreeningState, SeatState
from portal.mail.models import OutgoingMail
from portal.policies import SYSTEM, VISITOR
from portal.programme import service as programme
from portal.programme.models import Hall, Screening
from tests import builders
from tests.programme import rows
from workers.audience import offer, tell
from workers.sweep import SWEEPS


def ask(n: int | str, party: int = 1) -> service.Ask:
    return service.Ask(f"관객 {n}", f"guest{n}@example.test", party, vouched=True)


def book(session: Session, screening: Screening, n: int | str, party: int = 1) -> Booking:
    return service.book(session, screening, ask(n, party), may_wait=True, by=VISITOR)


def mails(session: Session, kind: str) -> list[OutgoingMail]:
    return list(session.scalars(sa.select(OutgoingMail).where(OutgoingMail.kind == kind).order_by(OutgoingMail.id)))


def states(session: Session, screening: Screening) -> list[tuple[str, SeatState]]:
    query = sa.select(Booking.name, Booking.state).where(Booking.screening_id == screening.id).order_by(Booking.id)
    return [(name, state) for name, state in session.execute(query)]


def _on_postgres(sessions: sessionmaker[Session]) -> bool:
    with sessions() as session:
        return session.get_bind().dialect.name == "postgresql"


def run_out(session: Session, booking: Booking) -> None:
    booking.offered_until = clock.now() - timedelta(seconds=1)
    session.commit()


def test_a_crowd_gets_every_seat_and_a_dense_list(sessions: sessionmaker[Session]) -> None:
    with unit_of_work(sessions) as session:
        screening_id = rows.on_sale(session, seats=300).id

    def come(n: int) -> SeatState:
        with unit_of_work(sessions) as session:
            screening = session.get_one(Screening, screening_id)
            return book(session, screening, n).state

    # SQLite lets waiting writers starve; a festival sells its seats on PostgreSQL
    with ThreadPoolExecutor(16 if _on_postgres(sessions) else 4) as crowd:
        got = Counter(crowd.map(come, range(360)))
    assert got == {SeatState.CONFIRMED: 300, SeatState.WAITLISTED: 60}
    with sessions() as session:
        screening = session.get_one(Screening, screening_id)
        assert screening.taken == 300
        positions = session.scalars(sa.select(Booking.position).where(Booking.position.is_not(None)))
        assert sorted(positions) == list(range(1, 61))
        assert len(mails(session, "ticket")) == 300
        assert len(mails(session, "waitlisted")) == 60


def test_the_last_seat_goes_to_one_of_two(sessions: sessionmaker[Session]) -> None:
    with unit_of_work(sessions) as session:
        screening_id = rows.on_sale(session, seats=1).id

    def rush(n: int) -> str:
        with unit_of_work(sessions) as session:
            try:
                screening = session.get_one(Screening, screening_id)
                return service.book(session, screening, ask(n), by=VISITOR).state
            except Full as full:
                return f"full {full.left}"

    with ThreadPoolExecutor(2) as two:
        assert sorted(two.map(rush, range(2))) == ["confirmed", "full 0"]


def test_one_form_sent_many_times_at_once_is_one_booking(sessions: sessionmaker[Session]) -> None:
    with unit_of_work(sessions) as session:
        screening_id = rows.on_sale(session, seats=10).id

    def click(_: int) -> int:
        with unit_of_work(sessions) as session:
            screening = session.get_one(Screening, screening_id)
            return service.book(session, screening, ask("한 사람", 2), code="ABCDEFGHJK", by=VISITOR).id

    with ThreadPoolExecutor(8) as clicks:
        assert len(set(clicks.map(click, range(8)))) == 1
    with sessions() as session:
        assert session.get_one(Screening, screening_id).taken == 2
        assert len(mails(session, "ticket")) == 1


def test_the_database_itself_refuses_a_seat_too_many(session: Session) -> None:
    screening = rows.on_sale(session, seats=2)
    assert counting.take(session, screening, 2)
    assert not counting.take(session, screening, 1)
    with pytest.raises(IntegrityError):
        session.execute(sa.update(Screening).values(taken=3))


def test_a_party_that_does_not_fit_is_told_how_many_are_left(session: Session) -> None:
    screening = rows.on_sale(session, seats=3)
    book(session, screening, 1)
    with pytest.raises(Full) as full:
        service.book(session, screening, ask(2, 4), by=VISITOR)
    assert full.value.left == 2
    assert states(session, screening) == [("관객 1", SeatState.CONFIRMED)]
    assert book(session, screening, 2, 4).position == 1
    assert book(session, screening, 3, 2).state == SeatState.CONFIRMED


def test_booking_is_only_for_open_screenings_to_come(session: Session) -> None:
    screening = rows.on_sale(session)
    programme.set_booking(session, screening, is_open=False, by=SYSTEM)
    with pytest.raises(Invalid):
        book(session, screening, 1)
    screening.state = ScreeningState.BOOKING
    screening.starts_at = clock.now() - timedelta(minutes=1)
    session.flush()
    with pytest.raises(Invalid):
        book(session, screening, 1)
    with pytest.raises(Invalid):
        book(session, screening, 1, 5)


@pytest.mark.parametrize("is_open", [True, False])
def test_the_clock_does_not_undo_what_a_person_opened_or_closed(session: Session, *, is_open: bool) -> None:
    screening = rows.on_sale(session)
    hour, now = timedelta(hours=1), clock.now()
    screening.state = ScreeningState.CLOSED if is_open else ScreeningState.BOOKING
    screening.booking_opens_at, screening.booking_closes_at = now - 2 * hour, now - hour if is_open else now + hour
    session.commit()
    for _twice in range(2):
        programme.set_booking(session, screening, is_open=is_open, by=SYSTEM)
    session.commit()
    clockwork.turn_over(session, screening.id)
    assert screening.state == (ScreeningState.BOOKING if is_open else ScreeningState.CLOSED)
    session.commit()
    aside = session.scalars(sa.select(AuditRecord).where(AuditRecord.verb == "screening.hours_aside")).all()
    assert [one.detail["after"].index(None) for one in aside] == [1 if is_open else 0]


def test_booking_opened_by_hand_does_not_wait_for_its_hour(session: Session) -> None:
    screening = rows.on_sale(session)
    screening.state = ScreeningState.RELEASED
    screening.booking_opens_at = clock.now() + timedelta(hours=1)
    session.commit()
    programme.set_booking(session, screening, is_open=True, by=SYSTEM)
    clockwork.turn_over(session, screening.id)
    assert (screening.state, screening.booking_opens_at) == (ScreeningState.BOOKING, None)
    assert book(session, screening, 1).state == SeatState.CONFIRMED


def test_freed_seats_are_offered_in_order_to_those_who_fit(session: Session) -> None:
    screening = rows.on_sale(session, seats=3)
    two, one = book(session, screening, "A", 2), book(session, screening, "B", 1)
    big, small = book(session, screening, "C", 3), book(session, screening, "D", 2)
    late = book(session, screening, "E", 1)
    service.cancel(session, two, by=VISITOR)
    assert (big.state, small.state, late.state) == (SeatState.WAITLISTED, SeatState.OFFERED, SeatState.WAITLISTED)
    assert screening.taken == 3
    service.cancel(session, one, by=VISITOR)
    assert late.state == SeatState.OFFERED
    service.cancel(session, one, by=VISITOR)
    assert screening.taken == 3
    assert [mail.recipient for mail in mails(session, "seat_offer")] == ["guestd@example.test", "gueste@example.test"]


def test_freed_seats_are_never_open_to_somebody_who_did_not_wait(session: Session) -> None:
    screening = rows.on_sale(session, seats=1)
    first = book(session, screening, 1)
    book(session, screening, 2)
    service.cancel(session, first, by=VISITOR)
    assert book(session, screening, 3).state == SeatState.WAITLISTED


def test_an_offer_is_taken_once_and_gives_a_ticket(session: Session) -> None:
    screening = rows.on_sale(session, seats=1)
    first, second = book(session, screening, 1), book(session, screening, 2)
    service.cancel(session, first, by=VISITOR)
    assert second.offered_until is not None
    assert timedelta(minutes=119) < second.offered_until - clock.now() <= timedelta(hours=2)
    service.accept(session, second, by=VISITOR)
    service.accept(session, second, by=VISITOR)
    assert (second.state, second.offered_until, screening.taken) == (SeatState.CONFIRMED, None, 1)
    [_, ticket] = mails(session, "ticket")
    assert [one["name"] for one in ticket.attachments] == ["ticket.png", "ticket.ics"]


def test_an_offer_that_ran_out_goes_to_the_next_by_the_sweep(session: Session, environment: object) -> None:
    screening = rows.on_sale(session, seats=1)
    first, second, third = (book(session, screening, n) for n in range(3))
    service.cancel(session, first, by=VISITOR)
    session.commit()
    assert SWEEPS["audience.offer"](session) == []
    run_out(session, second)
    with pytest.raises(OfferGone):
        service.accept(session, second, by=VISITOR)
    session.rollback()
    [waiting] = SWEEPS["audience.offer"](session)
    assert waiting == screening.id
    session.rollback()
    offer(waiting)
    offer(waiting)
    session.expire_all()
    assert (second.state, third.state, screening.taken) == (SeatState.EXPIRED, SeatState.OFFERED, 1)
    assert len(mails(session, "offer_expired")) == 1
    assert len(mails(session, "seat_offer")) == 2
    assert SWEEPS["audience.offer"](session) == []


def test_two_workers_turn_one_list_over_once(sessions: sessionmaker[Session]) -> None:
    with unit_of_work(sessions) as session:
        screening = rows.on_sale(session, seats=1)
        first, second = book(session, screening, 1), book(session, screening, 2)
        book(session, screening, 3)
        service.cancel(session, first, by=VISITOR)
        second.offered_until = clock.now() - timedelta(seconds=1)
        screening_id = screening.id

    def turn(_: int) -> int:
        with unit_of_work(sessions) as session:
            return len(service.turn_over(session, screening_id))

    with ThreadPoolExecutor(2) as workers:
        assert sorted(workers.map(turn, range(2))) == [0, 1]
    with sessions() as session:
        assert session.get_one(Screening, screening_id).taken == 1


def test_accepting_and_running_out_at_once_gives_the_seat_to_one(sessions: sessionmaker[Session]) -> None:
    with unit_of_work(sessions) as session:
        screening = rows.on_sale(session, seats=1)
        first, second = book(session, screening, 1), book(session, screening, 2)
        service.cancel(session, first, by=VISITOR)
        screening_id, booking_id = screening.id, second.id

    def accept(_: int) -> str:
        with unit_of_work(sessions) as session:
            service.accept(session, session.get_one(Booking, booking_id), by=VISITOR)
            return "accepted"

    def decline(_: int) -> str:
        with unit_of_work(sessions) as session:
            service.cancel(session, session.get_one(Booking, booking_id), by=VISITOR)
            return "declined"

    with ThreadPoolExecutor(2) as two:
        answers = [two.submit(accept, 0), two.submit(decline, 0)]
        outcomes = [answer.exception() for answer in answers]
    with sessions() as session:
        booking = session.get_one(Booking, booking_id)
        held = booking.party if booking.state == SeatState.CONFIRMED else 0
        assert session.get_one(Screening, screening_id).taken == held
    assert all(outcome is None or isinstance(outcome, OfferGone) for outcome in outcomes)


def test_nothing_is_offered_minutes_before_the_start(session: Session) -> None:
    screening = rows.on_sale(session, seats=1)
    first, second = book(session, screening, 1), book(session, screening, 2)
    screening.starts_at = clock.now() + timedelta(minutes=10)
    session.flush()
    service.cancel(session, first, by=VISITOR)
    assert (second.state, screening.taken) == (SeatState.WAITLISTED, 0)


def test_the_door_lets_a_party_in_once(session: Session) -> None:
    screening = rows.on_sale(session)
    staff = builders.person(session)
    booking = book(session, screening, 1, 2)
    entered = service.check_in(session, booking, by=builders.actor(staff))
    again = service.check_in(session, booking, by=builders.actor(staff))
    assert (entered.again, again.again, again.at) == (False, True, entered.at)
    assert booking.checked_in_by_id == staff.id
    assert queries.count(session, screening).checked_in == 2
    with pytest.raises(Invalid):
        service.cancel(session, booking, by=VISITOR)
    service.undo_check_in(session, booking, by=builders.actor(staff))
    assert (booking.state, booking.checked_in_at) == (SeatState.CONFIRMED, None)


def test_two_doors_at_once_let_a_party_in_once(sessions: sessionmaker[Session]) -> None:
    with unit_of_work(sessions) as session:
        booking_id = book(session, rows.on_sale(session), 1).id

    def scan(_: int) -> bool:
        with unit_of_work(sessions) as session:
            return service.check_in(session, session.get_one(Booking, booking_id), by=SYSTEM).again

    with ThreadPoolExecutor(2) as doors:
        assert sorted(doors.map(scan, range(2))) == [False, True]


def test_an_evening_ends_with_those_who_did_not_come(session: Session) -> None:
    screening = rows.on_sale(session, seats=2)
    came, away, waiting = (book(session, screening, n) for n in range(3))
    service.check_in(session, came, by=SYSTEM)
    service.begin(session, screening, by=SYSTEM)
    service.begin(session, screening, by=SYSTEM)
    with pytest.raises(Invalid):
        book(session, screening, 9)
    assert service.end(session, screening, by=SYSTEM) == 1
    assert service.end(session, screening, by=SYSTEM) == 0
    assert (came.state, away.state, waiting.state) == (SeatState.CHECKED_IN, SeatState.NO_SHOW, SeatState.CANCELLED)
    assert screening.state == ScreeningState.HELD


def test_an_evening_that_nobody_booked_begins_and_an_offer_that_outlives_it_gives_its_seats_back(
    session: Session,
) -> None:
    screening = rows.on_sale(session, seats=1)
    first, second = book(session, screening, 1), book(session, screening, 2)
    service.cancel(session, first, by=VISITOR)
    screening.state = ScreeningState.RELEASED
    service.begin(session, screening, by=SYSTEM)
    assert (screening.state, second.state, screening.taken) == (ScreeningState.RUNNING, SeatState.OFFERED, 1)
    service.end(session, screening, by=SYSTEM)
    service.begin(session, screening, by=SYSTEM)
    assert (screening.state, second.state, screening.taken) == (ScreeningState.HELD, SeatState.CANCELLED, 0)
    screening.state = ScreeningState.CANCELLED
    with pytest.raises(Invalid):
        service.begin(session, screening, by=SYSTEM)


def test_a_cancelled_booking_does_not_enter(session: Session) -> None:
    booking = book(session, rows.on_sale(session), 1)
    service.cancel(session, booking, by=VISITOR)
    with pytest.raises(Invalid):
        service.check_in(session, booking, by=SYSTEM)


def test_everybody_concerned_hears_of_a_change_once(session: Session, environment: object) -> None:
    screening = rows.on_sale(session, seats=1)
    book(session, screening, 1)
    book(session, screening, 2)
    session.commit()
    edition, hall = session.get_one(Edition, screening.edition_id), session.get_one(Hall, screening.hall_id)
    programme.move(session, screening, hall, rows.evening(hour=21), rev=screening.rev, by=SYSTEM)
    released = programme.release(session, edition, base=1, by=SYSTEM)
    session.commit()
    untold = released.id
    assert untold in SWEEPS["audience.tell"](session)
    session.rollback()
    tell(untold)
    tell(untold)
    written = mails(session, "screening_changed")
    assert sorted(mail.recipient for mail in written) == ["guest1@example.test", "guest2@example.test"]
    assert "19:00" in written[0].text
    assert "21:00" in written[0].text
    assert untold not in SWEEPS["audience.tell"](session)


def test_a_cancelled_screening_ends_its_bookings(session: Session, environment: object) -> None:
    screening = rows.on_sale(session, seats=1)
    book(session, screening, 1)
    book(session, screening, 2)
    session.commit()
    rows.called_off(session, screening)
    released = programme.release(session, session.get_one(Edition, screening.edition_id), base=1, by=SYSTEM)
    session.commit()
    tell(released.id)
    session.expire_all()
    assert {state for _, state in states(session, screening)} == {SeatState.CANCELLED}
    assert screening.taken == 0
    assert len(mails(session, "screening_changed")) == 2
    assert len(mails(session, "seat_offer")) == 0


def test_booking_closed_by_hand_opens_again_at_a_later_hour(session: Session) -> None:
    screening = rows.on_sale(session)
    screening.booking_opens_at = clock.now() - timedelta(hours=1)
    session.flush()
    programme.set_booking(session, screening, is_open=False, by=SYSTEM)
    clockwork.turn_over(session, screening.id)
    assert screening.state == ScreeningState.CLOSED
    terms = quotas.Terms(4, opens_at=clock.now() + timedelta(hours=1))
    quotas.set_terms(session, screening, terms, rev=screening.rev, by=SYSTEM)
    with time_machine.travel(clock.now() + timedelta(hours=2)):
        assert screening.id in queries.screenings_to_turn_over(session)
        clockwork.turn_over(session, screening.id)
    assert screening.state == ScreeningState.BOOKING
