"""The waiting list: freed seats go to the first party that fits, as offers that run out."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import clock
from portal.audience.errors import OfferGone
from portal.audience.models import Booking
from portal.audience.service import letters, seats
from portal.audience.terms import LAST_OFFER, OFFER, OFFERING
from portal.lifecycles import SeatState, advance
from portal.policies import SYSTEM, Actor
from portal.programme.models import Screening


def offer_free(session: Session, screening: Screening, *, by: Actor = SYSTEM) -> list[Booking]:
    """Offer every free seat to the waiting list in its order, skipping parties that do not fit; the row is locked."""
    until = _until(screening)
    offered: list[Booking] = []
    while until is not None and (booking := _next_that_fits(session, screening)) is not None:
        if not seats.take(session, screening, booking.party):
            break
        booking.offered_until = until
        advance(session, booking, SeatState.OFFERED, by=by, until=until)
        session.flush()
        letters.seat_offer(session, booking, screening)
        offered.append(booking)
    return offered


def _until(screening: Screening) -> datetime | None:
    """When an offer made now runs out; None when it is too late to offer anything."""
    last = screening.starts_at - LAST_OFFER
    if screening.state not in OFFERING or clock.now() >= last:
        return None
    return min(clock.now() + OFFER, last)


def _next_that_fits(session: Session, screening: Screening) -> Booking | None:
    query = (
        sa.select(Booking)
        .where(
            Booking.screening_id == screening.id,
            Booking.state == SeatState.WAITLISTED,
            Booking.party <= screening.seats - screening.taken,
        )
        .order_by(Booking.position)
        .limit(1)
    )
    return session.scalar(query.execution_options(populate_existing=True))


def accept(session: Session, booking: Booking, *, by: Actor) -> None:
    """Take the offered seats; twice is once. Raises OfferGone when the offer has run out."""
    screening = seats.locked(session, booking.screening_id)
    session.refresh(booking)
    if booking.state in (SeatState.CONFIRMED, SeatState.CHECKED_IN):
        return
    if booking.state != SeatState.OFFERED or booking.offered_until is None or booking.offered_until <= clock.now():
        raise OfferGone
    advance(session, booking, SeatState.CONFIRMED, by=by)
    booking.offered_until = None
    session.flush()
    letters.ticket(session, booking, screening)


def turn_over(session: Session, screening_id: int) -> list[Booking]:
    """End the offers that ran out and offer the seats to the next: the worker's part. Returns the new offers."""
    screening = seats.locked(session, screening_id)
    overdue = sa.select(Booking).where(
        Booking.screening_id == screening.id,
        Booking.state == SeatState.OFFERED,
        Booking.offered_until <= clock.now(),
    )
    for booking in session.scalars(overdue.order_by(Booking.position)).all():
        advance(session, booking, SeatState.EXPIRED, by=SYSTEM)
        booking.offered_until = None
        seats.give_back(session, screening, booking.party)
        session.flush()
        letters.offer_expired(session, booking, screening)
    return offer_free(session, screening)
