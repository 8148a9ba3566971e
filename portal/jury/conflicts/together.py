"""Jurors and makers who worked together before: named on one film of this or an earlier edition."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.entries.models import Credit, CreditRole, Entry
from portal.jury.conflicts import makers, names
from portal.jury.conflicts.facts import Facts, Seat
from portal.jury.conflicts.makers import Maker
from portal.lifecycles import EntryState

# A draft is its makers' own business, and says nothing to the desk.
_UNRECEIVED = (EntryState.DRAFT, EntryState.MENTOR_REVIEW)
_HEADS = (CreditRole.DIRECTOR, CreditRole.WRITER, CreditRole.PRODUCER)
Keys = set[str]


@dataclass(frozen=True, slots=True)
class Work:
    """A film that was handed in at any time, and the keys of everybody who is named on it."""

    id: int
    title_ko: str
    title_en: str
    number: str


@dataclass(frozen=True, slots=True)
class Shared:
    """A juror and a maker of `entry_id` are both named on another film; `name` is the maker's."""

    seat: Seat
    entry_id: int
    name: str
    work: Work


def shared(session: Session, facts: Facts) -> Iterator[Shared]:
    """Every juror and judged film with one earlier work that connects them; three statements."""
    works, named = _works(session)
    on: dict[str, set[int]] = defaultdict(set)
    for work_id, keys in named.items():
        for key in keys:
            on[key].add(work_id)
    heads = _heads(facts)
    for seat in facts.seats:
        found: dict[int, Shared] = {}
        for key, common in sorted(_partners(seat, on, named).items()):
            for film_id, name in heads.get(key, {}).items():
                others = common - {film_id}
                if others and film_id not in found and names.key(name) not in seat.keys:
                    found[film_id] = Shared(seat, film_id, name, works[min(others)])
        yield from found.values()


def _partners(seat: Seat, on: Mapping[str, set[int]], named: Mapping[int, Keys]) -> dict[str, set[int]]:
    """Everybody who is named beside this juror, with the works on which they are."""
    own = seat.keys | {_account(seat.person_id)}
    found: dict[str, set[int]] = defaultdict(set)
    for work_id in set().union(*(on.get(key, set()) for key in own)):
        for key in named[work_id] - own:
            found[key].add(work_id)
    return found


def _heads(facts: Facts) -> dict[str, dict[int, str]]:
    """Film and name by the keys of who stands for it: its team, and its director, writer or producer."""
    found: dict[str, dict[int, str]] = defaultdict(dict)
    for film_id, team in facts.makers.items():
        for maker in team:
            for key in _keys(maker):
                found[key].setdefault(film_id, maker.native_name)
    for film_id, lines in facts.credits.items():
        for line in lines:
            for key in line.keys if line.role in _HEADS else ():
                found[key].setdefault(film_id, line.name)
    return found


def _works(session: Session) -> tuple[dict[int, Work], dict[int, Keys]]:
    received = sa.select(Entry.id).where(Entry.state.not_in(_UNRECEIVED))
    rows = session.execute(
        sa.select(Entry.id, Entry.title_ko, Entry.title_en, Entry.number).where(Entry.id.in_(received))
    )
    works = {row.id: Work(*row) for row in rows}
    named: dict[int, Keys] = defaultdict(set)
    for entry_id, team in makers.of_entries(session, received).items():
        named[entry_id] |= _all_keys(team)
    credited = sa.select(Credit.entry_id, Credit.native_name, Credit.latin_name)
    for entry_id, native, latin in session.execute(credited.where(Credit.entry_id.in_(received))):
        named[entry_id] |= names.keys((native, latin))
    return works, named


def _all_keys(team: Iterable[Maker]) -> Keys:
    return set().union(*(_keys(maker) for maker in team))


def _keys(maker: Maker) -> Keys:
    return set(maker.keys) | ({_account(maker.person_id)} if maker.person_id is not None else set())


def _account(person_id: int) -> str:
    return f"#{person_id}"
