"""Words and colours of the states a booking can be in. Pure."""

from __future__ import annotations

from portal.audience.models import Origin
from portal.i18n import N_, translate
from portal.lifecycles import SeatState

_STATES = {
    SeatState.WAITLISTED: (N_("On the waiting list"), "warn"),
    SeatState.OFFERED: (N_("Offered"), "accent"),
    SeatState.CONFIRMED: (N_("Booked"), "ok"),
    SeatState.CHECKED_IN: (N_("Checked in"), "info"),
    SeatState.NO_SHOW: (N_("Did not come"), ""),
    SeatState.CANCELLED: (N_("Given back"), ""),
    SeatState.EXPIRED: (N_("Ran out"), ""),
}
_PASS = {
    SeatState.CONFIRMED: "valid",
    SeatState.OFFERED: "offered",
    SeatState.WAITLISTED: "offered",
    SeatState.CHECKED_IN: "used",
}


_ORIGINS = {
    Origin.PUBLIC: N_("Booked by themselves"),
    Origin.GUEST_LIST: N_("Guest list"),
    Origin.WALK_IN: N_("At the door"),
}


def origin_text(origin: Origin) -> str:
    """How a booking came about, in the language in use."""
    return translate(_ORIGINS[origin])


def seat_text(state: SeatState) -> str:
    """The state in the language in use."""
    return translate(_STATES[state][0])


def seat_kind(state: SeatState) -> str:
    """The colour of its tag."""
    return _STATES[state][1]


def pass_state(state: SeatState) -> str:
    """How the ticket is drawn: valid, offered, used or cancelled."""
    return _PASS.get(state, "cancelled")
