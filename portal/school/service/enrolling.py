"""Commands on who studies in a cohort: a whole list, one by one, once more by mail, and out again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, clock, signing
from portal.accounts import service as accounts
from portal.accounts.letters import addressed
from portal.accounts.models import Person, RoleGrant
from portal.errors import Invalid, InvalidMany, Stale
from portal.i18n import N_, korean_day
from portal.mail import outbox
from portal.policies import Actor, Grant, Role, Scope
from portal.school import preview, queries
from portal.school.models import Cohort, Enrolment, Team
from portal.school.roster import Student
from portal.school.service.cohorts import held


@dataclass(frozen=True, slots=True)
class ListWords:
    """What the class list says of a student."""

    student_number: str
    born_on: date | None
    guardian_name: str
    guardian_email: str


def enrol(session: Session, cohort: Cohort, students: Sequence[Student], *, by: Actor) -> int:
    """Enrol a whole list and tell those who are new by mail; who is enrolled keeps the place, and may change team.

    Addresses that have an account keep their own names. Tells how many are new; raises InvalidMany with everything that
    cannot be (field `list`), and then nobody is enrolled.
    """
    held(session, cohort.id)
    seen = preview.look(students, queries.standing(session, cohort))
    if seen.mistakes:
        raise InvalidMany([Invalid("list", one.code, **one.params) for one in seen.mistakes])
    known = _people(session, students, by=by)
    teams = _teams(session, cohort, students)
    places = {place.person_id: place for place in session.scalars(sa.select(Enrolment).filter_by(cohort_id=cohort.id))}
    new = [known[student.email] for student in students if known[student.email].id not in places]
    for student in students:
        person = known[student.email]
        place = places.setdefault(person.id, Enrolment(cohort_id=cohort.id, person_id=person.id))
        _fill(place, student, teams)
    session.add_all(places.values())
    session.flush()
    _lead(teams, seen.teams, {place.person_id: place.team_id for place in places.values()}, _addresses(session, seen))
    for person in new:
        accounts.grant_role(session, person, Grant(Role.STUDENT, Scope.COHORT, cohort.id), by=by)
        _welcome(session, cohort, person)
    session.flush()
    audit.record(session, by, "cohort.enrolled", cohort, students=len(students), added=len(new))
    return len(new)


def _fill(place: Enrolment, student: Student, teams: Mapping[str, Team]) -> None:
    place.student_number = student.number or place.student_number or ""
    place.born_on = student.born_on or place.born_on
    place.guardian_name = student.guardian or place.guardian_name or ""
    place.guardian_email = student.guardian_email or place.guardian_email or ""
    place.team_id = teams[student.team].id if student.team else place.team_id


def _people(session: Session, students: Sequence[Student], *, by: Actor) -> dict[str, Person]:
    emails = [student.email for student in students]
    known = {one.email: one for one in session.scalars(sa.select(Person).where(Person.email.in_(emails)))}
    for student in students:
        if student.email not in known:
            names = accounts.Names(student.native_name, student.latin_family, student.latin_given)
            known[student.email] = accounts.create_person(session, student.email, names, by=by)
    return known


def _teams(session: Session, cohort: Cohort, students: Sequence[Student]) -> dict[str, Team]:
    teams = {team.name: team for team in session.scalars(sa.select(Team).filter_by(cohort_id=cohort.id))}
    wanted = dict.fromkeys(student.team for student in students if student.team)
    made = {name: Team(cohort_id=cohort.id, name=name) for name in wanted if name not in teams}
    session.add_all(made.values())
    session.flush()
    return teams | made


def _addresses(session: Session, seen: preview.Preview) -> dict[str, int]:
    """The people whom the teams name, by address."""
    named = {one.leader for one in seen.teams} | {one.mentor for one in seen.teams}
    found = session.execute(sa.select(Person.email, Person.id).where(Person.email.in_(named)))
    return {row.email: row.id for row in found}


def _lead(
    teams: Mapping[str, Team],
    sizes: Sequence[preview.TeamSize],
    members: Mapping[int, int | None],
    ids: Mapping[str, int],
) -> None:
    for one in sizes:
        team, leader = teams[one.name], ids.get(one.leader)
        team.leader_id = leader if leader and members.get(leader) == team.id else None
        team.mentor_id = ids.get(one.mentor)


def add_student(session: Session, cohort: Cohort, student: Student, *, by: Actor) -> int:
    """Enrol one student; the same form sent twice enrols once. Raises InvalidMany with fields of the form."""
    sentences = {N_("Line {line}: this class has minors, so the day of birth is needed."): "born_on"}
    try:
        return enrol(session, cohort, [replace(student, line=1)], by=by)
    except InvalidMany as refused:
        raise InvalidMany(
            [Invalid(sentences.get(one.code, "main"), one.code, **one.params) for one in refused.problems]
        ) from None


def stamp_of(place: Enrolment) -> str:
    """What stands for the list's words on a student in a form: another stamp means that somebody changed them."""
    said = (place.student_number, place.born_on, place.guardian_name, place.guardian_email)
    return signing.digest("\n".join(map(str, said)))


