"""Consents that a film still lacks: to its owner, who has to ask for them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.calls.models import Call
from portal.disclosure.codes import ConsentStatus, PerformerKind
from portal.disclosure.models import Disclosure, Performer
from portal.entries.models import Entry
from portal.i18n import N_
from portal.jury.decisions.models import Outcome
from portal.lifecycles import EntryState
from portal.reminders.due import ten_after
from portal.reminders.kind import Kind, Wanted, one_by_one
from portal.reminders.makers import owned, stays_away, tell, titles
from portal.reminders.models import Reminder

BEFORE, AFTER = timedelta(days=5), timedelta(days=3)
# So long after its hand-in a film's consents are the office's business.
CHASED = timedelta(days=30)
DRAFTED, HANDED_IN = 1, 2
_IN = (EntryState.SUBMITTED, EntryState.NEEDS_FIX, EntryState.ELIGIBLE)
_LACKING = (
    Performer.kind != PerformerKind.SYN,
    Performer.consent_status.in_((ConsentStatus.PENDING, ConsentStatus.DECLARED)),
)


def _wanted(session: Session, *, now: datetime, of: int | None = None) -> Iterator[Wanted]:
    lacking = sa.exists().where(Disclosure.entry_id == Entry.id, Performer.disclosure_id == Disclosure.id, *_LACKING)
    query = (
        sa.select(Entry.id, Entry.edition_id, Entry.state, Entry.submitted_at, Entry.created_at, Call.closes_at)
        .add_columns(Person.email, Person.timezone)
        .join(Call, Call.id == Entry.call_id)
        .join(Person, sa.and_(*owned()))
        .where(Entry.state.in_((EntryState.DRAFT, *_IN)), Entry.announced != Outcome.NOT_SELECTED, ~stays_away())
        .where(lacking, *(() if of is None else (Entry.id == of,)))
    )
    for row in session.execute(query):
        nth, since, until = _moment(row)
        due_at = ten_after(since, row.timezone)
        if row.created_at <= due_at - timedelta(days=1):
            yield Wanted(row.id, row.email, nth, due_at, until, row.edition_id)


def _moment(row: Any) -> tuple[int, datetime, datetime]:
    """Which reminder it is, since when, and until when it is of use."""
    if row.state == EntryState.DRAFT:
        return DRAFTED, row.closes_at - BEFORE, row.closes_at
    return HANDED_IN, row.submitted_at + AFTER, row.submitted_at + CHASED


def _write(session: Session, reminder: Reminder) -> None:
    entry = session.get_one(Entry, reminder.object_id)
    call = session.get_one(Call, entry.call_id)
    names = sa.select(Performer.name).join(Performer.disclosure).where(Disclosure.entry_id == entry.id, *_LACKING)
    people = session.scalars(names.order_by(Performer.id)).all()
    drafted = reminder.nth == DRAFTED
    tell(
        session, reminder, "reminder_consents", entry, about=entry, until=call.closes_at, people=people, drafted=drafted
    )


KIND = Kind(
    name="consents",
    model=Entry,
    title=N_("Missing consents"),
    rule=N_(
        "To the owner of a film whose people have not agreed: 5 days before the call closes, 3 days after hand-in."
    ),
    ended=N_("Everybody has agreed, or the film is not in the running"),
    wanted=_wanted,
    named=titles,
    write=one_by_one(_write),
)
