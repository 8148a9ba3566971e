"""Commands on cohorts: make one, enrol students from a list, form teams, name mentors, note a mentor's word."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit
from portal.accounts import queries as people
from portal.accounts import service as accounts
from portal.accounts.models import Person
from portal.calls.models import Call, CallKind
from portal.errors import Invalid
from portal.i18n import N_, language, pick
from portal.mail import outbox
from portal.policies import Actor, Grant, Role, Scope
from portal.school import queries
from portal.school.models import Cohort, Enrolment, SignOff, SignOffVerdict, Team
from portal.school.roster import Student


def make_cohort(
    session: Session, call: Call, *, name_ko: str, name_en: str, starts_on: date, ends_on: date, by: Actor
) -> Cohort:
    """A class that enters through a school's call; asked twice for the same name and call, it is the same class."""
    if call.kind != CallKind.SCHOOL:
        raise Invalid("call", N_("Choose a school's call."))
    if ends_on < starts_on:
        raise Invalid("ends_on", N_("The last day comes before the first."))
    known = session.scalar(sa.select(Cohort).filter_by(call_id=call.id, name_ko=name_ko, name_en=name_en))
    if known is not None:
        return known
    cohort = Cohort(
        edition_id=call.edition_id,
        call_id=call.id,
        name_ko=name_ko,
        name_en=name_en,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    session.add(cohort)
    session.flush()
    audit.record(session, by, "cohort.made", cohort)
    return cohort


def enrol(session: Session, cohort: Cohort, students: Sequence[Student], *, by: Actor) -> int:
    """Enrol a whole list and tell those who are new by mail; who is enrolled keeps the place, and may change team.

    Addresses that have an account keep their own names. Tells how many are new.
    """
    session.get_one(Cohort, cohort.id, with_for_update=True, populate_existing=True)
    known = _people(session, students, by=by)
    teams = _teams(session, cohort, students)
    places = {place.person_id: place for place in session.scalars(sa.select(Enrolment).filter_by(cohort_id=cohort.id))}
    new = [known[student.email] for student in students if known[student.email].id not in places]
    for student in students:
        person = known[student.email]
        place = places.setdefault(person.id, Enrolment(cohort_id=cohort.id, person_id=person.id))
        place.student_number = student.number or place.student_number or ""
        place.team_id = teams[student.team].id if student.team else place.team_id
    session.add_all(places.values())
    session.flush()
    for person in new:
        accounts.grant_role(session, person, Grant(Role.STUDENT, Scope.COHORT, cohort.id), by=by)
        _welcome(session, cohort, person)
    audit.record(session, by, "cohort.enrolled", cohort, students=len(students), added=len(new))
    return len(new)


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


def _welcome(session: Session, cohort: Cohort, person: Person) -> None:
    to = outbox.Recipient(person.email, person.language, person.shown_in(person.language), person.id)
    outbox.queue(
        session,
        "enrolled",
        to=to,
        about=cohort,
        transition="enrolled",
        edition_id=cohort.edition_id,
        name_ko=cohort.name_ko,
        name_en=cohort.name_en,
    )


def invite_mentor(session: Session, cohort: Cohort, *, email: str, name: str, by: Actor) -> None:
    """Offer somebody by mail to mentor the cohort; a student of it cannot."""
    person = people.person_by_email(session, email)
    if person is not None and queries.enrolment(session, cohort.id, person.id) is not None:
        raise Invalid("email", N_("A student of this class cannot be its mentor."))
    grant = Grant(Role.MENTOR, Scope.COHORT, cohort.id)
    spoken = person.language if person else language()
    accounts.invite(
        session, email, grant, name=name, language=spoken, place=pick(cohort.name_ko, cohort.name_en), by=by
    )


def note_sign_off(session: Session, entry_id: int, verdict: SignOffVerdict, note: str, *, by: Actor) -> SignOff:
    """Keep a mentor's word on an entry; what follows from it is the entry's business."""
    assert by.person_id is not None
    word = SignOff(entry_id=entry_id, mentor_id=by.person_id, verdict=verdict, note=note)
    session.add(word)
    session.flush()
    return word
