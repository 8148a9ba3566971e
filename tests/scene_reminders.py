"""Reminders on the stage: one that is planned, one that was sent, one that was not needed."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from portal import clock
from portal.entries.models import Entry
from portal.lifecycles import ReminderState
from portal.reminders.models import Reminder
from portal.reminders.reasons import Reason

RECIPIENT = "stage-reminder@pan.example"


def with_reminders(session: Session, draft: Entry) -> None:
    """One of each state, about a draft."""
    now = clock.now()
    about = {"kind": "draft", "object_kind": "entries", "object_id": draft.id, "edition_id": draft.edition_id}
    told = {"recipient": RECIPIENT, "due_at": now - timedelta(hours=1), "settled_at": now}
    session.add_all(
        [
            Reminder(**about, recipient=RECIPIENT, nth=3, due_at=now + timedelta(days=9)),
            Reminder(**about, **told, nth=2, state=ReminderState.SENT),
            Reminder(**about, **told, nth=1, state=ReminderState.CANCELLED, reason=Reason.OVERTAKEN.value),
        ]
    )


def planned(session: Session) -> Reminder:
    """The planned one."""
    return session.query(Reminder).filter_by(recipient=RECIPIENT, state=ReminderState.PLANNED).one()
