"""Cohorts, their rosters, teams and mentors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Person, RoleGrant
from portal.calls.models import Edition
from portal.policies import Actor, Role, Scope
from portal.school.models import Cohort, Enrolment, SignOff, SignOffVerdict, Team


def cohort_by_code(session: Session, code: str) -> Cohort | None:
    """A cohort by its public code."""
    return session.scalar(sa.select(Cohort).where(Cohort.code == code))


def cohorts_of(session: Session, actor: Actor) -> Sequence[Cohort]:
    """The cohorts somebody studies in or mentors, the newest first."""
    places = actor.places(Scope.COHORT, Role.MENTOR, Role.STUDENT)
    wanted = sa.select(Cohort).where(Cohort.id.in_(places)).order_by(Cohort.starts_on.desc(), Cohort.id.desc())
    return session.scalars(wanted).all()


def calls_entered_by(session: Session, actor: Actor) -> frozenset[int]:
    """The school calls an actor may enter as a student."""
    cohorts = actor.places(Scope.COHORT, Role.STUDENT)
    return (
        frozenset(session.scalars(sa.select(Cohort.call_id).where(Cohort.id.in_(cohorts)))) if cohorts else frozenset()
    )


def managed_editions(session: Session, actor: Actor) -> Sequence[Edition]:
    """The editions whose cohorts the actor manages."""
    wanted = sa.select(Edition).where(Edition.id.in_(actor.places(Scope.EDITION, Role.ORGANIZER)))
    return session.scalars(wanted.order_by(Edition.starts_on.desc())).all()


def managed_cohorts(session: Session, actor: Actor) -> Sequence[sa.Row[*tuple[Any, ...]]]:
    """The cohorts the actor manages, with the number of students and teams."""
    students = sa.select(sa.func.count()).where(Enrolment.cohort_id == Cohort.id).scalar_subquery()
    teams = sa.select(sa.func.count()).where(Team.cohort_id == Cohort.id).scalar_subquery()
    wanted = (
        sa.select(Cohort, students.label("students"), teams.label("teams"))
        .where(Cohort.edition_id.in_(actor.places(Scope.EDITION, Role.ORGANIZER)))
        .order_by(Cohort.starts_on.desc(), Cohort.id.desc())
    )
    return session.execute(wanted).all()


def roster(session: Session, cohort_id: int) -> Sequence[sa.Row[*tuple[Any, ...]]]:
    """Everybody enrolled in a cohort with their team, by team and name."""
    wanted = (
        sa.select(
            Person.id,
            Person.native_name,
            Person.latin_family,
            Person.latin_given,
            Person.email,
            Enrolment.student_number,
            Team.name.label("team"),
        )
        .join(Enrolment, Enrolment.person_id == Person.id)
        .outerjoin(Team, Team.id == Enrolment.team_id)
        .where(Enrolment.cohort_id == cohort_id)
        .order_by(Team.name.is_(None), Team.name, Person.native_name, Person.id)
    )
    return session.execute(wanted).all()


def enrolment(session: Session, cohort_id: int, person_id: int) -> Enrolment | None:
    """A person's place in a cohort."""
    return session.scalar(sa.select(Enrolment).filter_by(cohort_id=cohort_id, person_id=person_id))


def enrolment_for_call(session: Session, call_id: int, person_id: int) -> Enrolment | None:
    """The enrolment by which a person enters a school's call, the newest cohort's first."""
    wanted = (
        sa.select(Enrolment)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .where(Cohort.call_id == call_id, Enrolment.person_id == person_id)
        .order_by(Cohort.id.desc())
        .limit(1)
    )
    return session.scalar(wanted)


def team_mates(session: Session, team_id: int) -> Sequence[Person]:
    """The students of a team."""
    wanted = sa.select(Person).join(Enrolment, Enrolment.person_id == Person.id).where(Enrolment.team_id == team_id)
    return session.scalars(wanted.order_by(Person.native_name, Person.id)).all()


def mentors(session: Session, cohort_id: int) -> Sequence[Person]:
    """The people who mentor a cohort now."""
    wanted = (
        sa.select(Person)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(
            RoleGrant.role == Role.MENTOR,
            RoleGrant.scope == Scope.COHORT,
            RoleGrant.scope_id == cohort_id,
            RoleGrant.ended_at.is_(None),
        )
    )
    return session.scalars(wanted.order_by(Person.id)).all()


def mentor_ids(session: Session, cohort_id: int) -> frozenset[int]:
    """Everybody who ever mentored a cohort: they are barred from judging its films, also after the role ended."""
    wanted = sa.select(RoleGrant.person_id).where(
        RoleGrant.role == Role.MENTOR, RoleGrant.scope == Scope.COHORT, RoleGrant.scope_id == cohort_id
    )
    return frozenset(session.scalars(wanted))


def signed_off(session: Session, entry_id: int) -> bool:
    """Whether a mentor's latest word on an entry is an approval."""
    latest = sa.select(SignOff.verdict).where(SignOff.entry_id == entry_id).order_by(SignOff.id.desc()).limit(1)
    return session.scalar(latest) == SignOffVerdict.APPROVED
