"""The mails about an entry: one call for each of its people, in their own language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.entries.models import Entry
from portal.mail import outbox


def send(
    session: Session,
    kind: str,
    entry: Entry,
    person: Person,
    transition: str,
    *,
    attachments: Sequence[outbox.Attachment] = (),
    **context: Any,
) -> None:
    """Queue one mail about a transition of the entry; templates get the titles, names of call and category besides."""
    to = outbox.Recipient(person.email, person.language, person.shown_in(person.language), person.id)
    outbox.queue(
        session,
        kind,
        to=to,
        about=entry,
        transition=transition,
        edition_id=entry.edition_id,
        attachments=attachments,
        number=entry.number,
        title_ko=entry.title_ko or entry.number,
        title_en=entry.title_en or entry.number,
        call=entry.call,
        category=entry.category,
        **context,
    )
