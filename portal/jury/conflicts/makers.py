"""Who made which film, as far as the portal knows: owner, team, invited ones, and the students of a class's team."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.entries.models import Entry, Member
from portal.jury.conflicts import names
from portal.school.models import Enrolment


@dataclass(frozen=True, slots=True)
class Maker:
    """Somebody who works on a film; one who was invited and has not answered yet has no `person_id`.

    `keys` are the spellings of the name as names are compared; `domain` tells an employer or school.
    """

    person_id: int | None
    email: str
    native_name: str
    keys: frozenset[str]

    @property
    def domain(self) -> str | None:
        return names.domain(self.email)


_PERSON = (Person.id, Person.email, Person.native_name, Person.latin_family, Person.latin_given)


def of_entries(session: Session, entry_ids: sa.Select[Any]) -> dict[int, list[Maker]]:
    """The makers of each of these entries; one statement."""
    found: dict[int, list[Maker]] = defaultdict(list)
    for entry_id, person_id, email, native, family, given in session.execute(_makers(entry_ids)):
        keys = frozenset(names.person_keys(native, family, given))
        found[entry_id].append(Maker(person_id, email.lower(), native, keys))
    return found


def _makers(entry_ids: sa.Select[Any]) -> sa.CompoundSelect[Any]:
    wanted = entry_ids.subquery()
    of_entry = sa.select(Entry.id, *_PERSON).where(Entry.id.in_(sa.select(wanted)))
    invited = sa.select(Member.entry_id, sa.null(), Member.email, Member.name, sa.literal(""), sa.literal("")).where(
        Member.person_id.is_(None), Member.entry_id.in_(sa.select(wanted))
    )
    return sa.union(
        of_entry.join(Person, Person.id == Entry.owner_id),
        of_entry.join(Member, Member.entry_id == Entry.id).join(Person, Person.id == Member.person_id),
        of_entry.join(Enrolment, Enrolment.team_id == Entry.team_id).join(Person, Person.id == Enrolment.person_id),
        invited,
    )
