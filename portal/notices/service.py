"""Commands on one's own notices. Reading them is nobody else's business, hence nothing of it is in the trail."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import clock
from portal.mail.models import OutgoingMail
from portal.notices import queries
from portal.policies import Actor


def read(session: Session, mail: OutgoingMail) -> bool:
    """Note that its reader has opened a notice; whether it was unread."""
    return _read(session, OutgoingMail.id == mail.id) == 1


def read_all(session: Session, actor: Actor, *, up_to: int) -> int:
    """Note that an actor has seen every notice up to the mail `up_to`; returns how many were unread.

    What has come since the page was drawn stays unread.
    """
    return _read(session, queries.visible_to(actor), OutgoingMail.id <= up_to)


def _read(session: Session, *which: sa.ColumnElement[bool]) -> int:
    # Not through the mapped row, whose `rev` belongs to delivery: it may be at work on it.
    done = session.execute(
        sa.update(OutgoingMail)
        .where(OutgoingMail.read_at.is_(None), *which)
        .values(read_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]
