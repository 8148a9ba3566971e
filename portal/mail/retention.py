"""What people were told is deleted when its time is over, with the notices it is to them."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, clock
from portal.lifecycles import MailState
from portal.mail.models import OutgoingMail
from portal.policies import Actor

MOST_AT_ONCE = 2000
# Editions belong to a later feature; their last day is all that a mail asks of one.
_EDITIONS = sa.table("editions", sa.column("id"), sa.column("ends_on", sa.Date()))
_AT_WORK = (MailState.DRAFT, MailState.QUEUED, MailState.SENDING)


def over(edition_id: sa.SQLColumnExpression[int | None], *, now: datetime, days: int) -> sa.ColumnElement[bool]:
    """Says of a row with that edition that its last day was so many days ago."""
    last = (now - timedelta(days=days)).date()
    return sa.exists().where(_EDITIONS.c.id == edition_id, _EDITIONS.c.ends_on < last)


def forget(session: Session, *, by: Actor) -> int:
    """Delete mails that left, came back or were kept `mails_keep_days` ago, their edition being over as long; how many.

    Decisions keep theirs, as the proof that the makers were told.
    """
    now, days = clock.now(), session.info["settings"].mails_keep_days
    done = (OutgoingMail.state.not_in(_AT_WORK), OutgoingMail.object_kind != "decisions")
    old = (OutgoingMail.created_at < now - timedelta(days=days),)
    edition = sa.or_(OutgoingMail.edition_id.is_(None), over(OutgoingMail.edition_id, now=now, days=days))
    some = sa.select(OutgoingMail.id).where(*done, *old, edition).order_by(OutgoingMail.id).limit(MOST_AT_ONCE)
    gone = sa.delete(OutgoingMail).where(OutgoingMail.id.in_(some), *done).returning(OutgoingMail.id)
    deleted = len(session.scalars(gone.execution_options(synchronize_session=False)).all())
    if deleted:
        audit.record(session, by, "mails.forgotten", OutgoingMail.__tablename__, mails=deleted)
    return deleted
