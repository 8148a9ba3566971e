"""Mails, notices and reminders are forgotten when their time is over: no day earlier, and nothing that is at work."""

from __future__ import annotations

from datetime import date, timedelta

import sqlalchemy as sa
import time_machine
from sqlalchemy.orm import Session

from portal import clock
from portal.audit import AuditRecord
from portal.lifecycles import MailState, ReminderState
from portal.mail.models import OutgoingMail
from portal.reminders.models import Reminder
from portal.settings import Settings
from tests import builders
from tests.notices.letters import write
from workers.notices import forget

DAY = timedelta(days=1)


def test_a_year_after_its_edition_what_people_were_told_is_forgotten(session: Session, environment: Settings) -> None:
    ends_on = date(2027, 2, 21)
    edition = builders.edition(session, starts_on=ends_on - DAY, ends_on=ends_on)
    reader, written = builders.person(session), "2027-02-01T03:00:00Z"
    with time_machine.travel(written, tick=False):
        fates = {name: write(session, reader, name) for name in ("sent", "kept", "queued", "decided", "of no edition")}
        row = {"kind": "draft", "object_kind": "entries", "recipient": reader.email, "edition_id": edition.id}
        settled = {"due_at": clock.now(), "created_at": clock.now()}
        states = (ReminderState.SENT, ReminderState.PLANNED)
        session.add_all(Reminder(**row, **settled, object_id=n, state=state) for n, state in enumerate(states))
    for name, mail in fates.items():
        mail.edition_id = edition.id if name != "of no edition" else None
        mail.state = {"queued": MailState.QUEUED, "kept": MailState.KEPT}.get(name, MailState.SENT)
    fates["decided"].object_kind = "decisions"
    ids = {mail.id: name for name, mail in fates.items()}
    session.commit()

    def left(days: int) -> tuple[set[str], set[ReminderState]]:
        session.rollback()
        with time_machine.travel(f"{ends_on + days * DAY}T12:00:00Z", tick=False):
            forget()
            forget()
        known = session.scalars(sa.select(OutgoingMail.id)).all()
        return {ids[one] for one in known}, set(session.scalars(sa.select(Reminder.state)))

    keep = environment.mails_keep_days
    assert left(keep) == ({*fates} - {"of no edition"}, set(states)), "of no edition it is a year after it was written"
    assert left(keep + 1) == ({"queued", "decided"}, {ReminderState.PLANNED})
    told = sa.select(AuditRecord.verb).where(AuditRecord.verb.endswith(".forgotten")).order_by(AuditRecord.seq)
    assert session.scalars(told).all() == ["mails.forgotten", "mails.forgotten", "reminders.forgotten"]
