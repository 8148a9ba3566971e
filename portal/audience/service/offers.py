"""The waiting list: freed seats go to the first party that fits, as offers that run out.

A party of a group fits into what its quota still keeps, or into the seats free for everybody; the order is one.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import clock
from portal.audience.errors import OfferGone
from portal.audience.models import Booking, Quota
from portal.audience.service import allotment, letters, seats
from portal.audience.terms import LAST_OFFER, OFFER, OFFERING
from portal.lifecycles import SeatState, advance
from portal.policies import SYSTEM, Actor
from portal.programme.models import Screening


def offer_free(session: Session, screening: Screening, *, by: Actor = SYSTEM) -> list[Booking]:
    """Offer every free seat to the waiting list in its order, skipping parties that do not fit; the row is locked."""
    until = _until(screening)
    offered: list[Booking] = []
    while until is not None and (found := _next_that_fits(session, screening)) is not None:
        booking, quota = found
        if not _take(session, screening, booking, quota):
            break
        booking.offered_until, booking.quota_id = until, quota.id if quota else None
        advance(session, booking, SeatState.OFFERED, by=by, until=until)
        session.flush()
        letters.seat_offer(session, booking, screening)
        offered.append(booking)
    return offered


def _take(session: Session, screening: Screening, booking: Booking, quota: Quota | None) -> bool:
    if quota is not None:
        return seats.take_kept(session, screening, quota, booking.party)
    return seats.take(session, screening, booking.party)


def _until(screening: Screening) -> datetime | None:
    """When an offer made now runs out; None when it is too late to offer anything."""
    last = screening.starts_at - LAST_OFFER
    if screening.state not in OFFERING or clock.now() >= last:
        return None
    return min(clock.now() + OFFER, last)


def _next_that_fits(session: Session, screening: Screening) -> tuple[Booking, Quota | None] | None:
    """The first of the list who fits, with the quota whose seats they get; None there for everybody's seats."""
    kept = sa.and_(
        Quota.screening_id == Booking.screening_id,
        Quota.group_id == Booking.group_id,
        Quota.released_at.is_(None),
        Quota.seats - Quota.taken >= Booking.party,
    )
    query = (
        sa.select(Booking, Quota)
        .outerjoin(Quota, kept)
        .where(
            Booking.screening_id == screening.id,
            Booking.state == SeatState.WAITLISTED,
            sa.or_(Booking.party <= seats.free(screening), Quota.id.is_not(None)),
        )
        .order_by(Booking.position)
        .limit(1)
    )
    row = session.execute(query.execution_options(populate_existing=True)).first()
    return (row[0], row[1]) if row is not None else None


def accept(session: Session, booking: Booking, *, by: Actor) -> None:
    """Take the offered seats; twice is once. Raises OfferGone when the offer has run out.

    The link came by mail, so the address is its owner's.
    """
    screening = seats.locked(session, booking.screening_id)
    session.refresh(booking)
    if booking.state in (SeatState.CONFIRMED, SeatState.CHECKED_IN):
        return
    if booking.state != SeatState.OFFERED or booking.offered_until is None or booking.offered_until <= clock.now():
        raise OfferGone
    advance(session, booking, SeatState.CONFIRMED, by=by)
    booking.offered_until, booking.verified_at = None, booking.verified_at or clock.now()
    session.flush()
    allotment.allot(session, screening, booking)
    letters.ticket(session, booking, screening)


def expire_offers(session: Session, screening: Screening) -> None:
    """End the offers that ran out; the row is locked."""
    overdue = sa.select(Booking).where(
        Booking.screening_id == screening.id,
        Booking.state == SeatState.OFFERED,
        Booking.offered_until <= clock.now(),
    )
    for booking in session.scalars(overdue.order_by(Booking.position)).all():
        advance(session, booking, SeatState.EXPIRED, by=SYSTEM)
        booking.offered_until = None
        seats.give_back(session, screening, booking)
        session.flush()
        letters.offer_expired(session, booking, screening)
