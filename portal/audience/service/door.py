"""At the door: a ticket lets its party in once; the second time tells when the first was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import clock
from portal.audience.models import Booking
from portal.errors import Invalid
from portal.i18n import N_
from portal.lifecycles import SeatState, advance
from portal.policies import Actor


@dataclass(frozen=True, slots=True)
class CheckedIn:
    """The answer at the door: when the party came in, and whether that was before."""

    at: datetime
    again: bool


def check_in(session: Session, booking: Booking, *, by: Actor) -> CheckedIn:
    """Let the party in; raises Invalid for a booking that holds no seats."""
    _lock(session, booking)
    if booking.state == SeatState.CHECKED_IN:
        assert booking.checked_in_at is not None
        return CheckedIn(booking.checked_in_at, again=True)
    if booking.state != SeatState.CONFIRMED:
        raise Invalid("main", N_("This booking holds no seats."))
    booking.checked_in_at = clock.now()
    booking.checked_in_by_id = by.person_id
    advance(session, booking, SeatState.CHECKED_IN, by=by)
    session.flush()
    return CheckedIn(booking.checked_in_at, again=False)


def _lock(session: Session, booking: Booking) -> None:
    # two statements: refresh(with_for_update) repeats the loader's outer join, which PostgreSQL refuses to lock
    session.execute(sa.select(Booking.id).where(Booking.id == booking.id).with_for_update())
    session.refresh(booking, ["rev", "state", "checked_in_at", "checked_in_by_id"])


def undo_check_in(session: Session, booking: Booking, *, by: Actor) -> None:
    """Take a mistaken entry back."""
    _lock(session, booking)
    if booking.state != SeatState.CHECKED_IN:
        return
    advance(session, booking, SeatState.CONFIRMED, by=by)
    booking.checked_in_at = booking.checked_in_by_id = None
    session.flush()
