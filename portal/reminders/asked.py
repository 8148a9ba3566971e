"""What the reminders of a mailed question share: it is asked again by the link that was sent before.

The secret of such a link is kept nowhere but in the mail that brought it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.mail.models import OutgoingMail


def _brought(mail: str, model: Any, object_id: Any) -> tuple[sa.ColumnElement[bool], ...]:
    about = (OutgoingMail.object_kind == model.__tablename__, OutgoingMail.object_id == object_id)
    return (OutgoingMail.kind == mail, *about, OutgoingMail.path != "")


def asked_at(mail: str, model: Any) -> sa.ScalarSelect[datetime]:
    """When a mail of that kind last brought the question of a row to somebody; NULL where none did."""
    return sa.select(sa.func.max(OutgoingMail.created_at)).where(*_brought(mail, model, model.id)).scalar_subquery()


def question(session: Session, mail: str, model: Any, object_id: int) -> OutgoingMail:
    """The last mail that brought it; its `path` is the link that works."""
    found = sa.select(OutgoingMail).where(*_brought(mail, model, object_id))
    return session.scalars(found.order_by(OutgoingMail.id.desc()).limit(1)).one()
