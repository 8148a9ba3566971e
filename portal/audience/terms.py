"""The terms of seats: which bookings count, how long an offer holds, when doors open."""

from __future__ import annotations

from datetime import timedelta

from portal.lifecycles import ScreeningState, SeatState

LIVE = (SeatState.WAITLISTED, SeatState.OFFERED, SeatState.CONFIRMED, SeatState.CHECKED_IN)
HOLDING = (SeatState.OFFERED, SeatState.CONFIRMED)
CONCERNED = (SeatState.WAITLISTED, SeatState.OFFERED, SeatState.CONFIRMED)
OFFERING = (ScreeningState.BOOKING, ScreeningState.CLOSED)
LARGEST_PARTY = 4
OFFER = timedelta(hours=2)
LAST_OFFER = timedelta(minutes=15)
DOORS = timedelta(minutes=20)
