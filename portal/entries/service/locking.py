"""One writer at a time on an entry, and what every change of it brings up to date."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from portal import clock
from portal.accounts.models import Person
from portal.entries import search
from portal.entries.models import Credit, Entry, Member


def locked(session: Session, entry: Entry) -> None:
    """Wait for whoever changes the entry now, and see what they left (SQLite's writers already stand in line)."""
    session.flush()
    session.refresh(entry, attribute_names=_COLUMNS, with_for_update={"of": Entry})
    members = sa.select(Member).where(Member.entry_id == entry.id).order_by(Member.id)
    fresh = session.scalars(members.execution_options(populate_existing=True)).all()
    for member in fresh:
        set_committed_value(member, "entry", entry)
    set_committed_value(entry, "members", list(fresh))


_COLUMNS = [column.key for column in sa.inspect(Entry).column_attrs]


def locked_people(session: Session, entry: Entry) -> list[Person]:
    """The entry's people, held in one order for everybody, so that limits are counted by one transaction at a time."""
    wanted = sa.select(Person).where(Person.id.in_(entry.member_ids)).order_by(Person.id)
    return list(session.scalars(wanted.with_for_update()))


def touch(session: Session, entry: Entry) -> None:
    """Note the moment and the words the entry is found by."""
    session.flush()
    names = session.execute(sa.select(Credit.native_name, Credit.latin_name).where(Credit.entry_id == entry.id))
    people = [name for row in names for name in row]
    owner = session.get_one(Person, entry.owner_id)
    people += [owner.native_name, owner.latin_name, owner.email]
    entry.search_text = search.search_text([entry.number, entry.title_ko, entry.title_en, *people])
    entry.updated_at = clock.now()
    session.flush()
