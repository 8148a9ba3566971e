"""Cohorts, their rosters, teams and mentors."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload

from portal.accounts.models import Person, RoleGrant, SignInSession
from portal.calls.models import Call, CallKind, Edition
from portal.policies import Actor, Role, Scope
from portal.school.models import Cohort, Enrolment, SignOff, SignOffVerdict, Team
from portal.school.order import by_name
from portal.school.preview import Led, Place, Standing


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
    """Everybody enrolled in a cohort with their team, by team and name; `arrived` tells who has ever signed in."""
    arrived = sa.exists().where(SignInSession.person_id == Person.id)
    wanted = (
        sa.select(
            Person.id,
            Person.native_name,
            Person.latin_family,
            Person.latin_given,
            Person.email,
            Enrolment.student_number,
            Enrolment.completed_at,
            Enrolment.certificate,
            Team.name.label("team"),
            (Team.leader_id == Person.id).label("leads"),
            arrived.label("arrived"),
        )
        .join(Enrolment, Enrolment.person_id == Person.id)
        .outerjoin(Team, Team.id == Enrolment.team_id)
        .where(Enrolment.cohort_id == cohort_id)
        .order_by(Person.native_name, Person.id)
    )
    return sorted(session.execute(wanted).all(), key=lambda row: (row.team is None, by_name(row.team or "")))


def standing(session: Session, cohort: Cohort) -> Standing:
    """The class as a list is looked at beside it."""
    places = sa.select(Person.email, Team.name, Enrolment.student_number, Enrolment.born_on)
    places = places.add_columns(Enrolment.guardian_name, Enrolment.guardian_email)
    rows = session.execute(
        places.join(Enrolment, Enrolment.person_id == Person.id)
        .outerjoin(Team, Team.id == Enrolment.team_id)
        .where(Enrolment.cohort_id == cohort.id)
    )
    return Standing(
        team_limit=cohort.team_limit,
        minors=cohort.minors,
        places={row.email: Place(row.name or "", *row[2:]) for row in rows},
        teams=_led(session, cohort.id),
        mentors=frozenset(person.email for person in mentors(session, cohort.id)),
    )


def _led(session: Session, cohort_id: int) -> dict[str, Led]:
    leader, mentor = aliased(Person), aliased(Person)
    rows = session.execute(
        sa.select(Team.name, leader.email, mentor.email)
        .outerjoin(leader, leader.id == Team.leader_id)
        .outerjoin(mentor, mentor.id == Team.mentor_id)
        .where(Team.cohort_id == cohort_id)
        .order_by(Team.name)
    )
    return {name: Led(leads or "", mentors_ or "") for name, leads, mentors_ in rows}


def teams(session: Session, cohort_id: int) -> Sequence[Team]:
    """The teams of a cohort, by name."""
    found = session.scalars(sa.select(Team).where(Team.cohort_id == cohort_id))
    return sorted(found, key=lambda team: by_name(team.name))


def team_by_code(session: Session, code: str) -> Team | None:
    """A team with its cohort."""
    return session.scalar(sa.select(Team).options(joinedload(Team.cohort)).where(Team.code == code))


def members(session: Session, cohort_id: int) -> Sequence[Enrolment]:
    """Everybody enrolled in a cohort, with the person, by name."""
    wanted = sa.select(Enrolment).join(Enrolment.person).options(contains_eager(Enrolment.person))
    return session.scalars(wanted.where(Enrolment.cohort_id == cohort_id).order_by(Person.native_name, Person.id)).all()


def student(session: Session, code: str, person_id: int) -> Enrolment | None:
    """A student's place in the cohort of this code, with person, team and cohort."""
    loaded = (joinedload(Enrolment.person), joinedload(Enrolment.team), contains_eager(Enrolment.cohort))
    wanted = sa.select(Enrolment).join(Enrolment.cohort).options(*loaded)
    return session.scalar(wanted.where(Cohort.code == code, Enrolment.person_id == person_id))


def arrived(session: Session, person_id: int) -> bool:
    """Whether somebody has ever signed in."""
    return session.scalar(sa.select(SignInSession.id).where(SignInSession.person_id == person_id).limit(1)) is not None


def certified(session: Session, number: str) -> Enrolment | None:
    """The completed class behind a certificate's number, with person and cohort."""
    loaded = (joinedload(Enrolment.person), joinedload(Enrolment.cohort))
    return session.scalar(sa.select(Enrolment).options(*loaded).where(Enrolment.certificate == number))


def school_calls(session: Session, actor: Actor) -> Sequence[Call]:
    """The schools' calls of the editions whose cohorts the actor manages, with the edition, the newest first."""
    mine = Call.edition_id.in_(actor.places(Scope.EDITION, Role.ORGANIZER))
    wanted = sa.select(Call).options(joinedload(Call.edition)).where(Call.kind == CallKind.SCHOOL, mine)
    return session.scalars(wanted.order_by(Call.id.desc())).all()


def call_of(session: Session, cohort: Cohort) -> Call:
    """The call a cohort enters through."""
    return session.get_one(Call, cohort.call_id)


def edition_of(session: Session, cohort: Cohort) -> Edition:
    """The edition a cohort belongs to."""
    return session.get_one(Edition, cohort.edition_id)


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


def answering_mentors(session: Session, cohort_id: int, team_id: int | None) -> Sequence[Person]:
    """Who is asked to sign a team's entry off: its own mentor, or every mentor of the cohort where it has none."""
    everybody = mentors(session, cohort_id)
    own = session.scalar(sa.select(Team.mentor_id).where(Team.id == team_id)) if team_id else None
    return [person for person in everybody if person.id == own] or everybody


def mentoring(session: Session, cohorts: Collection[int]) -> frozenset[tuple[int, int]]:
    """(cohort, person) for everybody who mentors one of these cohorts now."""
    wanted = sa.select(RoleGrant.scope_id, RoleGrant.person_id).where(
        RoleGrant.role == Role.MENTOR,
        RoleGrant.scope == Scope.COHORT,
        RoleGrant.scope_id.in_(cohorts),
        RoleGrant.ended_at.is_(None),
    )
    return frozenset((row.scope_id, row.person_id) for row in session.execute(wanted))


def asks_mentors(session: Session, cohort_id: int | None) -> bool:
    """Whether the films of a cohort go to a mentor before they are handed in."""
    return bool(session.scalar(sa.select(Cohort.sign_off).where(Cohort.id == cohort_id)))


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
