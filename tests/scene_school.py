"""The school's side of the stage: a class with minors, its teams, a guardian who was asked, a certificate."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import links
from portal.calls.models import CallKind
from portal.policies import Actor, Role, Scope
from portal.school import queries, service
from portal.school.guardians import service as guardians
from portal.school.guardians.models import GuardianConsent
from portal.school.models import Cohort, Enrolment, Team
from portal.school.roster import Student
from tests import builders

YOUNG = "창의고 1기"


def with_a_class_of_minors(session: Session, office: Actor) -> None:
    """Six students of whom one is of age; one guardian has signed, one is asked, one student has completed."""
    there = session.scalars(sa.select(Cohort).order_by(Cohort.id)).first()
    assert there is not None
    call = builders.call(session, queries.edition_of(session, there), kind=CallKind.SCHOOL, slug="young")
    days = {"starts_on": date(2026, 9, 1), "ends_on": date(2027, 1, 31)}
    cohort = service.make_cohort(session, call, name_ko=YOUNG, name_en="Creative High, class 1", **days, by=office)
    cohort.minors = True
    mentor = builders.person(session, email="mentor2@pan.example", native_name="정하늘")
    builders.grant(session, mentor, Role.MENTOR, Scope.COHORT, cohort.id)
    names = ("김도윤", "이서아", "박지호", "최하은", "정시우", "강유나")
    service.enrol(session, cohort, [_student(n, name) for n, name in enumerate(names)], by=office)
    places = session.scalars(sa.select(Enrolment).filter_by(cohort_id=cohort.id).order_by(Enrolment.id)).all()
    for place in places[:2]:
        asked = guardians.Guardian(place.guardian_name, place.guardian_email)
        guardians.ask(session, place, asked, by=office)
    signed = session.scalars(sa.select(GuardianConsent).filter_by(person_id=places[0].person_id)).one()
    guardians.sign(session, signed, signed.guardian_name, by=office)
    service.complete(session, cohort, [places[0].person_id], by=office)


def _student(n: int, name: str) -> Student:
    born_on = date(2006, 3, 5) if n == 5 else date(2010, n + 1, 5)
    guardian = {"guardian": f"{name[0]}보호자", "guardian_email": f"guardian{n}@pan.example"} if n != 4 else {}
    team = "새벽반" if n < 3 else "노을반"
    return Student(
        f"young{n}@pan.example", name, number=f"1-{n}", team=team, leader=not n % 3, born_on=born_on, **guardian
    )


def things(session: Session) -> dict[str, Any]:
    """What addresses name of it."""
    cohort = session.scalars(sa.select(Cohort).filter_by(name_ko=YOUNG)).one()
    places = session.scalars(sa.select(Enrolment).filter_by(cohort_id=cohort.id).order_by(Enrolment.id)).all()
    asked = session.scalars(sa.select(GuardianConsent).filter_by(person_id=places[1].person_id)).one()
    return {
        "young": cohort.code,
        "young_student": places[1].person_id,
        "young_signed": places[0].person_id,
        "young_team": session.scalars(sa.select(Team.code).filter_by(cohort_id=cohort.id).order_by(Team.id)).first(),
        "young_certificate": places[0].certificate,
        "young_guardian": links.of(session).guardian(asked.code).rpartition("/")[2],
        "young_guardian_signed": links.of(session)
        .guardian(session.scalars(sa.select(GuardianConsent.code).filter_by(person_id=places[0].person_id)).one())
        .rpartition("/")[2],
    }
