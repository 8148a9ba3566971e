"""What the portal can see by itself of why somebody should not judge a film, each with its evidence.

A name alone never proves anything: whatever rests on names, addresses or companies is a hint that the chair settles.
Out without a question are who made the film, who mentors or ever mentored its class, and who works for the owner of its
material; so is what was settled in an earlier round. A film that a class promoted to the festival keeps its class.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.entries.models import Acquaintance
from portal.jury.conflicts import facts as reading
from portal.jury.conflicts import names, together
from portal.jury.conflicts.facts import Facts, Line, Seat
from portal.jury.conflicts.makers import Maker
from portal.jury.conflicts.models import Conflict, ConflictScope, ConflictSource, ConflictState
from portal.jury.models import Juror, Round

COMPUTED, ENTRANT, IP_OWNER, MENTOR = (
    ConflictSource.COMPUTED,
    ConflictSource.ENTRANT,
    ConflictSource.IP_OWNER,
    ConflictSource.MENTOR,
)


@dataclass(frozen=True)
class Hint:
    """One reason to keep a juror away from a film; `evidence` has a kind and its particulars (see phrases)."""

    juror_id: int
    entry_id: int
    source: ConflictSource
    evidence: dict[str, Any] = field(default_factory=dict)
    status: ConflictState = ConflictState.HINTED
    scope: ConflictScope = ConflictScope.FILM
    reason: str = ""


def of_round(session: Session, round_: Round) -> Iterator[Hint]:
    """Every hint about a round; at most a dozen statements, and several hints may speak of one pair."""
    found = reading.of_round(session, round_)
    index = Index(found)
    for seat in found.seats:
        yield from _in_team(seat, index)
        yield from _by_employer(seat, index)
        yield from _credited(seat, index)
    yield from _of_owner(found)
    yield from _together(session, found, index)
    yield from _classes(session, found)
    yield from _told(session, found)
    yield from _earlier(session, round_)


class Index:
    """The films of a round by what connects people with them; each name stands with one who bears it."""

    def __init__(self, known: Facts) -> None:
        self.by_account: dict[int | str, set[int]] = defaultdict(set)
        self.by_name: dict[str, dict[int, Maker]] = defaultdict(dict)
        self.by_domain: dict[str, dict[int, Maker]] = defaultdict(dict)
        self.by_line: dict[str, dict[int, Line]] = defaultdict(dict)
        self.by_company: dict[str, dict[int, Line]] = defaultdict(dict)
        for film_id, team in known.makers.items():
            for maker in team:
                self._add_maker(film_id, maker)
        for film_id, lines in known.credits.items():
            for line in lines:
                self.by_company[names.company(line.name)].setdefault(film_id, line)
                for key in line.keys:
                    self.by_line[key].setdefault(film_id, line)

    def _add_maker(self, film_id: int, maker: Maker) -> None:
        self.by_account[maker.email].add(film_id)
        if maker.person_id is not None:
            self.by_account[maker.person_id].add(film_id)
        if maker.domain:
            self.by_domain[maker.domain].setdefault(film_id, maker)
        for key in maker.keys:
            self.by_name[key].setdefault(film_id, maker)

    def own_films(self, seat: Seat) -> set[int]:
        """The films on whose team the juror is."""
        return self.by_account[seat.person_id] | self.by_account[seat.email]


def _in_team(seat: Seat, index: Index) -> Iterator[Hint]:
    """The juror's own films; films of a namesake, and of people with an address of the same house."""
    own = index.own_films(seat)
    for film_id in sorted(own):
        # Whom a team has merely invited has not said yes, or else any maker could keep any juror away.
        sure = ConflictState.CONFIRMED if film_id in index.by_account[seat.person_id] else ConflictState.HINTED
        yield Hint(seat.juror_id, film_id, COMPUTED, {"kind": "same_person"}, sure)
    for film_id, maker in _all_named(index.by_name, seat.keys).items():
        if film_id not in own:
            yield Hint(seat.juror_id, film_id, COMPUTED, {"kind": "same_name", "name": maker.native_name})
    house = seat.domain
    for domain, films in index.by_domain.items() if house else ():
        if house and names.same_domain(house, domain):
            for film_id in sorted(films.keys() - own):
                evidence = {"kind": "mail_domain", "domain": domain, "name": films[film_id].native_name}
                yield Hint(seat.juror_id, film_id, COMPUTED, evidence)


Named = TypeVar("Named")


def _all_named(by_key: Mapping[str, Mapping[int, Named]], keys: Iterable[str]) -> dict[int, Named]:
    found: dict[int, Named] = {}
    for key in sorted(keys):
        found |= by_key.get(key, {})
    return found


