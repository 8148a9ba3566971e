"""Drafts nobody has handed in: seven days, two days and three hours before the call closes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.calls.models import Call
from portal.entries import checklist
from portal.entries import queries as entries
from portal.entries.models import Entry
from portal.entries.queries.entry import parts
from portal.i18n import N_, using
from portal.lifecycles import EntryState
from portal.reminders.due import ten_after
from portal.reminders.kind import Kind, Wanted
from portal.reminders.makers import owned, tell, titles
from portal.reminders.models import Reminder

DAYS = {1: timedelta(days=7), 2: timedelta(days=2)}
LAST, HOURS = 3, timedelta(hours=3)
# Whoever began yesterday knows of the draft.
_REST = timedelta(days=1)


def _wanted(session: Session, *, now: datetime, of: int | None = None) -> Iterator[Wanted]:
    begun = (Entry.state == EntryState.DRAFT, Entry.rev > 1)
    open_ = (Call.published_at.is_not(None), Call.opens_at <= now, Call.closes_at > now)
    query = (
        sa.select(Entry.id, Entry.edition_id, Entry.created_at, Call.closes_at, Person.email, Person.timezone)
        .join(Call, Call.id == Entry.call_id)
        .join(Person, sa.and_(*owned()))
        .where(*begun, *open_, *(() if of is None else (Entry.id == of,)))
    )
    for row in session.execute(query):
        for nth, due_at in _moments(row.closes_at, row.timezone, begun=row.created_at):
            yield Wanted(row.id, row.email, nth, due_at, row.closes_at, row.edition_id)


def _moments(closes_at: datetime, zone: str, *, begun: datetime) -> Iterator[tuple[int, datetime]]:
    for nth, before in DAYS.items():
        due_at = ten_after(closes_at - before, zone)
        if due_at - begun >= _REST:
            yield nth, due_at
    if closes_at - HOURS > begun:
        yield LAST, closes_at - HOURS


def _write(session: Session, reminder: Reminder) -> None:
    found = sa.select(Entry).where(Entry.id == reminder.object_id).options(*parts())
    entry = session.scalars(found).one()
    with using(entry.owner.language):
        left = _left(session, entry)
    mail = "reminder_deadline" if reminder.nth == LAST else "reminder_draft"
    tell(session, reminder, mail, entry, about=entry, until=entry.call.closes_at, call=entry.call, left=left)


def _left(session: Session, entry: Entry) -> list[str]:
    """The tasks that something is missing of; where nothing is, handing in itself."""
    items = checklist.assess(entries.material(entry, entries.known_of(session, entry)))
    return [item.title for item in items if item.gaps] or [items[-1].title]


KIND = Kind(
    name="draft",
    model=Entry,
    title=N_("Unfinished draft"),
    rule=N_("To the owner of a draft that was worked on: 7 days, 2 days and 3 hours before its call closes."),
    ended=N_("Handed in or withdrawn, or the call is closed"),
    wanted=_wanted,
    named=titles,
    write=_write,
)
