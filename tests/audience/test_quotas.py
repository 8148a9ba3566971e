"""Seats kept for groups and for the house: never too many, given in order, released by the clock and by hand."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from portal import clock
from portal.audience import queries, service
from portal.audience.errors import Full
from portal.audience.models import Booking, Quota
from portal.audience.service import quotas
from portal.db import unit_of_work
from portal.errors import Invalid, Stale
from portal.lifecycles import ScreeningState, SeatState
from portal.policies import SYSTEM, VISITOR
from portal.programme import service as programme
from portal.programme.models import Screening
from tests.audience.people import ask, book, counts, group, quota
from tests.programme import rows
from workers.audience import offer
from workers.sweep import SWEEPS


def test_kept_seats_are_for_their_group_and_the_rest_for_everybody(session: Session) -> None:
    screening = rows.on_sale(session, seats=5)
    trainees = group(session, screening)
    kept = quota(session, screening, 3, trainees)
    assert counts(session, screening) == (0, 3)
    anybody = [book(session, screening, name) for name in ("a", "b", "c")]
    assert [one.state for one in anybody] == ["confirmed", "confirmed", "waitlisted"]
    own = book(session, screening, "trainee", 2, trainees.link)
    assert (own.state, own.quota_id, own.group_id) == (SeatState.CONFIRMED, kept.id, trainees.id)
    assert counts(session, screening) == (4, 1)
    service.cancel(session, own, by=VISITOR)
    assert counts(session, screening) == (2, 3)
    assert anybody[2].state == SeatState.WAITLISTED


def test_a_group_takes_everybodys_seats_when_its_own_are_gone(session: Session) -> None:
    screening = rows.on_sale(session, seats=3)
    trainees = group(session, screening)
    quota(session, screening, 1, trainees)
    first, second = (book(session, screening, name, 1, trainees.link) for name in "ab")
    assert (first.quota_id is None, second.quota_id is None) == (False, True)
    with pytest.raises(Full) as full:
        service.book(session, screening, ask("c", 2, trainees.link), by=VISITOR)
    assert full.value.left == 1


def test_the_clock_releases_and_the_waiting_come_first(session: Session, environment: object) -> None:
    screening = rows.on_sale(session, seats=2)
    kept = quota(session, screening, 1, group(session, screening), hours=1)
    book(session, screening, "a")
    waiting = book(session, screening, "b")
    session.commit()
    assert SWEEPS["audience.offer"](session) == []
    kept.releases_at = clock.now() - timedelta(seconds=1)
    session.commit()
    [due] = SWEEPS["audience.offer"](session)
    assert due == screening.id
    session.rollback()
    offer(due)
    offer(due)
    session.expire_all()
    assert (waiting.state, counts(session, screening)) == (SeatState.OFFERED, (2, 0))
    assert kept.released_at is not None
    assert SWEEPS["audience.offer"](session) == []


def test_freed_seats_of_a_group_go_to_the_waiting_of_that_group(session: Session) -> None:
    screening = rows.on_sale(session, seats=2)
    trainees = group(session, screening)
    kept = quota(session, screening, 1, trainees)
    own, other = book(session, screening, "own", 1, trainees.link), book(session, screening, "other")
    stranger, mate = book(session, screening, "stranger"), book(session, screening, "mate", 1, trainees.link)
    service.cancel(session, own, by=VISITOR)
    assert (stranger.state, mate.state, mate.quota_id) == (SeatState.WAITLISTED, SeatState.OFFERED, kept.id)
    service.cancel(session, other, by=VISITOR)
    assert stranger.state == SeatState.OFFERED
    assert counts(session, screening) == (2, 0)
    assert quotas.release(session, kept, by=SYSTEM) == 0
    service.cancel(session, mate, by=VISITOR)
    assert counts(session, screening) == (1, 0)
    assert queries.count(session, screening).left == 1


def test_a_quota_is_never_smaller_than_given_nor_larger_than_free(session: Session) -> None:
    screening = rows.on_sale(session, seats=4)
    trainees = group(session, screening)
    kept = quota(session, screening, 2, trainees)
    book(session, screening, "a", 2, trainees.link)
    book(session, screening, "b", 1)
    for seats in (1, 4):
        with pytest.raises(Invalid):
            quotas.change(session, kept, quotas.QuotaDraft(seats, trainees), rev=kept.rev, by=SYSTEM)
    with pytest.raises(Invalid):
        quota(session, screening, 2, None)
    with pytest.raises(Stale):
        quotas.change(session, kept, quotas.QuotaDraft(3, trainees), rev=kept.rev + 1, by=SYSTEM)
    quotas.change(session, kept, quotas.QuotaDraft(3, trainees), rev=kept.rev, by=SYSTEM)
    assert counts(session, screening) == (3, 1)
    with pytest.raises(Invalid):
        quotas.remove(session, kept, rev=kept.rev, by=SYSTEM)
    with pytest.raises(Invalid, match="already given away"):
        programme.set_seats(session, screening, 3, by=SYSTEM)
    with pytest.raises(IntegrityError):
        session.execute(sa.update(Screening).values(held=2))


def test_what_nobody_took_is_taken_away_again(session: Session) -> None:
    screening = rows.on_sale(session, seats=1)
    hold = quota(session, screening, 1, None)
    waiting = book(session, screening, "a")
    assert waiting.state == SeatState.WAITLISTED
    quotas.remove(session, hold, rev=hold.rev, by=SYSTEM)
    assert (waiting.state, counts(session, screening)) == (SeatState.OFFERED, (1, 0))


def test_booking_has_hours(session: Session, environment: object) -> None:
    screening = rows.on_sale(session)
    screening.state = ScreeningState.RELEASED
    session.flush()
    terms = quotas.Terms(6, clock.now() + timedelta(hours=1), clock.now() + timedelta(hours=2))
    quotas.set_terms(session, screening, terms, rev=screening.rev, by=SYSTEM)
    with pytest.raises(Invalid, match="not open"):
        book(session, screening, "early")
    screening.booking_opens_at = clock.now() - timedelta(seconds=1)
    session.commit()
    assert SWEEPS["audience.offer"](session) == [screening.id]
    assert book(session, screening, "in time", 6).party == 6
    assert screening.state == ScreeningState.BOOKING
    screening.booking_closes_at = clock.now()
    session.commit()
    due = screening.id
    with pytest.raises(Invalid, match="not open"):
        book(session, screening, "late")
    session.rollback()
    offer(due)
    session.expire_all()
    assert screening.state == ScreeningState.CLOSED


def test_a_party_is_as_large_as_the_screening_allows(session: Session) -> None:
    screening = rows.on_sale(session)
    for party in (0, 5, 50):
        with pytest.raises(Invalid, match="Choose 1 to"):
            book(session, screening, "a", party)


def test_a_crowd_of_two_kinds_while_the_clock_strikes(sessions: sessionmaker[Session]) -> None:
    with unit_of_work(sessions) as session:
        screening = rows.on_sale(session, seats=12)
        trainees = group(session, screening)
        kept_id, screening_id, code = quota(session, screening, 6, trainees).id, screening.id, trainees.code

    def come(n: int) -> None:
        with unit_of_work(sessions) as session:
            screening = session.get_one(Screening, screening_id)
            if n == 12:
                quotas.release(session, session.get_one(Quota, kept_id), by=SYSTEM)
                return
            booking = book(session, screening, f"p{n}", 1 + n % 2, *((code,) if n % 2 else ()))
        if n % 5 == 0:
            with unit_of_work(sessions) as session:
                service.cancel(session, session.get_one(Booking, booking.id), by=VISITOR)

    with ThreadPoolExecutor(4) as crowd:
        list(crowd.map(come, range(24)))
    with sessions() as session:
        screening = session.get_one(Screening, screening_id)
        holding = (SeatState.OFFERED, SeatState.CONFIRMED)
        parties = session.scalar(sa.select(sa.func.sum(Booking.party)).where(Booking.state.in_(holding)))
        assert (screening.taken, screening.held) == (parties, 0)
        assert screening.taken <= 12
        places = session.scalars(sa.select(Booking.position).where(Booking.position.is_not(None)))
        assert sorted(places) == list(range(1, screening.next_position))
