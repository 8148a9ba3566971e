"""The door without a script: one party on one page, let in or taken back, as scans like those of a phone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal import clock, signing
from portal.audience.models import Booking, ScanOutcome
from portal.audience.service import scans
from portal.errors import Invalid
from portal.i18n import N_
from portal.policies import Actor
from portal.programme.models import Screening

NO_DEVICE = "page"


@dataclass(frozen=True, slots=True)
class CheckedIn:
    """The answer at the door: when the party came in, and whether that was before."""

    at: datetime
    again: bool


def check_in(
    session: Session, booking: Booking, *, once: str | None = None, persons: int | None = None, by: Actor
) -> CheckedIn:
    """Let the party in, or so many of it; the same `once` is the same entry.

    Raises Invalid for a booking that holds no seats, and for more people than its party has.
    """
    if persons is not None and not 1 <= persons <= booking.party:
        raise Invalid("persons", N_("A party has 1 to {n} people."), n=booking.party)
    outcome = _scan(session, booking, once, scans.Wish.ENTER, by, persons)
    if outcome == ScanOutcome.REFUSED or booking.checked_in_at is None:
        raise Invalid("main", N_("This booking holds no seats."))
    return CheckedIn(booking.checked_in_at, again=outcome == ScanOutcome.AGAIN)


def undo_check_in(session: Session, booking: Booking, *, by: Actor) -> None:
    """Take a mistaken entry back."""
    _scan(session, booking, None, scans.Wish.UNDO, by)


def _scan(
    session: Session, booking: Booking, once: str | None, wish: scans.Wish, by: Actor, persons: int | None = None
) -> ScanOutcome:
    once, now = once or signing.random_token(), clock.now()
    told = scans.Told(once, now, booking.code, wish=wish, persons=persons, device=NO_DEVICE)
    [answered] = scans.report(session, session.get_one(Screening, booking.screening_id), [told], by=by)
    return answered.outcome
