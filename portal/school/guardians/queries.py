"""Who needs a guardian's consent, who has it, and what there is of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.calls.models import Edition
from portal.lifecycles import GuardianState
from portal.school.guardians.age import youngest_of_age
from portal.school.guardians.models import GuardianConsent
from portal.school.models import Cohort, Enrolment

GIVEN = (GuardianState.SIGNED, GuardianState.PAPER)


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
        sa.select(Enrolment.id, Enrolment.person_id, Enrolment.team_id, Person.native_name, Enrolment.born_on)
        .join(Person, Person.id == Enrolment.person_id)
        .where(Enrolment.cohort_id == cohort_id, ~given(), *_of(team_id, person_id))
        .order_by(Person.native_name, Person.id)
    )
    first_day = _first_day(session, cohort_id)
    if first_day is None:
        return []
    young = sa.or_(Enrolment.born_on.is_(None), Enrolment.born_on > youngest_of_age(first_day))
    return [Lacking(*row[:4], aged=row[4] is not None) for row in session.execute(wanted.where(young))]


def given() -> sa.ColumnElement[bool]:
    """Whether a guardian's consent stands for an enrolment, as a condition."""
    return sa.exists().where(GuardianConsent.enrolment_id == Enrolment.id, GuardianConsent.state.in_(GIVEN))


def _first_day(session: Session, cohort_id: int) -> date | None:
    """The first day of a class's festival; None of a class without minors."""
    wanted = sa.select(Edition.starts_on).join(Cohort, Cohort.edition_id == Edition.id)
    return session.scalar(wanted.where(Cohort.id == cohort_id, Cohort.minors))


def _of(team_id: int | None, person_id: int | None) -> tuple[sa.ColumnElement[bool], ...]:
    asked = [(Enrolment.team_id, team_id), (Enrolment.person_id, person_id)]
    found = [column == value for column, value in asked if value is not None]
    return (sa.or_(*found),) if found else ()
