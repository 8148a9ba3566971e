"""What the reminders of a film's makers share: whose film it is, what the desk calls it, and the mail to its owner."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.entries.models import Entry
from portal.i18n import moment, pick, translate, using
from portal.jury.invitations import places
from portal.mail import outbox
from portal.programme import zones
from portal.reminders.models import Reminder


def owned() -> tuple[sa.ColumnElement[bool], ...]:
    """Joins an entry with the person who is told of it."""
    return (Person.id == Entry.owner_id, Person.disabled_at.is_(None))


def stays_away() -> sa.ColumnElement[bool]:
    """Says of an entry that it was selected and does not come: declined, or not answered in time."""
    return places.answered(Entry.id, *places.FREED)


def titles(session: Session, entry_ids: Collection[int]) -> dict[int, str]:
    """Each entry as the desk calls it: number and title."""
    columns = (Entry.id, Entry.number, Entry.title_ko, Entry.title_en)
    rows = session.execute(sa.select(*columns).where(Entry.id.in_(entry_ids)))
    return {row.id: f"{row.number} {pick(row.title_ko, row.title_en)}".strip() for row in rows}


def title_of(entry: Entry) -> str:
    """A film's title in the language in use; its number where it has none yet."""
    return pick(entry.title_ko, entry.title_en) or entry.number


def date_told(at: datetime, reader: Person) -> str:
    """A date by the Korean clock and, where they differ, by the reader's own, in the language in use."""
    away = zones.there(at, reader.timezone)
    return f"{moment(at, year=True)} KST" + (f" · {away}" if away else "")


def tell(
    session: Session,
    reminder: Reminder,
    mail: str,
    entry: Entry,
    *,
    about: Any,
    until: datetime,
    more: int = 0,
    **facts: Any,
) -> None:
    """Queue a mail about a film, and so many `more` of the same owner, to whom they belong.

    `until` is the date it tells of, also by the reader's own clock.
    """
    owner = session.get_one(Person, entry.owner_id)
    with using(owner.language, owner.timezone):
        when = date_told(until, owner)
        title = title_of(entry)
        if more:
            title = translate("{title} and {n} more").format(title=title, n=more)
    name = owner.shown_in(owner.language)
    outbox.queue(
        session,
        mail,
        to=outbox.Recipient(owner.email, owner.language, name, owner.id, owner.timezone),
        about=about,
        transition=f"reminder:{reminder.nth}",
        edition_id=reminder.edition_id,
        entry=entry,
        title=title,
        until=until,
        when=when,
        **facts,
    )
