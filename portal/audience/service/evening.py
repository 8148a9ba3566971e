"""The evening itself: a screening begins, ends, and those who held seats and did not come are noted."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.audience.models import Booking
from portal.audience.service import seats
from portal.audience.terms import CONCERNED
from portal.lifecycles import ScreeningState, SeatState, advance
from portal.policies import Actor
from portal.programme.models import Screening


def begin(session: Session, screening: Screening, *, by: Actor) -> None:
    """The lights go down: booking ends and nothing is offered any more; twice is once."""
    screening = seats.locked(session, screening.id)
    if screening.state == ScreeningState.RUNNING:
        return
    if screening.state == ScreeningState.BOOKING:
        advance(session, screening, ScreeningState.CLOSED, by=by)
    advance(session, screening, ScreeningState.RUNNING, by=by)
    session.flush()


def end(session: Session, screening: Screening, *, by: Actor) -> int:
    """The screening is over: seats not used are no-shows, the waiting list ends. Returns the number of no-shows."""
    screening = seats.locked(session, screening.id)
    if screening.state == ScreeningState.HELD:
        return 0
    advance(session, screening, ScreeningState.HELD, by=by)
    unused = sa.select(Booking).where(Booking.screening_id == screening.id, Booking.state.in_(CONCERNED))
    away = 0
    for booking in session.scalars(unused.order_by(Booking.id)).all():
        missed = booking.state == SeatState.CONFIRMED
        away += missed
        booking.offered_until = None
        advance(session, booking, SeatState.NO_SHOW if missed else SeatState.CANCELLED, by=by)
    session.flush()
    return away
