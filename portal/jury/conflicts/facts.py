"""What hints are drawn from: the seats of a round, its films with makers and credits, and who studied or taught where.

Every part is one statement, however many films and jurors there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Person, RoleGrant
from portal.disclosure.packs.models import Pack
from portal.entries.models import Credit, CreditRole, Entry
from portal.jury import queries
from portal.jury.conflicts import makers, names
from portal.jury.conflicts.makers import Maker
from portal.jury.models import Juror, Round
from portal.policies import Role, Scope
from portal.school.models import Cohort, Enrolment


@dataclass(frozen=True, slots=True)
class Seat:
    """A juror as far as conflicts go; `keys` are the spellings of the name, `domain` tells an employer or school."""

    juror_id: int
    person_id: int
    email: str
    keys: frozenset[str]
    employer: str

    @property
    def domain(self) -> str | None:
        return names.domain(self.email)


@dataclass(frozen=True, slots=True)
class Film:
    """A judged film; the last three are of the owner whose material its category lends, if any."""

    id: int
    cohort_id: int | None
    owner: str
    domains: tuple[str, ...]
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A name in a film's credits, with the keys it is compared by."""

    role: CreditRole
    name: str
    keys: frozenset[str]


@dataclass(frozen=True)
class Facts:
    """A round with everything that may connect its jurors with its films."""

    seats: Sequence[Seat]
    films: Sequence[Film]
    makers: Mapping[int, Sequence[Maker]]
    credits: Mapping[int, Sequence[Line]]


def of_round(session: Session, round_: Round) -> Facts:
    """The facts about a round's living seats and its films; four statements."""
    judged = queries.judged_entries(round_).with_only_columns(Entry.id)
    return Facts(
        _seats(session, round_), _films(session, judged), makers.of_entries(session, judged), _of(session, judged)
    )


def _seats(session: Session, round_: Round) -> list[Seat]:
    wanted = (
        sa.select(Juror.id, Juror.employer, Person.id, Person.email)
        .add_columns(Person.native_name, Person.latin_family, Person.latin_given)
        .join(Person, Person.id == Juror.person_id)
        .where(Juror.round_id == round_.id, Juror.ended_at.is_(None))
        .order_by(Juror.id)
    )
    return [
        Seat(juror_id, person_id, email.lower(), frozenset(names.person_keys(*name)), employer)
        for juror_id, employer, person_id, email, *name in session.execute(wanted)
    ]


def _films(session: Session, judged: sa.Select[Any]) -> list[Film]:
    wanted = (
        sa.select(Entry.id, Entry.cohort_id, Pack.owner, Pack.domains, Pack.people)
        .outerjoin(Pack, Pack.category_id == Entry.category_id)
        .where(Entry.id.in_(judged))
        .order_by(Entry.id)
    )
    return [
        Film(entry_id, cohort_id, owner or "", tuple(domains or ()), tuple(people or ()))
        for entry_id, cohort_id, owner, domains, people in session.execute(wanted)
    ]


def _of(session: Session, judged: sa.Select[Any]) -> dict[int, list[Line]]:
    wanted = sa.select(Credit.entry_id, Credit.role, Credit.native_name, Credit.latin_name)
    found: dict[int, list[Line]] = defaultdict(list)
    for entry_id, role, native, latin in session.execute(wanted.where(Credit.entry_id.in_(judged))):
        found[entry_id].append(Line(role, native or latin, frozenset(names.keys((native, latin)))))
    return found


@dataclass(frozen=True)
class Classes:
    """Who taught and who studied in which class, at any time: a role that ended still binds."""

    taught: Mapping[int, set[int]]
    studied: Mapping[int, set[int]]
    titles: Mapping[int, tuple[str, str]]


def classes_of(session: Session, people: Iterable[int]) -> Classes:
    """The classes of these people; three statements."""
    wanted = set(people)
    taught: dict[int, set[int]] = defaultdict(set)
    studied: dict[int, set[int]] = defaultdict(set)
    for person_id, role, cohort_id in session.execute(
        sa.select(RoleGrant.person_id, RoleGrant.role, RoleGrant.scope_id).where(
            RoleGrant.scope == Scope.COHORT, RoleGrant.role.in_((Role.MENTOR, Role.STUDENT))
        )
    ):
        if person_id in wanted:
            (taught if role == Role.MENTOR else studied)[person_id].add(cohort_id)
    for person_id, cohort_id in session.execute(sa.select(Enrolment.person_id, Enrolment.cohort_id)):
        if person_id in wanted:
            studied[person_id].add(cohort_id)
    rows = session.execute(sa.select(Cohort.id, Cohort.name_ko, Cohort.name_en))
    return Classes(taught, studied, {row.id: (row.name_ko, row.name_en) for row in rows})
