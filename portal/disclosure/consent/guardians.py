"""Whose guardian's word a film of a class lacks: one rule for handing in, the showcase, promotion and public view.

Nothing is written when a word is given or taken back: who asks is told how it is, here and in every festival's call.

Asked for is whoever of the class made the film: its owner, who joined it, its team, and who was in the team when it was
handed in. A no outlasts the place in team and class, as a hold outlives the performer's row.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.lifecycles import EntryState
from portal.school.guardians.models import GuardianConsent
from portal.school.guardians.queries import former_students_refused, lacking_students
from portal.school.models import Enrolment, FilmStudent

# Entries are a later feature: of theirs only this is asked, to know who made a film of which class.
_IDS = ("id", "owner_id", "cohort_id", "team_id")
_FILM = sa.table("entries", *(sa.column(name, sa.Integer) for name in _IDS), sa.column("state", sa.String)).alias(
    "class_film"
)
_MEMBERS = sa.table("members", sa.column("entry_id", sa.Integer), sa.column("person_id", sa.Integer))


def unspoken(entry_id: Any) -> sa.ColumnElement[bool]:
    """Whether the film of this id or column lacks a guardian's word and was handed in; drafts are their makers' own."""
    handed_in = (_FILM.c.cohort_id.is_not(None), _FILM.c.state.not_in((EntryState.DRAFT, EntryState.MENTOR_REVIEW)))
    return sa.exists().where(_FILM.c.id == entry_id, *handed_in, sa.or_(_students().exists(), _left().exists()))


def lacking(session: Session, entry_id: int) -> Sequence[str]:
    """The names of those whose guardian has not agreed to the film, in their order."""
    people = sa.union(_students().where(_FILM.c.id == entry_id), _left().where(_FILM.c.id == entry_id))
    named = sa.select(Person.native_name).where(Person.id.in_(people)).order_by(Person.native_name, Person.id)
    return session.scalars(named).all()


def _students() -> sa.Select[*tuple[Any, ...]]:
    made = sa.or_(Enrolment.team_id == _FILM.c.team_id, _made_by(Enrolment.person_id))
    return lacking_students(Enrolment.person_id).where(Enrolment.cohort_id == _FILM.c.cohort_id, made).correlate(_FILM)


def _left() -> sa.Select[int]:
    of_class = GuardianConsent.cohort_id == _FILM.c.cohort_id
    return former_students_refused().where(of_class, _made_by(GuardianConsent.person_id)).correlate(_FILM)


def _made_by(person_id: Any) -> sa.ColumnElement[bool]:
    joined = (_MEMBERS.c.entry_id == _FILM.c.id, _MEMBERS.c.person_id == person_id)
    was_there = (FilmStudent.entry_id == _FILM.c.id, FilmStudent.person_id == person_id)
    there = (sa.exists().where(*those).correlate(_FILM, Enrolment, GuardianConsent) for those in (joined, was_there))
    return sa.or_(_FILM.c.owner_id == person_id, *there)
