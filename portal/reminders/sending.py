"""Settles a reminder whose time has come: the reason is asked again, the mail queued and the row marked, all as one."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import clock
from portal.lifecycles import ReminderState, advance_row
from portal.reminders.kind import in_time, why_not
from portal.reminders.kinds import KINDS
from portal.reminders.models import Reminder

REST = timedelta(minutes=10)


def settle(session: Session, reminder_id: int) -> bool:
    """Queue the mail of a due reminder once; whether it was queued now.

    One whose reason has ended is cancelled, one whose date has moved is planned for then.
    """
    now = clock.now()
    reminder = _due(session, reminder_id, now)
    if reminder is None:
        return False
    kind, key = KINDS[reminder.kind], (reminder.object_id, reminder.recipient, reminder.nth)
    wanted = list(kind.wanted(session, now=now, of=reminder.object_id))
    found = in_time(wanted, now=now).get(key)
    if found is None:
        reason = why_not(key, wanted, now=now)
        advance_row(session, Reminder, reminder.id, ReminderState.CANCELLED, settled_at=now, reason=reason.value)
        return False
    if found.due_at > now:
        reminder.due_at = found.due_at
        return False
    if advance_row(session, Reminder, reminder.id, ReminderState.SENT, settled_at=now) is None:
        return False
    kind.write(session, reminder)
    return True


def _due(session: Session, reminder_id: int, now: datetime) -> Reminder | None:
    """The row, locked, if it is planned and its time has come."""
    ready = (Reminder.id == reminder_id, Reminder.state == ReminderState.PLANNED, Reminder.due_at <= now)
    return session.scalar(sa.select(Reminder).where(*ready).with_for_update())


def put_off(session: Session, reminder_id: int, error: str) -> None:
    """Note why a mail could not be written, and leave the row alone for a while."""
    held = (
        sa.update(Reminder)
        .where(Reminder.id == reminder_id, Reminder.state == ReminderState.PLANNED)
        .values(attempts=Reminder.attempts + 1, last_error=error, lease_until=clock.now() + REST)
    )
    session.execute(held.execution_options(synchronize_session=False))
