"""The people of the demo: the desk, sixteen jurors, creators by the hundred, a school of sixty."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import clock
from portal.accounts.models import Person, RoleGrant
from portal.demo import words
from portal.demo.words import Name
from portal.policies import Role, Scope
from portal.school.models import Cohort, Enrolment, Team

DOMAIN = "demo.pan.example"
CREATORS = 1240
STUDENTS = 60

# who signs in as what: address before the @, Korean name, Latin name, role at the edition
DESK = (
    ("organizer", "김하늘", "Kim", "Ha-neul", Role.ORGANIZER),
    ("organizer2", "이서준", "Lee", "Seo-jun", Role.ORGANIZER),
    ("chair", "박선영", "Park", "Sun-young", Role.CHAIR),
    ("programmer", "정다은", "Jung", "Da-eun", Role.PROGRAMMER),
    ("moderator", "최민경", "Choi", "Min-kyung", Role.MODERATOR),
)
CREATOR = ("creator", "한서윤", "Han", "Seo-yun")
STUDENT = ("student", "이루다", "Lee", "Ru-da")
MENTOR = ("mentor", "오재민", "Oh", "Jae-min")
JUROR = ("juror", "박지우", "Park", "Ji-woo")
JUROR_LANGUAGES = (["ko"], ["ko", "en"], ["ko", "en"], ["en", "fr"], ["ko", "ja"], ["ko", "en", "zh"])


@dataclass(frozen=True)
class Cast:
    """Ids of the people the other parts of the demo need."""

    staff: dict[str, int]
    creators: list[int]
    creator_names: dict[int, Name]
    jurors: list[int]
    students: list[int]
    cohort_id: int
    teams: list[int]


def _person(local: str, name: Name, language: str = "ko", *, domain: str = DOMAIN) -> dict[str, object]:
    return {
        "email": f"{local}@{domain}",
        "native_name": name.native,
        "latin_family": name.family,
        "latin_given": name.given,
        "country": name.country,
        "language": language,
        "timezone": "Asia/Seoul",
    }


def _insert(session: Session, rows: list[dict[str, object]]) -> list[int]:
    return list(session.scalars(sa.insert(Person).returning(Person.id, sort_by_parameter_order=True), rows))


def fill(session: Session, rng: random.Random, edition_id: int, school_call_id: int) -> Cast:
    """Everybody, with roles, classes and teams."""
    pool = words.names(rng)
    staff = _staff(session, edition_id)
    jurors = _jurors(session, rng, pool, edition_id)
    creator_names, creators = _creators(session, rng, pool)
    cohort_id, students, teams = _school(session, pool, edition_id, school_call_id)
    return Cast(staff, creators, dict(zip(creators, creator_names, strict=True)), jurors, students, cohort_id, teams)


def _staff(session: Session, edition_id: int) -> dict[str, int]:
    rows = [_person(local, Name(native, family, given)) for local, native, family, given, _ in DESK]
    ids = _insert(session, rows)
    session.execute(
        sa.insert(RoleGrant),
        [
            {"person_id": person_id, "role": row[4], "scope": Scope.EDITION, "scope_id": edition_id}
            for person_id, row in zip(ids, DESK, strict=True)
        ],
    )
    return {row[0]: person_id for row, person_id in zip(DESK, ids, strict=True)}


def _jurors(session: Session, rng: random.Random, pool: Iterator[Name], edition_id: int) -> list[int]:
    named = Name(*JUROR[1:])
    abroad = rng.sample(words.foreigners(), 3)
    rows = [_person(JUROR[0], named)]
    rows += [_person(f"juror{n + 2}", next(pool), domain=f"jury{n}.example") for n in range(12)]
    rows += [_person(f"juror{n + 14}", name, "en", domain=f"abroad{n}.example") for n, name in enumerate(abroad)]
    ids = _insert(session, rows)
    session.execute(
        sa.insert(RoleGrant),
        [{"person_id": one, "role": Role.JUROR, "scope": Scope.EDITION, "scope_id": edition_id} for one in ids],
    )
    return ids


def _creators(session: Session, rng: random.Random, pool: Iterator[Name]) -> tuple[list[Name], list[int]]:
    abroad = words.foreigners()
    names = [Name(*CREATOR[1:])] + [
        rng.choice(abroad) if rng.random() < 0.18 else next(pool) for _ in range(CREATORS - 1)
    ]
    rows = [
        _person(
            CREATOR[0] if n == 0 else f"creator{n + 1}",
            name,
            "ko" if name.country == "KR" else "en",
            domain=DOMAIN if n == 0 else f"films{n % 40}.example",
        )
        for n, name in enumerate(names)
    ]
    return names, _insert(session, rows)


def _school(
    session: Session, pool: Iterator[Name], edition_id: int, school_call_id: int
) -> tuple[int, list[int], list[int]]:
    today = clock.now().date()
    cohort = Cohort(
        edition_id=edition_id,
        call_id=school_call_id,
        name_ko="에이블스쿨 7기",
        name_en="Able School 7th cohort",
        starts_on=today - timedelta(days=120),
        ends_on=today + timedelta(days=60),
    )
    session.add(cohort)
    session.flush()
    rows = [_person(STUDENT[0], Name(*STUDENT[1:]))] + [
        _person(f"student{n + 2}", next(pool)) for n in range(STUDENTS - 1)
    ]
    students = _insert(session, rows)
    (mentor,) = _insert(session, [_person(MENTOR[0], Name(*MENTOR[1:]))])
    grants = [(one, Role.STUDENT) for one in students] + [(mentor, Role.MENTOR)]
    session.execute(
        sa.insert(RoleGrant),
        [{"person_id": one, "role": role, "scope": Scope.COHORT, "scope_id": cohort.id} for one, role in grants],
    )
    teams = [
        Team(cohort_id=cohort.id, name=f"{n + 1}조", leader_id=students[n * 5], mentor_id=mentor)
        for n in range(STUDENTS // 5)
    ]
    session.add_all(teams)
    session.flush()
    session.execute(
        sa.insert(Enrolment),
        [
            {
                "cohort_id": cohort.id,
                "person_id": one,
                "team_id": teams[n // 5].id,
                "student_number": f"AB7-{n + 1:03d}",
            }
            for n, one in enumerate(students)
        ],
    )
    return cohort.id, students, [team.id for team in teams]
