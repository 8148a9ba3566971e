"""Booking and cancelling. One live booking for each address and screening; the same form twice is one booking."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, clock, signing
from portal.audience.errors import Full
from portal.audience.models import Booking
from portal.audience.service import letters, seats
from portal.audience.service.offers import offer_free
from portal.audience.terms import HOLDING, LARGEST_PARTY, LIVE
from portal.errors import Invalid
from portal.i18n import N_, SEOUL
from portal.lifecycles import ScreeningState, SeatState, advance
from portal.policies import Actor
from portal.programme.models import Screening


@dataclass(frozen=True, slots=True)
class Ask:
    """What somebody wants: seats for a party of one to four."""

    name: str
    email: str
    party: int
    language: str = "ko"
    access_needs: str = ""
    person_id: int | None = None


def book(
    session: Session, screening: Screening, ask: Ask, *, code: str | None = None, may_wait: bool = False, by: Actor
) -> Booking:
    """Seats at once, or with `may_wait` a place on the waiting list; an address that has either gets that one back.

    `code` makes a form sent twice recognisable: a booking that carries it was made by this form. Raises Full when the
    party does not fit and the person has not agreed to wait, Invalid when booking is not open.
    """
    screening = seats.locked(session, screening.id)
    email = ask.email.strip().lower()
    found = _made_before(session, screening, email, code)
    if found is not None:
        return found
    _check(screening, ask)
    confirmed = seats.take(session, screening, ask.party)
    if not confirmed and not may_wait:
        raise Full(screening.seats - screening.taken)
    booking = Booking(
        code=code or signing.random_code(),
        screening_id=screening.id,
        person_id=ask.person_id,
        state=SeatState.CONFIRMED if confirmed else SeatState.WAITLISTED,
        name=ask.name,
        email=email,
        language=ask.language,
        party=ask.party,
        access_needs=ask.access_needs,
        position=None if confirmed else seats.next_position(session, screening),
    )
    session.add(booking)
    session.flush()
    audit.record(session, by, f"seat.{booking.state}", booking, party=ask.party, position=booking.position)
    (letters.ticket if confirmed else letters.waitlisted)(session, booking, screening)
    return booking


def _made_before(session: Session, screening: Screening, email: str, code: str | None) -> Booking | None:
    """The booking this very form made, whatever became of it, or else the live one of this address."""
    here = sa.select(Booking).where(Booking.screening_id == screening.id)
    made = session.scalar(here.where(Booking.code == code)) if code else None
    return made or session.scalar(here.where(Booking.email == email, Booking.state.in_(LIVE)))


def _check(screening: Screening, ask: Ask) -> None:
    if not 1 <= ask.party <= LARGEST_PARTY:
        raise Invalid("party", N_("Choose one to four seats."))
    if screening.state != ScreeningState.BOOKING or screening.starts_at <= clock.now():
        raise Invalid("main", N_("Booking is not open for this screening."))


def cancel(session: Session, booking: Booking, *, by: Actor) -> None:
    """Give a booking, an offer or a place on the list back; freed seats are offered at once. Twice is once."""
    screening = seats.locked(session, booking.screening_id)
    session.refresh(booking)
    if booking.state not in LIVE:
        return
    if booking.state == SeatState.CHECKED_IN or screening.starts_at <= clock.now():
        raise Invalid("main", N_("The screening has begun, so the seats can no longer be given back."))
    held = booking.state in HOLDING
    advance(session, booking, SeatState.CANCELLED, by=by)
    booking.offered_until = None
    session.flush()
    letters.cancelled(session, booking, screening)
    if held:
        seats.give_back(session, screening, booking.party)
        offer_free(session, screening, by=by)


def send_again(session: Session, booking: Booking, screening: Screening) -> None:
    """Send the ticket or the place on the list once more, at most once a day."""
    today = clock.now().astimezone(ZoneInfo(SEOUL)).date().isoformat()
    write = letters.waitlisted if booking.state == SeatState.WAITLISTED else letters.ticket
    write(session, booking, screening, transition=f"again-{today}")
