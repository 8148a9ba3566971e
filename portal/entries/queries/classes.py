"""Entries of school classes, for their mentors and for the class itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.calls.models import Call
from portal.entries.models import Entry
from portal.lifecycles import EntryState
from portal.school.models import Team

_SHOWN = (EntryState.SUBMITTED, EntryState.NEEDS_FIX, EntryState.ELIGIBLE)


def cohort_rows(session: Session, cohorts: Iterable[int]) -> Sequence[sa.Row[*tuple[Any, ...]]]:
    """The entries of some cohorts with their makers: those that wait for the mentor first, the oldest on top."""
    waits = sa.case((Entry.state == EntryState.MENTOR_REVIEW, 0), else_=1)
    wanted = _rows().where(Entry.cohort_id.in_(tuple(cohorts))).order_by(waits, Entry.submitted_at, Entry.id)
    return session.execute(wanted).all()


def showcase_rows(session: Session, cohort_id: int) -> Sequence[sa.Row[*tuple[Any, ...]]]:
    """The films of a class that were handed in and not withdrawn."""
    wanted = _rows().where(Entry.cohort_id == cohort_id, Entry.state.in_(_SHOWN))
    return session.execute(wanted.order_by(Entry.submitted_at, Entry.id)).all()


def call_of(session: Session, call_id: int) -> Call:
    """The call a class enters."""
    return session.get_one(Call, call_id)


def _rows() -> sa.Select[*tuple[Any, ...]]:
    titles = (Entry.title_ko, Entry.title_en, Entry.logline_ko, Entry.logline_en)
    people = (Person.native_name, Person.latin_family, Person.latin_given)
    return (
        sa.select(Entry.id, Entry.number, Entry.state, Entry.cohort_id, Entry.submitted_at, Entry.runtime_s, *titles)
        .add_columns(*people, Team.name.label("team"))
        .join(Person, Person.id == Entry.owner_id)
        .outerjoin(Team, Team.id == Entry.team_id)
    )
