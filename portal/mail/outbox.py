"""Puts mails into the outbox together with the change they tell of; delivery is the worker's business."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import clock, db, doorbell, i18n, links
from portal.lifecycles import MailState
from portal.mail import queries
from portal.mail.kinds import Urgency, kind_of
from portal.mail.models import OutgoingMail, Way
from portal.mail.render import first_path, render
from portal.mail.wordings.queries import Chosen, chosen

Attachment = tuple[str, str, bytes]


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who gets a mail, in which language, and whose daytime it keeps."""

    email: str
    language: str
    name: str
    person_id: int | None = None
    timezone: str = "Asia/Seoul"


@dataclass(frozen=True, slots=True)
class Letter:
    """One copy of a mail: who gets it, and what is attached for them."""

    to: Recipient
    attachments: Sequence[Attachment] = ()


def queue(
    session: Session,
    kind: str,
    *,
    to: Recipient,
    about: Any,
    transition: str,
    attachments: Sequence[Attachment] = (),
    **values: Any,
) -> OutgoingMail:
    """Render a mail about a row's transition and store it; asked twice, it returns the first.

    Takes what `queue_all` takes besides.
    """
    letter = Letter(to, attachments)
    stored = queue_all(session, kind, [letter], about=about, transition=transition, **values)
    return stored[0] if stored else _first(session, _key(kind, to, about, transition))


def queue_all(
    session: Session,
    kind: str,
    letters: Sequence[Letter],
    *,
    about: Any,
    transition: str,
    edition_id: int | None = None,
    hold: bool = False,
    batch: str | None = None,
    **context: Any,
) -> Sequence[OutgoingMail]:
    """The same for several people in one statement: the mails that are new.

    `hold` makes drafts that wait for a person's release; every other mail leaves after the commit, unless its reader
    wants the topic in the daily letter or in the portal alone.
    """
    session.flush()
    state = MailState.DRAFT if hold else MailState.QUEUED
    words = chosen(session, edition_id, kind)
    same = {"edition_id": edition_id, "batch": batch, "state": state, "created_at": clock.now()}
    rows = [
        {**_key(kind, one.to, about, transition), **same, **_content(session, kind, one, context, words)}
        for one in letters
    ]
    _set_aside(session, kind, rows)
    _keep(session, kind, rows)
    stored = _stored(session, rows) if rows else []
    for mail in stored:
        if mail.state == MailState.QUEUED:
            doorbell.after_commit(session, "mail.deliver", mail.id)
    return stored


def _key(kind: str, to: Recipient, about: Any, transition: str) -> dict[str, Any]:
    return dict(zip(_KEY, (about.__tablename__, about.id, transition, kind, to.email), strict=True))


_KEY = ("object_kind", "object_id", "transition", "kind", "recipient")


def _content(session: Session, kind: str, letter: Letter, context: dict[str, Any], words: Chosen) -> dict[str, Any]:
    addresses, to = links.of(session), letter.to
    with i18n.using(to.language):
        known = {**context, "links": addresses, "recipient": to, "festival": words.festival}
        made = render(kind, addresses.base_url, known, words.spoken)
    return {
        "person_id": to.person_id,
        "language": to.language,
        "subject": made.subject,
        "text": made.text,
        "html": made.html,
        "path": first_path(addresses.base_url, made.html),
        "domain": to.email.rpartition("@")[2],
        "timezone": to.timezone if kind_of(kind).urgency is Urgency.DAYTIME else None,
        "wording": words.version,
        "attachments": [packed(*attachment) for attachment in letter.attachments],
    }


def _set_aside(session: Session, kind: str, rows: list[dict[str, Any]]) -> None:
    """Mails to suppressed addresses are kept as failed ones, where somebody sees them and may try anyway."""
    # What somebody asked for a minute ago goes out even to an address that came back once: it may have been mended.
    asked_for = kind_of(kind).urgency is Urgency.SECURITY
    reasons = {} if asked_for else queries.suppressed(session, [row["recipient"] for row in rows])
    for row in rows:
        row["last_error"] = reasons.get(row["recipient"])
        if row["last_error"] is not None:
            row["state"] = MailState.FAILED


def _keep(session: Session, kind: str, rows: list[dict[str, Any]]) -> None:
    """What its reader does not want as a mail of its own is a notice alone."""
    topic = kind_of(kind).topic
    ways = queries.ways(session, topic, [row["recipient"] for row in rows]) if topic else {}
    for row in rows:
        if row["state"] == MailState.QUEUED and ways.get(row["recipient"], Way.AT_ONCE) != Way.AT_ONCE:
            row["state"] = MailState.KEPT


def packed(name: str, content_type: str, body: bytes) -> dict[str, str]:
    """An attachment as the row's JSON holds it."""
    return {"name": name, "type": content_type, "base64": b64encode(body).decode("ascii")}


def _stored(session: Session, rows: list[dict[str, Any]]) -> Sequence[OutgoingMail]:
    new = db.insert(session, OutgoingMail).on_conflict_do_nothing(index_elements=_KEY).returning(OutgoingMail)
    return session.scalars(new, rows).all()


def _first(session: Session, key: dict[str, Any]) -> OutgoingMail:
    return session.scalars(sa.select(OutgoingMail).filter_by(**key)).one()
