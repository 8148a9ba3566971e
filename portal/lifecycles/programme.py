"""States and moves of screenings, guests and seats."""

from __future__ import annotations

from enum import StrEnum

from portal.lifecycles.machine import Lifecycle, moves


class ScreeningState(StrEnum):
    PLANNED = "planned"
    CONFIRMED = "confirmed"
    RELEASED = "released"
    BOOKING = "booking"
    CLOSED = "closed"
    RUNNING = "running"
    HELD = "held"
    CANCELLED = "cancelled"


class GuestState(StrEnum):
    INVITED = "invited"
    ACCEPTED = "accepted"
    REMOTE = "remote"
    DECLINED = "declined"
    PRESENT = "present"
    ABSENT = "absent"


class SeatState(StrEnum):
    WAITLISTED = "waitlisted"
    OFFERED = "offered"
    CONFIRMED = "confirmed"
    CHECKED_IN = "checked_in"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


_G = ScreeningState
SCREENING = Lifecycle(
    "screening",
    moves(
        (_G.PLANNED, (_G.CONFIRMED, _G.CANCELLED)),
        (_G.CONFIRMED, (_G.PLANNED, _G.RELEASED, _G.CANCELLED)),
        (_G.RELEASED, (_G.BOOKING, _G.CONFIRMED, _G.CANCELLED)),
        (_G.BOOKING, (_G.CLOSED, _G.CANCELLED)),
        (_G.CLOSED, (_G.BOOKING, _G.RUNNING, _G.CANCELLED)),
        (_G.RUNNING, (_G.HELD,)),
    ),
)
_U = GuestState
GUEST = Lifecycle(
    "guest",
    moves(
        (_U.INVITED, (_U.ACCEPTED, _U.REMOTE, _U.DECLINED)),
        (_U.ACCEPTED, (_U.REMOTE, _U.DECLINED, _U.PRESENT, _U.ABSENT)),
        (_U.REMOTE, (_U.ACCEPTED, _U.DECLINED, _U.PRESENT, _U.ABSENT)),
        (_U.DECLINED, (_U.ACCEPTED, _U.REMOTE, _U.INVITED)),
    ),
)
_B = SeatState
SEAT = Lifecycle(
    "seat",
    moves(
        (_B.WAITLISTED, (_B.OFFERED, _B.CONFIRMED, _B.CANCELLED)),
        (_B.OFFERED, (_B.CONFIRMED, _B.EXPIRED, _B.CANCELLED)),
        (_B.CONFIRMED, (_B.CHECKED_IN, _B.NO_SHOW, _B.CANCELLED)),
        (_B.CHECKED_IN, (_B.CONFIRMED,)),
    ),
)
