"""Drafts nobody has handed in: seven days, two days and three hours before the call closes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.calls.models import Call
from portal.entries import checklist
from portal.entries import queries as entries
from portal.entries.models import Entry
from portal.entries.queries.entry import parts
from portal.i18n import N_, pick, using
from portal.lifecycles import EntryState
from portal.reminders.due import ten_after
from portal.reminders.kind import Kind, Wanted
from portal.reminders.makers import date_told, owned, tell, title_of, titles
from portal.reminders.models import Reminder

DAYS = {1: timedelta(days=7), 2: timedelta(days=2)}
LAST, HOURS = 3, timedelta(hours=3)
# Whoever began yesterday knows of the draft.
_REST = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Draft:
    """What a letter says of one of its drafts, in its reader's language; `left` are the tasks that are not done."""

    number: str
    title: str
    call: str
    when: str
    left: Sequence[str]
    graced: bool


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


def _write(session: Session, reminders: Sequence[Reminder]) -> None:
    """One letter that names every draft; what closes within hours has its own."""
    for mail, same in (
        ("reminder_deadline", [one for one in reminders if one.nth == LAST]),
        ("reminder_draft", [one for one in reminders if one.nth != LAST]),
    ):
        if same:
            _tell(session, mail, {one.object_id: one for one in same})


def _tell(session: Session, mail: str, reminders: Mapping[int, Reminder]) -> None:
    """One letter about these drafts, by entry; about the one whose call closes first."""
    wanted = sa.select(Entry).join(Entry.call).where(Entry.id.in_(reminders)).options(*parts())
    entries = session.scalars(wanted.order_by(Call.closes_at, Entry.id)).unique().all()
    first = entries[0]
    drafts, until, more = [_draft(session, entry) for entry in entries], first.call.closes_at, len(entries) - 1
    tell(session, reminders[first.id], mail, first, about=first, until=until, more=more, drafts=drafts)


def _draft(session: Session, entry: Entry) -> Draft:
    owner = entry.owner
    with using(owner.language, owner.timezone):
        return Draft(
            entry.number,
            title_of(entry),
            pick(entry.call.name_ko, entry.call.name_en),
            date_told(entry.call.closes_at, owner),
            _left(session, entry),
            entry.call.grace_minutes > 0,
        )


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