def _by_employer(seat: Seat, index: Index) -> Iterator[Hint]:
    wanted = names.company(seat.employer)
    if not wanted:
        return
    told = {"employer": seat.employer}
    for domain, films in index.by_domain.items():
        if names.names_domain(seat.employer, domain):
            for film_id in films:
                yield Hint(seat.juror_id, film_id, COMPUTED, {"kind": "employer_domain", "domain": domain, **told})
    for film_id, line in index.by_company.get(wanted, {}).items():
        yield Hint(seat.juror_id, film_id, COMPUTED, {"kind": "employer_credited", "name": line.name, **told})


def _credited(seat: Seat, index: Index) -> Iterator[Hint]:
    for film_id, line in _all_named(index.by_line, seat.keys).items():
        yield Hint(seat.juror_id, film_id, COMPUTED, {"kind": "credited", "name": line.name, "role": line.role.value})


def _of_owner(known: Facts) -> Iterator[Hint]:
    """Who works for the owner of a category's material judges none of its films; nobody has to confirm that."""
    lent = [film for film in known.films if film.owner]
    for seat, film in itertools.product(known.seats if lent else (), lent):
        told = {"owner": film.owner}
        if seat.email in film.people or seat.email.rpartition("@")[2] in film.domains:
            yield Hint(seat.juror_id, film.id, IP_OWNER, {"kind": "owner", **told}, ConflictState.CONFIRMED)
        elif names.company(seat.employer) and names.company(seat.employer) == names.company(film.owner):
            yield Hint(seat.juror_id, film.id, IP_OWNER, {"kind": "owner_employer", **told})


def _together(session: Session, known: Facts, index: Index) -> Iterator[Hint]:
    for one in together.shared(session, known):
        if one.entry_id not in index.own_films(one.seat):
            work = {"title_ko": one.work.title_ko, "title_en": one.work.title_en, "number": one.work.number}
            yield Hint(one.seat.juror_id, one.entry_id, COMPUTED, {"kind": "together", "name": one.name, **work})


def _classes(session: Session, known: Facts) -> Iterator[Hint]:
    """Mentors of a film's class, its students, and who once sat in one class with somebody of the team."""
    people = {one.person_id for team in known.makers.values() for one in team if one.person_id is not None}
    places = reading.classes_of(session, people | {seat.person_id for seat in known.seats})
    for seat in known.seats:
        taught, studied = (by.get(seat.person_id, set()) for by in (places.taught, places.studied))
        for film in known.films if taught or studied else ():
            if film.cohort_id in taught:
                told = _class("mentor", places, film.cohort_id)
                yield Hint(seat.juror_id, film.id, MENTOR, told, ConflictState.CONFIRMED)
                continue
            own = {film.cohort_id} if film.cohort_id else set()
            shared = (taught | studied) & own.union(*_studied_by(known.makers.get(film.id, ()), places, seat))
            if shared:
                yield Hint(seat.juror_id, film.id, COMPUTED, _class("classmates", places, min(shared)))


def _studied_by(team: Sequence[Maker], places: reading.Classes, seat: Seat) -> list[set[int]]:
    others = [one.person_id for one in team if one.person_id is not None and one.person_id != seat.person_id]
    return [places.studied.get(person_id, set()) for person_id in others]


def _class(kind: str, places: reading.Classes, cohort_id: int | None) -> dict[str, Any]:
    ko, en = places.titles.get(cohort_id or 0, ("", ""))
    return {"kind": kind, "class_ko": ko, "class_en": en}


def _told(session: Session, known: Facts) -> Iterator[Hint]:
    """What makers told about people they know: matched by address, or else by name."""
    films = {film.id for film in known.films}
    for told in session.scalars(
        sa.select(Acquaintance).where(Acquaintance.entry_id.in_(films)).order_by(Acquaintance.id)
    ):
        address, spelled = told.email.strip().lower(), names.person_keys(told.name)
        for seat in known.seats:
            kind = "told_address" if address == seat.email else "told_name" if spelled & seat.keys else ""
            if kind:
                evidence = {"kind": kind, "name": told.name}
                yield Hint(seat.juror_id, told.entry_id, ENTRANT, evidence, reason=told.reason)


def _earlier(session: Session, round_: Round) -> Iterator[Hint]:
    """What was confirmed about the same person in another round of the edition holds here too."""
    here, there = sa.orm.aliased(Juror), sa.orm.aliased(Juror)
    wanted = (
        sa.select(here.id, Conflict, Round.name_ko, Round.name_en)
        .join(there, there.person_id == here.person_id)
        .join(Conflict, Conflict.juror_id == there.id)
        .join(Round, Round.id == there.round_id)
        .where(here.round_id == round_.id, here.ended_at.is_(None), there.round_id != round_.id)
        .where(Round.edition_id == round_.edition_id, Conflict.status == ConflictState.CONFIRMED)
        .order_by(Conflict.id)
    )
    for juror_id, noted, ko, en in session.execute(wanted):
        evidence = {"kind": "earlier", "round_ko": ko, "round_en": en}
        yield Hint(juror_id, noted.entry_id, noted.source, evidence, noted.status, noted.scope, noted.reason)
