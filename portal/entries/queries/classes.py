"""Entries of school classes, for their mentors and for the class itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.calls.models import Call
from portal.disclosure.consent.guardians import unspoken
from portal.entries.models import Entry
from portal.lifecycles import EntryState
from portal.school import queries as school
from portal.school.models import Cohort, Team

SHOWN = (EntryState.SUBMITTED, EntryState.NEEDS_FIX, EntryState.ELIGIBLE)


def cohort_rows(session: Session, cohorts: Iterable[int]) -> Sequence[sa.Row[*tuple[Any, ...]]]:
    """The entries of some cohorts with their makers: those that wait for the mentor first, the oldest on top."""
    waits = sa.case((Entry.state == EntryState.MENTOR_REVIEW, 0), else_=1)
    wanted = _rows().where(Entry.cohort_id.in_(tuple(cohorts))).order_by(waits, Entry.submitted_at, Entry.id)
    return session.execute(wanted).all()


def showcase_rows(session: Session, cohort_id: int) -> Sequence[sa.Row[*tuple[Any, ...]]]:
    """The films of a class that were handed in and not withdrawn; `unspoken` where a guardian has not agreed."""
    wanted = (
        _rows()
        .add_columns(unspoken(Entry.id).label("unspoken"))
        .where(Entry.cohort_id == cohort_id, Entry.state.in_(SHOWN))
    )
    return session.execute(wanted.order_by(Entry.submitted_at, Entry.id)).all()


def call_of(session: Session, call_id: int) -> Call:
    """The call a class enters."""
    return session.get_one(Call, call_id)


def mentor_first(session: Session, entry: Entry) -> bool:
    """Whether the entry goes to a mentor before it counts: what a class that wants it so enters in its own call."""
    return entry.in_class and school.asks_mentors(session, entry.cohort_id)


def _rows() -> sa.Select[*tuple[Any, ...]]:
    """What a class entered in its own call; a film promoted to a festival's call is told beside it."""
    known = (Entry.id, Entry.number, Entry.state, Entry.cohort_id, Entry.team_id, Entry.submitted_at, Entry.runtime_s)
    titles = (Entry.title_ko, Entry.title_en, Entry.logline_ko, Entry.logline_en)
    people = (Person.native_name, Person.latin_family, Person.latin_given)
    return (
        sa.select(*known, *titles)
        .add_columns(*people, Team.name.label("team"), Team.mentor_id)
        .join(Person, Person.id == Entry.owner_id)
        .join(Cohort, Cohort.id == Entry.cohort_id)
        .outerjoin(Team, Team.id == Entry.team_id)
        .where(Entry.call_id == Cohort.call_id)
    )