def edit_student(session: Session, place: Enrolment, wanted: ListWords, *, seen: str, by: Actor) -> None:
    """Correct what the list says of a student; a class with minors keeps a day of birth.

    Raises Stale where the form, which showed `seen`, is older than what there is.
    """
    if place.cohort.minors and wanted.born_on is None:
        raise Invalid("born_on", N_("This class has minors, so the day of birth is needed."))
    session.refresh(place, list(asdict(wanted)), with_for_update=True)
    changed = {name: value for name, value in asdict(wanted).items() if getattr(place, name) != value}
    if not changed:
        return
    if stamp_of(place) != seen:
        raise Stale
    for name, value in changed.items():
        setattr(place, name, value)
    session.flush()
    audit.record(session, by, "student.edited", place, fields=list(changed))


def welcome_again(session: Session, cohort: Cohort, person_ids: Sequence[int], *, by: Actor) -> int:
    """Mail those who have never signed in once more, each at most once a day; tells how many there are."""
    waiting = [row for row in queries.roster(session, cohort.id) if row.id in person_ids and not row.arrived]
    found = session.scalars(sa.select(Person).where(Person.id.in_([row.id for row in waiting]))).all()
    for person in found:
        _welcome(session, cohort, person, f"enrolled:{korean_day(clock.now())}")
    if found:
        audit.record(session, by, "cohort.welcomed_again", cohort, students=len(found))
    return len(found)


def _welcome(session: Session, cohort: Cohort, person: Person, transition: str = "enrolled") -> None:
    to = addressed(person)
    outbox.queue(
        session,
        "enrolled",
        to=to,
        about=cohort,
        transition=transition,
        edition_id=cohort.edition_id,
        name_ko=cohort.name_ko,
        name_en=cohort.name_en,
    )


def take_out(session: Session, place: Enrolment, *, by: Actor) -> None:
    """End a student's place; entries stay with their team. Who has a certificate keeps the place."""
    cohort = held(session, place.cohort_id)
    if place.certificate is not None:
        raise Invalid("main", N_("This student has a certificate. Take it back first."))
    session.execute(
        sa.update(Team).where(Team.cohort_id == cohort.id, Team.leader_id == place.person_id).values(leader_id=None)
    )
    grant = sa.select(RoleGrant).filter_by(
        person_id=place.person_id, role=Role.STUDENT, scope=Scope.COHORT, scope_id=cohort.id, ended_at=None
    )
    for one in session.scalars(grant):
        accounts.end_role(session, one, by=by)
    audit.record(session, by, "student.taken_out", cohort, person_id=place.person_id, team_id=place.team_id)
    session.delete(place)
    session.flush()
