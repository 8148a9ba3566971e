"""Words and colours of the states a screening and a guest can be in. Pure."""

from __future__ import annotations

from portal.i18n import N_, translate
from portal.lifecycles import GuestState, ScreeningState

_SCREENING = {
    ScreeningState.PLANNED: (N_("Planned"), "line"),
    ScreeningState.CONFIRMED: (N_("Confirmed for the programme"), "info"),
    ScreeningState.RELEASED: (N_("Published"), "ok"),
    ScreeningState.BOOKING: (N_("Booking open"), "ok"),
    ScreeningState.CLOSED: (N_("Booking closed"), "warn"),
    ScreeningState.RUNNING: (N_("Running"), "accent"),
    ScreeningState.HELD: (N_("Over"), ""),
    ScreeningState.CANCELLED: (N_("Cancelled"), "bad"),
}
_GUEST = {
    GuestState.INVITED: (N_("Waiting for an answer"), "warn"),
    GuestState.ACCEPTED: (N_("Comes"), "ok"),
    GuestState.REMOTE: (N_("By video"), "ok"),
    GuestState.DECLINED: (N_("Cannot come"), "bad"),
    GuestState.PRESENT: (N_("Was there"), "ok"),
    GuestState.ABSENT: (N_("Was not there"), "bad"),
}


def state_text(state: ScreeningState) -> str:
    """The state in the language in use."""
    return translate(_SCREENING[state][0])


def state_kind(state: ScreeningState) -> str:
    """The colour of its tag."""
    return _SCREENING[state][1]


def guest_text(state: GuestState) -> str:
    """A guest's answer in the language in use."""
    return translate(_GUEST[state][0])


def guest_kind(state: GuestState) -> str:
    """The colour of its tag."""
    return _GUEST[state][1]
