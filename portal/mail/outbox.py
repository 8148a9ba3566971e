"""Puts mails into the outbox together with the change they tell of; delivery is the worker's business."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal import clock, doorbell, i18n, links
from portal.lifecycles import MailState
from portal.mail.models import OutgoingMail
from portal.mail.render import render

Attachment = tuple[str, str, bytes]


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who gets a mail, and in which language."""

    email: str
    language: str
    name: str
    person_id: int | None = None


def queue(
    session: Session,
    kind: str,
    *,
    to: Recipient,
    about: Any,
    transition: str,
    edition_id: int | None = None,
    hold: bool = False,
    batch: str | None = None,
    attachments: Sequence[Attachment] = (),
    **context: Any,
) -> OutgoingMail:
    """Render a mail about a row's transition and store it; asked twice, it returns the first.

    `hold` makes a draft that waits for a person's release; every other mail leaves after the commit.
    """
    session.flush()
    key = {
        "object_kind": about.__tablename__,
        "object_id": about.id,
        "transition": transition,
        "kind": kind,
        "recipient": to.email,
    }
    values = {"person_id": to.person_id, "edition_id": edition_id, "batch": batch, "hold": hold}
    return _found(session, key) or _stored(
        session, key, {**values, **_content(session, kind, to, attachments, context)}
    )


def _found(session: Session, key: dict[str, Any]) -> OutgoingMail | None:
    return session.scalar(sa.select(OutgoingMail).filter_by(**key))


def _content(
    session: Session, kind: str, to: Recipient, attachments: Sequence[Attachment], context: dict[str, Any]
) -> dict[str, Any]:
    addresses = links.of(session)
    with i18n.using(to.language):
        made = render(kind, addresses.base_url, {**context, "links": addresses, "recipient": to})
    return {
        "language": to.language,
        "subject": made.subject,
        "text": made.text,
        "html": made.html,
        "attachments": [packed(*attachment) for attachment in attachments],
    }


def packed(name: str, content_type: str, body: bytes) -> dict[str, str]:
    """An attachment as the row's JSON holds it."""
    return {"name": name, "type": content_type, "base64": b64encode(body).decode("ascii")}


def _stored(session: Session, key: dict[str, Any], values: dict[str, Any]) -> OutgoingMail:
    state = MailState.DRAFT if values.pop("hold") else MailState.QUEUED
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    row_id = session.scalar(
        insert(OutgoingMail)
        .values(**key, **values, state=state, created_at=clock.now(), attempts=0, uncertain=False, rev=1)
        .on_conflict_do_nothing(index_elements=list(key))
        .returning(OutgoingMail.id)
    )
    if row_id is not None and state is MailState.QUEUED:
        doorbell.after_commit(session, "mail.deliver", row_id)
    mail = _found(session, key)
    assert mail is not None
    return mail
