"""An address that nobody vouched for: whoever opens the link mailed to it says that the seats are theirs."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal import audit, clock
from portal.audience.models import Booking
from portal.audience.service import letters, seats
from portal.errors import Invalid
from portal.i18n import N_
from portal.lifecycles import SeatState
from portal.policies import Actor

HELD = (SeatState.WAITLISTED, SeatState.OFFERED, SeatState.CONFIRMED, SeatState.CHECKED_IN)


def verify(session: Session, booking: Booking, *, by: Actor) -> None:
    """Confirm a booking; twice is once. Raises Invalid when it has ended, because nobody confirmed it in time."""
    screening = seats.locked(session, booking.screening_id)
    session.refresh(booking)
    if booking.state not in HELD:
        raise Invalid("main", N_("Nobody confirmed these seats in time, so they went on. You can book again."))
    if booking.verified_at is not None:
        return
    booking.verified_at, booking.verify_by = clock.now(), None
    audit.record(session, by, "seat.verified", booking)
    session.flush()
    if booking.state == SeatState.CONFIRMED:
        letters.ticket(session, booking, screening)
