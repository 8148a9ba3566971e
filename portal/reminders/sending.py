"""Settles a reminder whose time has come: the reason is asked again, the mail queued and the row marked, all as one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import claims, clock
from portal.lifecycles import ReminderState, advance_row
from portal.reminders.kind import in_time, why_not
from portal.reminders.kinds import KINDS
from portal.reminders.models import Reminder

REST = timedelta(minutes=10)


def settle(session: Session, reminder_id: int) -> int:
    """Queue the mails of a due reminder, and of what else of its kind is due to its reader; how many reminders it were.

    One whose reason has ended is cancelled, one whose date has moved is planned for then.
    """
    now = clock.now()
    ready = [one for one in _due(session, reminder_id, now) if _is_sent(session, one, now)]
    if ready:
        KINDS[ready[0].kind].write(session, ready)
    return len(ready)


def _due(session: Session, reminder_id: int, now: datetime) -> Sequence[Reminder]:
    """The row if it is planned and its time has come, with those that go to the same reader; locked in one order."""
    ready = (Reminder.state == ReminderState.PLANNED, Reminder.due_at <= now)
    asked = session.execute(
        sa.select(Reminder.kind, Reminder.recipient).where(Reminder.id == reminder_id, *ready)
    ).first()
    if asked is None:
        return []
    same = (Reminder.kind == asked.kind, Reminder.recipient == asked.recipient, *ready)
    free = sa.or_(Reminder.id == reminder_id, claims.free(Reminder))
    found = sa.select(Reminder).where(*same, free).order_by(Reminder.id).with_for_update()
    rows = session.scalars(found).all()
    return rows if any(one.id == reminder_id for one in rows) else []


def _is_sent(session: Session, reminder: Reminder, now: datetime) -> bool:
    """Ask for its reason again; whether the row was marked as sent."""
    key = (reminder.object_id, reminder.recipient, reminder.nth)
    wanted = list(KINDS[reminder.kind].wanted(session, now=now, of=reminder.object_id))
    found = in_time(wanted, now=now).get(key)
    if found is None:
        reason = why_not(key, wanted, now=now)
        advance_row(session, Reminder, reminder.id, ReminderState.CANCELLED, settled_at=now, reason=reason.value)
        return False
    if found.due_at > now:
        reminder.due_at = found.due_at
        return False
    return advance_row(session, Reminder, reminder.id, ReminderState.SENT, settled_at=now) is not None


def put_off(session: Session, reminder_id: int, error: str) -> None:
    """Note why a mail could not be written, and leave the row alone for a while."""
    held = (
        sa.update(Reminder)
        .where(Reminder.id == reminder_id, Reminder.state == ReminderState.PLANNED)
        .values(attempts=Reminder.attempts + 1, last_error=error, lease_until=clock.now() + REST)
    )
    session.execute(held.execution_options(synchronize_session=False))
