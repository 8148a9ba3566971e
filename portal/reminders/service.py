"""Commands on reminders."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal import clock
from portal.errors import Invalid
from portal.i18n import N_
from portal.lifecycles import ReminderState, advance
from portal.policies import Actor
from portal.reminders.models import Reminder
from portal.reminders.reasons import Reason


def cancel(session: Session, reminder: Reminder, *, by: Actor) -> None:
    """Keep one reminder from being sent, until somebody plans it again; twice is once.

    Raises IllegalMove once it was sent.
    """
    session.refresh(reminder, with_for_update=True)
    if reminder.state == ReminderState.CANCELLED:
        return
    advance(session, reminder, ReminderState.CANCELLED, by=by, kind=reminder.kind, recipient=reminder.recipient)
    reminder.settled_at, reminder.reason = clock.now(), Reason.BY_HAND.value
    session.flush()


def plan_again(session: Session, reminder: Reminder, *, by: Actor) -> None:
    """Take back that somebody cancelled it; what is over by then is cancelled when it is due. Twice is once."""
    session.refresh(reminder, with_for_update=True)
    if reminder.state == ReminderState.PLANNED:
        return
    if reminder.reason not in ("", Reason.BY_HAND):
        raise Invalid("main", N_("Only what was cancelled by hand can be planned again by hand."))
    advance(session, reminder, ReminderState.PLANNED, by=by, kind=reminder.kind, recipient=reminder.recipient)
    reminder.settled_at, reminder.reason = None, ""
    session.flush()
