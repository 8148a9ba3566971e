"""What the states of a mail and the kinds of mails are called."""

from __future__ import annotations

from portal.i18n import N_, translate
from portal.lifecycles import MailState
from portal.mail.kinds import KINDS

_STATES = {
    MailState.DRAFT: (N_("Held"), "warn"),
    MailState.QUEUED: (N_("Waiting"), "info"),
    MailState.SENDING: (N_("Sending"), "info"),
    MailState.SENT: (N_("Sent"), "ok"),
    MailState.FAILED: (N_("Failed"), "bad"),
    MailState.BOUNCED: (N_("Came back"), "bad"),
    MailState.SUPERSEDED: (N_("Replaced"), ""),
    MailState.CANCELLED: (N_("Cancelled"), ""),
    MailState.KEPT: (N_("In the portal only"), ""),
}


def state_name(state: MailState) -> str:
    """The state in the language in use."""
    return translate(_STATES[state][0])


def state_tag(state: MailState) -> str:
    """The colour of the state's tag."""
    return _STATES[state][1]


def kind_name(kind: str) -> str:
    """What the desk calls a kind of mail; the kind itself where nobody has named it."""
    return translate(KINDS[kind].name) if kind in KINDS else kind
