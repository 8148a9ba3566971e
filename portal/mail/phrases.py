"""What the states of a mail and the kinds of mails are called."""

from __future__ import annotations

from portal.i18n import N_, translate
from portal.lifecycles import MailState

_STATES = {
    MailState.DRAFT: (N_("Held"), "warn"),
    MailState.QUEUED: (N_("Waiting"), "info"),
    MailState.SENDING: (N_("Sending"), "info"),
    MailState.SENT: (N_("Sent"), "ok"),
    MailState.FAILED: (N_("Failed"), "bad"),
    MailState.SUPERSEDED: (N_("Replaced"), ""),
    MailState.CANCELLED: (N_("Cancelled"), ""),
}


def state_name(state: MailState) -> str:
    """The state in the language in use."""
    return translate(_STATES[state][0])


def state_tag(state: MailState) -> str:
    """The colour of the state's tag."""
    return _STATES[state][1]
