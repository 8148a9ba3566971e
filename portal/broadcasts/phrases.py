"""What the states of letters to many are called."""

from __future__ import annotations

from portal.i18n import N_, translate
from portal.lifecycles import BroadcastState

_STATES = {
    BroadcastState.DRAFT: (N_("Draft"), ""),
    BroadcastState.PREPARED: (N_("In the outbox"), "warn"),
    BroadcastState.SENT: (N_("Sent"), "ok"),
    BroadcastState.CANCELLED: (N_("Cancelled"), ""),
}


def state_name(state: BroadcastState) -> str:
    """The state in the language in use."""
    return translate(_STATES[state][0])


def state_tag(state: BroadcastState) -> str:
    """The colour of the state's tag."""
    return _STATES[state][1]
