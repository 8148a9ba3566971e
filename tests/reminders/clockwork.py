"""The clock of these tests: stands at a moment, lets the two workers of reminders run, and says who was written to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
import time_machine
from sqlalchemy.orm import Session

from portal.i18n import SEOUL
from portal.mail.models import OutgoingMail
from workers.reminders import plan, remind
from workers.sweep import SWEEPS


def seoul(text: str) -> datetime:
    """`2027-03-28 10:00` in Seoul."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(SEOUL))


def strike(session: Session, at: datetime, *, planning: bool = True) -> None:
    """One stroke of the clock: the plan is kept up, and what is due is settled, rung for twice."""
    session.commit()
    with time_machine.travel(at, tick=False):
        if planning:
            plan()
        due = list(SWEEPS["mail.remind"](session))
        session.commit()
        for reminder_id in (*due, *due):
            remind(reminder_id)
    session.expire_all()


def told(session: Session, *kinds: str) -> list[tuple[str, datetime]]:
    """Who got mails of these kinds, and when, in that order."""
    query = sa.select(OutgoingMail.recipient, OutgoingMail.created_at).where(OutgoingMail.kind.in_(kinds))
    return [(row.recipient, row.created_at) for row in session.execute(query.order_by(OutgoingMail.id))]


def strike_all(session: Session, moments: Iterable[datetime], *, plan_every: timedelta = timedelta(0)) -> None:
    """The clock at each of these moments, in their order; the plan is kept up so often."""
    planned = datetime.min.replace(tzinfo=UTC)
    for at in sorted({moment.astimezone(UTC) for moment in moments}):
        due = at - planned >= plan_every
        strike(session, at, planning=due)
        planned = at if due else planned
