"""What the clock does to a screening: booking opens and closes, quotas are released, seats nobody confirmed go on."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, clock
from portal.audience.models import Booking, Quota
from portal.audience.service import allotment, letters, seats
from portal.audience.service.offers import expire_offers, offer_free
from portal.audience.terms import OFFERING, UNOPENED, is_open
from portal.lifecycles import ScreeningState, SeatState, advance
from portal.policies import SYSTEM, Actor
from portal.programme.models import Screening
from portal.programme.service import open_due


def turn_over(session: Session, screening_id: int, *, by: Actor = SYSTEM) -> list[Booking]:
    """Do everything whose time has come for a screening, then offer what is free. Returns the new offers."""
    screening, now = seats.locked(session, screening_id), clock.now()
    turn_booking(session, screening, now)
    _release_due(session, screening, now)
    _expire_unverified(session, screening, now)
    expire_offers(session, screening)
    return offer_free(session, screening, by=by)


def turn_booking(session: Session, screening: Screening, now: datetime) -> None:
    """Open or close booking as its hours, or the end of an embargo, say; the row is locked."""
    open_due(session, screening)
    closes = screening.booking_closes_at
    if screening.state in UNOPENED and is_open(screening, now):
        advance(session, screening, ScreeningState.BOOKING, by=SYSTEM)
    elif screening.state == ScreeningState.BOOKING and closes is not None and closes <= now:
        advance(session, screening, ScreeningState.CLOSED, by=SYSTEM)
    session.flush()


def release_quota(session: Session, screening: Screening, quota: Quota, *, by: Actor) -> int:
    """Give what a quota still keeps to everybody; the row is locked. Returns how many seats; twice is once."""
    freed = seats.release(session, screening, quota, clock.now())
    if quota.released_at is not None and freed:
        audit.record(session, by, "quota.released", quota, seats=freed)
    return freed


def _release_due(session: Session, screening: Screening, now: datetime) -> None:
    due = sa.select(Quota).where(
        Quota.screening_id == screening.id, Quota.released_at.is_(None), Quota.releases_at <= now
    )
    for quota in session.scalars(due.order_by(Quota.id)).all():
        release_quota(session, screening, quota, by=SYSTEM)


def _expire_unverified(session: Session, screening: Screening, now: datetime) -> None:
    if screening.state not in OFFERING:
        return
    late = sa.select(Booking).where(
        Booking.screening_id == screening.id, Booking.state == SeatState.CONFIRMED, Booking.verify_by <= now
    )
    for booking in session.scalars(late.order_by(Booking.id).execution_options(populate_existing=True)).all():
        advance(session, booking, SeatState.EXPIRED, by=SYSTEM, reason="nobody confirmed the address")
        allotment.vacate(session, screening, booking)
        session.flush()
        letters.unverified(session, booking, screening)
