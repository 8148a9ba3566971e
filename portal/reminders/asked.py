"""What the reminders of a mailed question share: the address is asked again by the link it was sent before.

The secret of such a link is kept nowhere but in the mail that brought it.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.mail.models import OutgoingMail


def _brought(mail: str, model: Any, object_id: Any) -> tuple[sa.ColumnElement[bool], ...]:
    about = (OutgoingMail.object_kind == model.__tablename__, OutgoingMail.object_id == object_id)
    return (OutgoingMail.kind == mail, *about, OutgoingMail.path != "")


def was_asked(mail: str, model: Any) -> sa.ColumnElement[bool]:
    """Whether a mail of that kind brought the question of a row to somebody."""
    return sa.exists().where(*_brought(mail, model, model.id))


def question(session: Session, mail: str, model: Any, object_id: int) -> OutgoingMail:
    """The last mail that brought it; its `path` is the link."""
    found = sa.select(OutgoingMail).where(*_brought(mail, model, object_id))
    return session.scalars(found.order_by(OutgoingMail.id.desc()).limit(1)).one()
