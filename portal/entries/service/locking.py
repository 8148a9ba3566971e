"""One writer at a time on an entry, and what every change of it brings up to date."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager
from sqlalchemy.orm.attributes import set_committed_value

from portal import clock, db, doorbell
from portal.accounts.models import Person
from portal.calls.models import Call
from portal.disclosure.models import Disclosure
from portal.entries import search
from portal.entries.models import Credit, Entry, Member
from portal.lifecycles import EntryState

_HELD = "entries.held"


def locked(session: Session, entry: Entry) -> None:
    """Wait for whoever changes the entry now, and see what they left (SQLite's writers already stand in line)."""
    db.hold(session, entry)
    members = sa.select(Member).where(Member.entry_id == entry.id).order_by(Member.id)
    fresh = session.scalars(members.execution_options(populate_existing=True)).all()
    for member in fresh:
        set_committed_value(member, "entry", entry)
    set_committed_value(entry, "members", list(fresh))


def hold(session: Session, number: str) -> Entry | None:
    """The entry with this number, kept from everybody else until the transaction ends: itself, its disclosure and its
    people, these in one order for everybody, so that limits are counted by one transaction at a time.

    One statement; two for an entry whose disclosure was never begun. None where there is no such entry.
    """
    rows = session.execute(_HOLD, {"number": number}).all()
    rows = rows or session.execute(_HOLD_UNDISCLOSED, {"number": number}).all()
    if not rows:
        return None
    entry: Entry = rows[0].Entry
    people = sorted((row.Person for row in rows), key=lambda person: person.id != entry.owner_id)
    set_committed_value(entry, "owner", people[0])
    _held(session)[entry.id] = people
    return entry


def people_held(session: Session, entry: Entry) -> Sequence[Person]:
    """The people of an entry this transaction holds, the owner first; holds it now unless that was done before."""
    if entry.id not in _held(session):
        hold(session, entry.number)
    return _held(session)[entry.id]


def _held(session: Session) -> dict[int, list[Person]]:
    # A lock lasts as long as its transaction, and so does the note of it.
    transaction = session.get_transaction() or session.begin()
    noted, people = session.info.get(_HELD, (None, {}))
    if noted is not transaction:
        people = {}
        session.info[_HELD] = (transaction, people)
    held: dict[int, list[Person]] = people
    return held


def _holding(*tables: type) -> sa.Select[Entry, Person]:
    number = Entry.number == sa.bindparam("number")
    owner = sa.select(Entry.owner_id).where(number)
    members = sa.select(Member.person_id).join(Member.entry).where(number, Member.person_id.is_not(None))
    return (
        sa.select(Entry, Person)
        .join(Entry.call)
        .join(Call.edition)
        .join(Entry.category)
        .join(Person, Person.id.in_(sa.union(owner, members)))
        .where(number)
        .options(contains_eager(Entry.call).contains_eager(Call.edition), contains_eager(Entry.category))
        .order_by(Person.id)
        .with_for_update(of=[Entry, Person, *tables])
        .execution_options(populate_existing=True)
    )


# PostgreSQL locks no row of an outer join, so the disclosure comes by an inner one.
_HOLD_UNDISCLOSED = _holding()
_HOLD = _holding(Disclosure).join(Disclosure, Disclosure.entry_id == Entry.id)


def free_place(session: Session, entry: Entry) -> None:
    """Ring for the reserves, before an entry leaves the running."""
    if entry.state == EntryState.ELIGIBLE:
        doorbell.after_commit(session, "jury.fill_places")


def touch(session: Session, entry: Entry) -> None:
    """Note the moment and the words the entry is found by."""
    session.flush()
    wanted = sa.select(Credit).where(Credit.entry_id == entry.id)
    note_change(entry, session.get_one(Person, entry.owner_id), session.scalars(wanted))
    session.flush()


def note_change(entry: Entry, owner: Person, credited: Iterable[Credit]) -> None:
    """The same for a caller who has the rows, and flushes."""
    names = [name for credit in credited for name in (credit.native_name, credit.latin_name)]
    names += [owner.native_name, owner.latin_name, owner.email]
    entry.search_text = search.search_text([entry.number, entry.title_ko, entry.title_en, *names])
    entry.updated_at = clock.now()
