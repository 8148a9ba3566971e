"""Starting an entry and writing its texts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit
from portal.accounts.models import Person
from portal.calls.models import Call, CallKind, Category
from portal.entries import fields, merge, queries
from portal.entries.checklist import Task
from portal.entries.deadline import Standing, Window, standing
from portal.entries.models import Entry
from portal.entries.service.locking import locked, touch
from portal.errors import Invalid, Stale
from portal.i18n import N_
from portal.lifecycles import EntryState
from portal.policies import Actor
from portal.school import queries as school

_LONG = 200


def start_draft(session: Session, call: Call, category: Category, *, number: str, by: Actor, at: datetime) -> Entry:
    """A new draft under a number the form brought along: the same form sent twice gives the same draft.

    A school's call takes its students only, and their draft belongs to their cohort and team.
    """
    owner = _locked_owner(session, by)
    earlier = session.scalar(sa.select(Entry).where(Entry.number == number, Entry.owner_id == owner.id))
    if earlier is not None:
        return earlier
    require_open(call, at=at)
    require_room(session, call, owner.id)
    enrolment = school.enrolment_for_call(session, call.id, owner.id) if call.kind == CallKind.SCHOOL else None
    if call.kind == CallKind.SCHOOL and enrolment is None:
        raise Invalid("category", N_("This call is for the students of its school."))
    entry = Entry(
        number=number,
        edition_id=call.edition_id,
        call_id=call.id,
        category_id=category.id,
        owner_id=owner.id,
        cohort_id=enrolment.cohort_id if enrolment else None,
        team_id=enrolment.team_id if enrolment else None,
        country=owner.country or "KR",
        spoken_language=owner.language,
        state=EntryState.DRAFT,
    )
    entry.owner, entry.members, entry.credits = owner, [], []
    session.add(entry)
    touch(session, entry)
    audit.record(session, by, "entry.started", entry, category=category.code)
    return entry


def _locked_owner(session: Session, by: Actor) -> Person:
    # The row of the person is what two tabs that start an entry at once wait for.
    assert by.person_id is not None
    return session.get_one(Person, by.person_id, with_for_update=True)


def require_room(session: Session, call: Call, person_id: int) -> None:
    """Refuse one entry more than the call allows a person."""
    if queries.entries_counted(session, call.id, person_id) >= call.entry_limit:
        sentence = N_("You have {n} entries in this call, and that is its limit. Withdraw one to start another.")
        raise Invalid("category", sentence, n=call.entry_limit)


def window_of(call: Call) -> Window:
    """The call's window as the deadline looks at it."""
    return Window(call.opens_at, call.closes_at, timedelta(minutes=call.grace_minutes))


def require_open(call: Call, *, at: datetime) -> None:
    """Refuse what comes before the call opens or after its deadline."""
    found = standing(window_of(call), None, at=at)
    if found is Standing.EARLY:
        raise Invalid("main", N_("This call is not open yet."))
    if found is not Standing.OPEN:
        raise Invalid("main", N_("The deadline of this call has passed."))


def open_for(session: Session, entry: Entry, *, at: datetime) -> Standing:
    """Whether the entry's call still takes it: open, in the grace for a film that was on its way, or closed."""
    window = window_of(entry.call)
    film = queries.film_on_its_way(session, entry.id) if at >= window.closes_at else None
    return standing(window, film, at=at)


def require_editable(session: Session, entry: Entry, task: Task, *, at: datetime) -> None:
    """Refuse a change that comes too late, or of something the desk did not ask for."""
    if entry.state == EntryState.NEEDS_FIX:
        _require_asked_for(entry, task, at)
    elif entry.state != EntryState.DRAFT:
        raise Invalid("main", N_("This entry has been handed in. Take it back first if you want to change it."))
    elif open_for(session, entry, at=at) not in (Standing.OPEN, Standing.GRACE):
        raise Invalid("main", N_("The deadline of this call has passed. Your draft is kept, but cannot be changed."))


def hold_for(session: Session, entry: Entry, task: Task, *, at: datetime) -> None:
    """The same for a change that another feature makes: the entry stays as it is until this transaction ends."""
    locked(session, entry)
    require_editable(session, entry, task, at=at)


def _require_asked_for(entry: Entry, task: Task, at: datetime) -> None:
    if task.value not in entry.fix_items:
        raise Invalid("main", N_("The festival office did not ask for this part to be changed."))
    if entry.fix_due_at is not None and at >= entry.fix_due_at:
        raise Invalid("main", N_("The time for fixes has run out. Write to the festival office."))


def edit(session: Session, entry: Entry, texts: Mapping[str, str], *, seen: str, by: Actor, at: datetime) -> None:
    """Write the texts this person touched; raises Stale with the other side's where both changed the same field."""
    locked(session, entry)
    require_editable(session, entry, Task.INFO, at=at)
    current = fields.texts_of(entry)
    merged = merge.merge(texts, current, seen)
    if merged.clashes:
        raise Stale(theirs={name: current[name] for name in merged.clashes})
    if not merged.changes:
        return
    for name, value in merged.changes.items():
        setattr(entry, name, value)
    touch(session, entry)
    before = {name: _noted(current[name]) for name in merged.changes}
    after = {name: _noted(value) for name, value in merged.changes.items()}
    audit.record(session, by, queries.EDITED, entry, before=before, after=after)


def _noted(text: str) -> str:
    # Autosave writes a synopsis many times; the trail keeps what tells two versions apart, not every draft of it.
    return text if len(text) <= _LONG else f"{len(text)} characters, {merge.digest(text)}"
