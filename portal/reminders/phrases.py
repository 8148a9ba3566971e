"""What reminders, their states and their reasons are called."""

from __future__ import annotations

from portal.i18n import N_, translate
from portal.lifecycles import ReminderState
from portal.reminders.kinds import KINDS
from portal.reminders.reasons import Reason

_STATES = {
    ReminderState.PLANNED: N_("Planned"),
    ReminderState.SENT: N_("Sent"),
    ReminderState.CANCELLED: N_("Not needed"),
}
_REASONS = {
    Reason.OVERTAKEN: N_("A later one was due as well"),
    Reason.LATE: N_("It would have come too late"),
    Reason.BY_HAND: N_("Cancelled by hand"),
}


def state_name(state: ReminderState) -> str:
    """The state in the language in use."""
    return translate(_STATES[state])


def kind_name(kind: str) -> str:
    """What the desk calls a kind."""
    return translate(KINDS[kind].title)


def kind_rule(kind: str) -> str:
    """When reminders of a kind go to whom, in one line."""
    return translate(KINDS[kind].rule)


def reason_text(kind: str, reason: str) -> str:
    """Why a reminder was cancelled; a reason that ended has the words of its kind."""
    return translate(KINDS[kind].ended if reason == Reason.ENDED else _REASONS[Reason(reason)])
