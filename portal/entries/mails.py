"""The mails about an entry to its people, each in their own language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy.orm import Session

from portal.accounts.letters import addressed
from portal.accounts.models import Person
from portal.entries.models import Entry
from portal.mail import outbox


def send(
    session: Session,
    kind: str,
    entry: Entry,
    people: Iterable[Person],
    transition: str,
    *,
    attached: Callable[[str], Sequence[outbox.Attachment]] = lambda language: (),
    **context: Any,
) -> None:
    """Queue a mail about a transition of the entry to each of these people, with what `attached` has in their language.

    Templates get the titles, names of call and category besides.
    """
    outbox.queue_all(
        session,
        kind,
        [outbox.Letter(addressed(person), attached(person.language)) for person in people],
        about=entry,
        transition=transition,
        edition_id=entry.edition_id,
        number=entry.number,
        title_ko=entry.title_ko or entry.number,
        title_en=entry.title_en or entry.number,
        call=entry.call,
        category=entry.category,
        **context,
    )
