"""Reads of what a person was told."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import links
from portal.mail.models import OutgoingMail
from portal.mail.notices import are_notices, told_at
from portal.policies import Actor
from portal.signing import BadToken


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A file that came with a notice, and whose notice it is."""

    person_id: int | None
    name: str
    content_type: str
    body: bytes


def visible_to(actor: Actor) -> sa.ColumnElement[bool]:
    """Which mails are an actor's own notices."""
    return sa.and_(OutgoingMail.person_id == actor.person_id, are_notices())


def rows(actor: Actor, *, unread: bool = False) -> sa.Select[*tuple[Any, ...]]:
    """The actor's notices, the newest first; only the unread ones on request."""
    found = sa.select(
        OutgoingMail.id, OutgoingMail.subject, OutgoingMail.kind, OutgoingMail.read_at, told_at().label("told_at")
    ).where(visible_to(actor))
    if unread:
        found = found.where(OutgoingMail.read_at.is_(None))
    return found.order_by(told_at().desc(), OutgoingMail.id.desc())


def newest(session: Session, actor: Actor) -> str:
    """The name of the actor's last notice; empty without any."""
    last = session.scalar(sa.select(sa.func.max(OutgoingMail.id)).where(visible_to(actor)))
    return links.of(session).notice_token(last) if last else ""


def behind(session: Session, token: str) -> int:
    """The number of the mail behind a notice's name; 0 behind what is none."""
    try:
        return links.of(session).notice_behind(token)
    except BadToken:
        return 0


def notice(session: Session, token: str) -> OutgoingMail | None:
    """The mail behind a notice's name, as long as it is one."""
    return session.scalar(sa.select(OutgoingMail).where(OutgoingMail.id == behind(session, token), are_notices()))


def enclosed(session: Session, token: str, number: int) -> Enclosed | None:
    """One of the files of a notice, counted from 0."""
    mail = notice(session, token)
    if mail is None or number >= len(mail.attachments):
        return None
    file = mail.attachments[number]
    return Enclosed(mail.person_id, file["name"], file["type"], b64decode(file["base64"]))
