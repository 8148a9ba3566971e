"""What a film owes the hall and the catalogue: in the last three days before the date, and on the last day.

Each thing has reminders of its own, so that another date for one moves no other; things of a film that are due together
are one letter.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.accounts.models import Person
from portal.entries.models import Entry
from portal.i18n import N_, pick, using
from portal.lifecycles import EntryState
from portal.programme.materials.dues import OWED, kind_text
from portal.programme.materials.models import Material
from portal.reminders.due import ten_after
from portal.reminders.kind import Kind, Wanted
from portal.reminders.makers import owned, stays_away, tell
from portal.reminders.models import Reminder

BEFORE = {1: timedelta(days=3), 2: timedelta(days=1)}
_OUT = (EntryState.WITHDRAWN, EntryState.INELIGIBLE, EntryState.DISQUALIFIED)


def _wanted(session: Session, *, now: datetime, of: int | None = None) -> Iterator[Wanted]:
    query = (
        sa.select(Material.id, Material.due_at, Entry.edition_id, Person.email, Person.timezone)
        .join(Material.entry)
        .join(Person, sa.and_(*owned()))
        .where(Material.state.in_(OWED), Material.due_at > now, Entry.state.not_in(_OUT), ~stays_away())
        .where(*(() if of is None else (Material.id == of,)))
    )
    for row in session.execute(query):
        for nth, before in BEFORE.items():
            due_at = ten_after(row.due_at - before, row.timezone)
            yield Wanted(row.id, row.email, nth, due_at, row.due_at, row.edition_id)


def _named(session: Session, material_ids: Collection[int]) -> dict[int, str]:
    query = (
        sa.select(Material.id, Material.kind, Entry.number, Entry.title_ko, Entry.title_en)
        .join(Material.entry)
        .where(Material.id.in_(material_ids))
    )
    return {
        row.id: f"{row.number} {pick(row.title_ko, row.title_en)} ({kind_text(row.kind)})"
        for row in session.execute(query)
    }


def _write(session: Session, reminders: Sequence[Reminder]) -> None:
    by_material = {one.object_id: one for one in reminders}
    wanted = sa.select(Material).where(Material.id.in_(by_material)).options(joinedload(Material.entry))
    owed = session.scalars(wanted.order_by(Material.entry_id, Material.due_at, Material.id)).all()
    for _, same in groupby(owed, key=lambda one: (one.entry_id, one.due_at)):
        together = list(same)
        _tell(session, by_material[together[0].id], together)


def _tell(session: Session, reminder: Reminder, owed: Sequence[Material]) -> None:
    """One letter about things of one film with one date."""
    first = owed[0]
    owner = session.get_one(Person, first.entry.owner_id)
    with using(owner.language):
        names = [kind_text(one.kind) for one in owed]
    tell(session, reminder, "reminder_materials", first.entry, about=first, until=first.due_at, names=names)


KIND = Kind(
    name="materials",
    model=Material,
    title=N_("Materials due"),
    rule=N_("To the owner of a film that still owes something by a date: 3 days before it, and on the last day."),
    ended=N_("Came in, or is not needed"),
    wanted=_wanted,
    named=_named,
    write=_write,
)
