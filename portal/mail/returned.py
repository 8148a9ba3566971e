"""Whose mail came back: what the office sees beside a person, until a later mail has reached them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.lifecycles import MailState
from portal.mail.models import OutgoingMail, Suppression

_SETTLED = (MailState.SENT, MailState.BOUNCED, MailState.FAILED)


@dataclass(frozen=True, slots=True)
class Returned:
    """The last mail to somebody, which did not reach them: where it went, what it was about, what the server said.

    `suppressed` says that nothing is sent to the address until the desk takes it off that list.
    """

    mail_id: int
    person_id: int
    address: str
    subject: str
    sent_at: datetime | None
    words: str
    suppressed: bool


def returned(session: Session, person_ids: Collection[int] | sa.Select[int]) -> dict[int, Returned]:
    """Those of these people whom the last mail did not reach; one statement."""
    if isinstance(person_ids, Collection) and not person_ids:
        return {}
    last = (
        sa.select(sa.func.max(OutgoingMail.id))
        .where(OutgoingMail.person_id.in_(person_ids), OutgoingMail.state.in_(_SETTLED))
        .group_by(OutgoingMail.person_id)
    )
    mail = (OutgoingMail.id, OutgoingMail.person_id, OutgoingMail.recipient, OutgoingMail.subject, OutgoingMail.sent_at)
    closed = sa.exists().where(Suppression.address == OutgoingMail.recipient)
    rows: Sequence[Any] = session.execute(
        sa.select(*mail, sa.func.coalesce(OutgoingMail.last_error, ""), closed).where(
            OutgoingMail.id.in_(last), OutgoingMail.state != MailState.SENT
        )
    ).all()
    return {row.person_id: Returned(*row) for row in rows}
