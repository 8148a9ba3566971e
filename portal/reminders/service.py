"""Commands on reminders."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal import clock
from portal.lifecycles import ReminderState, advance
from portal.policies import Actor
from portal.reminders.models import Reminder
from portal.reminders.reasons import Reason


def cancel(session: Session, reminder: Reminder, *, by: Actor) -> None:
    """Keep one reminder from being sent, for good; twice is once. Raises IllegalMove once it was sent."""
    session.refresh(reminder, with_for_update=True)
    if reminder.state == ReminderState.CANCELLED:
        return
    advance(session, reminder, ReminderState.CANCELLED, by=by, kind=reminder.kind, recipient=reminder.recipient)
    reminder.settled_at, reminder.reason = clock.now(), Reason.BY_HAND.value
    session.flush()
