"""What a film owes the hall and the catalogue: in the last three days before the date, and on the last day.

Things of a film that are due together are one reminder, about the first of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

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
from portal.reminders.makers import owned, tell
from portal.reminders.models import Reminder

BEFORE = {1: timedelta(days=3), 2: timedelta(days=1)}
_OUT = (EntryState.WITHDRAWN, EntryState.INELIGIBLE, EntryState.DISQUALIFIED)


def _wanted(session: Session, *, now: datetime, of: int | None = None) -> Iterator[Wanted]:
    first, owed = sa.func.min(Material.id), sa.func.max(sa.case((Material.state.in_(OWED), 1), else_=0))
    query = (
        sa.select(first.label("id"), Material.due_at, Entry.edition_id, Person.email, Person.timezone)
        .join(Material.entry)
        .join(Person, sa.and_(*owned()))
        .where(Material.due_at > now, Entry.state.not_in(_OUT))
        .group_by(Material.entry_id, Material.due_at, Entry.id, Person.id)
        .having(owed == 1, *(() if of is None else (first == of,)))
    )
    for row in session.execute(query):
        for nth, before in BEFORE.items():
            due_at = ten_after(row.due_at - before, row.timezone)
            yield Wanted(row.id, row.email, nth, due_at, row.due_at, row.edition_id)


def _named(session: Session, material_ids: Collection[int]) -> dict[int, str]:
    query = (
        sa.select(Material.id, Entry.number, Entry.title_ko, Entry.title_en)
        .join(Material.entry)
        .where(Material.id.in_(material_ids))
    )
    rows = session.execute(query)
    return {row.id: f"{row.number} {pick(row.title_ko, row.title_en)}".strip() for row in rows}


def _write(session: Session, reminder: Reminder) -> None:
    found = sa.select(Material).where(Material.id == reminder.object_id).options(joinedload(Material.entry))
    first = session.scalars(found).one()
    owed = sa.select(Material.kind).where(
        Material.entry_id == first.entry_id, Material.due_at == first.due_at, Material.state.in_(OWED)
    )
    kinds = session.scalars(owed.order_by(Material.id)).all()
    owner = session.get_one(Person, first.entry.owner_id)
    with using(owner.language):
        names = [kind_text(kind) for kind in kinds]
    tell(session, reminder, "reminder_materials", first.entry, about=first, until=first.due_at, names=names)


KIND = Kind(
    name="materials",
    model=Material,
    title=N_("Materials due"),
    rule=N_("To the owner of a film that still owes something by a date: 3 days before it, and on the last day."),
    ended=N_("Everything came in, or is not needed"),
    wanted=_wanted,
    named=_named,
    write=_write,
)
