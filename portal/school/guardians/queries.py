"""Who needs a guardian's consent, who has it, and what there is of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, contains_eager

from portal.accounts.models import Person
from portal.calls.models import Edition
from portal.lifecycles import GuardianState
from portal.school.guardians.age import age, born_too_late, under_age
from portal.school.guardians.models import GuardianConsent
from portal.school.models import Cohort, Enrolment

GIVEN = (GuardianState.SIGNED, GuardianState.PAPER)
STANDING = (GuardianState.ASKED, *GIVEN)
_NO = (GuardianState.REFUSED, GuardianState.REVOKED)


@dataclass(frozen=True, slots=True)
class Lacking:
    """A student for whom no guardian has consented; `aged` is false where nobody knows the day of birth."""

    enrolment_id: int
    person_id: int
    team_id: int | None
    name: str
    aged: bool


def missing(
    session: Session, cohort_id: int, *, team_id: int | None = None, person_id: int | None = None
) -> Sequence[Lacking]:
    """The students of a class with minors whose guardian's consent is missing, refused or revoked, by name.

    Under age is meant on the festival's first day; who has no day of birth counts as under age. With `team_id` or
    `person_id` only those of that team, or that person; with both, either. A class without minors lacks nobody.
    """
    wanted = (
        lacking_students(Enrolment.id, Enrolment.person_id, Enrolment.team_id, Person.native_name, Enrolment.born_on)
        .join(Person, Person.id == Enrolment.person_id)
        .where(Enrolment.cohort_id == cohort_id, *_of(team_id, person_id))
        .order_by(Person.native_name, Person.id)
    )
    return [
        Lacking(row.id, row.person_id, row.team_id, row.native_name, aged=row.born_on is not None)
        for row in session.execute(wanted)
    ]


def lacking_students(*columns: Any) -> sa.Select[*tuple[Any, ...]]:
    """These columns of every student under age without a guardian's consent, of all classes with minors."""
    return (
        sa.select(*columns)
        .select_from(Enrolment)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .join(Edition, Edition.id == Cohort.edition_id)
        .where(Cohort.minors, sa.or_(Enrolment.born_on.is_(None), born_too_late(Enrolment.born_on, Edition.starts_on)))
        .where(~given())
    )


def given() -> sa.ColumnElement[bool]:
    """Whether a guardian's consent stands for an enrolment, as a condition."""
    return sa.exists().where(of_place(), GuardianConsent.state.in_(GIVEN))


def of_place() -> sa.ColumnElement[bool]:
    """Whether a consent is about the student who has a place, as a condition on both."""
    return sa.and_(GuardianConsent.cohort_id == Enrolment.cohort_id, GuardianConsent.person_id == Enrolment.person_id)


def former_students_refused() -> sa.Select[int]:
    """The ids of those who have left a class with minors after a guardian's no, with no consent given since.

    To be narrowed by `GuardianConsent.cohort_id`. A question that was put to another guardian instead is no answer.
    """
    since = aliased(GuardianConsent)
    same = (since.cohort_id == GuardianConsent.cohort_id, since.person_id == GuardianConsent.person_id)
    return (
        sa.select(GuardianConsent.person_id)
        .join(Cohort, Cohort.id == GuardianConsent.cohort_id)
        .where(Cohort.minors, GuardianConsent.state.in_(_NO), GuardianConsent.answered_at.is_not(None))
        .where(~sa.exists().where(of_place()), ~sa.exists().where(*same, since.state.in_(GIVEN)))
    )


def standing_consent(session: Session, place: Enrolment) -> GuardianConsent | None:
    """What is asked or given for a student now."""
    return session.scalar(_about(place).where(GuardianConsent.state.in_(STANDING)))


def standing_consents(session: Session, cohort_id: int) -> Sequence[GuardianConsent]:
    """What is asked or given for the students of a class now."""
    wanted = sa.select(GuardianConsent).join(Enrolment, of_place())
    return session.scalars(wanted.where(Enrolment.cohort_id == cohort_id, GuardianConsent.state.in_(STANDING))).all()


def consents_of(session: Session, place: Enrolment) -> Sequence[GuardianConsent]:
    """Everything there ever was of a student, the latest first."""
    return session.scalars(_about(place).order_by(GuardianConsent.id.desc())).all()


def _about(place: Enrolment) -> sa.Select[GuardianConsent]:
    return sa.select(GuardianConsent).filter_by(cohort_id=place.cohort_id, person_id=place.person_id)


def consent_by_code(session: Session, code: str) -> GuardianConsent | None:
    """The consent behind a signed link."""
    return session.scalar(sa.select(GuardianConsent).where(GuardianConsent.code == code))


@dataclass(frozen=True, slots=True)
class Row:
    """A student of the matrix: how old on the festival's first day, and the latest word of a guardian."""

    place: Enrolment
    age: int | None
    needed: bool
    consent: GuardianConsent | None

    @property
    def given(self) -> bool:
        return self.consent is not None and self.consent.state in GIVEN

    @property
    def open(self) -> bool:
        """Whether somebody was asked and has not answered."""
        return self.consent is not None and self.consent.state is GuardianState.ASKED

    @property
    def lacking(self) -> bool:
        return self.needed and not self.given


def matrix(session: Session, cohort: Cohort) -> list[Row]:
    """Every student of a class with minors, those who lack a consent first; a class without minors has none."""
    first_day = _first_day(session, cohort.id)
    if first_day is None:
        return []
    places = sa.select(Enrolment).join(Enrolment.person).options(contains_eager(Enrolment.person))
    found = session.scalars(places.where(Enrolment.cohort_id == cohort.id).order_by(Person.native_name, Person.id))
    latest = sa.select(GuardianConsent).where(GuardianConsent.cohort_id == cohort.id).order_by(GuardianConsent.id)
    consents = {one.person_id: one for one in session.scalars(latest)}
    rows = [_row(place, first_day, consents.get(place.person_id)) for place in found]
    return sorted(rows, key=lambda row: (not row.lacking, not row.needed))


def row_of(session: Session, place: Enrolment) -> Row | None:
    """The same for one student; None in a class without minors."""
    first_day = _first_day(session, place.cohort_id)
    return None if first_day is None else _row(place, first_day, next(iter(consents_of(session, place)), None))


@dataclass(frozen=True, slots=True)
class Student:
    """Whom a consent is about, in which class; they may have left it."""

    person: Person
    cohort: Cohort


def student_of(session: Session, consent: GuardianConsent) -> Student:
    """The student a consent is about."""
    return Student(session.get_one(Person, consent.person_id), session.get_one(Cohort, consent.cohort_id))


def _row(place: Enrolment, first_day: date, consent: GuardianConsent | None) -> Row:
    if place.born_on is None:
        return Row(place, None, True, consent)
    return Row(place, age(place.born_on, first_day), under_age(place.born_on, first_day), consent)


def _first_day(session: Session, cohort_id: int) -> date | None:
    """The first day of a class's festival; None of a class without minors."""
    wanted = sa.select(Edition.starts_on).join(Cohort, Cohort.edition_id == Edition.id)
    return session.scalar(wanted.where(Cohort.id == cohort_id, Cohort.minors))


def _of(team_id: int | None, person_id: int | None) -> tuple[sa.ColumnElement[bool], ...]:
    asked = [(Enrolment.team_id, team_id), (Enrolment.person_id, person_id)]
    found = [column == value for column, value in asked if value is not None]
    return (sa.or_(*found),) if found else ()
