"""After a release: everybody with a seat or a place on the list hears what changed for them, once."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.audience.models import Booking
from portal.audience.service import letters, seats
from portal.audience.terms import CONCERNED, HOLDING
from portal.lifecycles import SeatState, advance
from portal.policies import SYSTEM
from portal.programme.frozen import TOLD
from portal.programme.models import Release, Screening


def tell(session: Session, release: Release) -> int:
    """Write to the holders of changed screenings, and end the bookings of cancelled ones. Returns how many."""
    changes = {change["code"]: change for change in release.changes if change["kind"] in TOLD}
    screenings = session.scalars(sa.select(Screening).where(Screening.code.in_(changes)).order_by(Screening.id))
    return sum(_tell_one(session, release, screening, changes[screening.code]) for screening in screenings.all())


def _tell_one(session: Session, release: Release, screening: Screening, change: dict[str, str]) -> int:
    over = change["kind"] in ("cancelled", "removed")
    if over:
        screening = seats.locked(session, screening.id)
    query = sa.select(Booking).where(
        Booking.screening_id == screening.id,
        Booking.state.in_(CONCERNED),
        Booking.created_at <= release.released_at,
    )
    bookings = session.scalars(query.order_by(Booking.id)).all()
    for booking in bookings:
        letters.changed(session, booking, screening, release.version, change)
        if over:
            _end(session, booking, screening)
    return len(bookings)


def _end(session: Session, booking: Booking, screening: Screening) -> None:
    if booking.state in HOLDING:
        seats.give_back(session, screening, booking.party)
    booking.offered_until = None
    advance(session, booking, SeatState.CANCELLED, by=SYSTEM, reason="screening cancelled")
    session.flush()
