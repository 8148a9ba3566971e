"""The terms of seats: which bookings count, how long an offer holds, when doors open. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from portal.lifecycles import ScreeningState, SeatState

if TYPE_CHECKING:
    from portal.programme.models import Screening

LIVE = (SeatState.WAITLISTED, SeatState.OFFERED, SeatState.CONFIRMED, SeatState.CHECKED_IN)
HOLDING = (SeatState.OFFERED, SeatState.CONFIRMED)
CONCERNED = (SeatState.WAITLISTED, SeatState.OFFERED, SeatState.CONFIRMED)
OFFERING = (ScreeningState.BOOKING, ScreeningState.CLOSED)
LARGEST_PARTY = 20
OFFER = timedelta(hours=2)
LAST_OFFER = timedelta(minutes=15)
DOORS = timedelta(minutes=20)
VERIFY = timedelta(hours=24)
VERIFIED_BEFORE = timedelta(hours=1)
LEAST_TO_VERIFY = timedelta(minutes=30)


def verify_by(booked_at: datetime, starts_at: datetime) -> datetime:
    """Until when an address is to be confirmed: for a day, until an hour before, for half an hour at least."""
    return max(min(booked_at + VERIFY, starts_at - VERIFIED_BEFORE), booked_at + LEAST_TO_VERIFY)


def address(email: str) -> str:
    """Where the holder of a booking is written to; empty for a guest without one, for whom the code stands instead."""
    return email if "@" in email else ""


# Its hours open a screening that waits for them, and one that is closed until a later hour.
UNOPENED = (ScreeningState.RELEASED, ScreeningState.CLOSED)


def is_open(screening: Screening, now: datetime, state: ScreeningState | None = None) -> bool:
    """Whether anybody may book at this moment, in the state of the screening or in the one the clock has given it."""
    state = state or screening.state
    opens, closes = screening.booking_opens_at, screening.booking_closes_at
    if screening.starts_at <= now or (closes is not None and closes <= now):
        return False
    if state == ScreeningState.BOOKING:
        return opens is None or opens <= now
    return state in UNOPENED and opens is not None and opens <= now
