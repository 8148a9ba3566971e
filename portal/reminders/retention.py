"""Reminders that were sent or not needed are deleted as long after their edition as its mails are."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, clock
from portal.lifecycles import ReminderState
from portal.mail.retention import MOST_AT_ONCE, over
from portal.policies import Actor
from portal.reminders.models import Reminder


def forget(session: Session, *, by: Actor) -> int:
    """Delete the settled reminders of editions that ended `mails_keep_days` ago; how many."""
    now, days = clock.now(), session.info["settings"].mails_keep_days
    settled = (Reminder.state != ReminderState.PLANNED, over(Reminder.edition_id, now=now, days=days))
    some = sa.select(Reminder.id).where(*settled).order_by(Reminder.id).limit(MOST_AT_ONCE)
    gone = sa.delete(Reminder).where(Reminder.id.in_(some)).returning(Reminder.id)
    deleted = len(session.scalars(gone.execution_options(synchronize_session=False)).all())
    if deleted:
        audit.record(session, by, "reminders.forgotten", Reminder.__tablename__, reminders=deleted)
    return deleted
