"""What is asked when days are filled: packages of the tray, halls, days, and what stands already. Pure, plain data."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

ENGINE = "courses-1"
"""Stored with every plan: which formulation worked it out."""
GRID = 15
"""Minutes between two starts that are tried."""
CHANGEOVER = 15
"""Minutes somebody needs from one hall to another; as portal.programme.timetable says."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A package that waits: `length` minutes of films and talk, of which `films` are films.

    `people` are those who have to be there from its start to its end. `blocked` are films that may not be public.
    """

    code: str
    title: str
    films: int
    length: int
    expected: int = 0
    rating: int = 0
    gel: str = ""
    people: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """A hall: seats, minutes it stays empty between two shows, and its hours after midnight."""

    id: int
    name: str
    seats: int
    turnaround: int
    opens: int
    closes: int


@dataclass(frozen=True, slots=True)
class Taken:
    """Minutes of a day at which a hall is not free."""

    day: str
    hall: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Busy:
    """Minutes of a day at which somebody is elsewhere."""

    day: str
    person: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Instance:
    """One question: fill these days. Equal instances have equal fingerprints, whatever they are called."""

    days: tuple[str, ...]
    parcels: tuple[Parcel, ...]
    places: tuple[Place, ...]
    taken: tuple[Taken, ...] = ()
    busy: tuple[Busy, ...] = ()
    names: tuple[tuple[str, str], ...] = field(default=(), compare=False)

    def as_json(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)

    @property
    def fingerprint(self) -> str:
        """SHA-256 over everything that decides the plan."""
        decides = {name: value for name, value in self.as_json().items() if name != "names"}
        text = json.dumps([ENGINE, decides], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def from_json(data: dict[str, Any]) -> Instance:
    """The instance as it was stored."""

    def parcel(one: dict[str, Any]) -> Parcel:
        return Parcel(**{**one, "people": tuple(one["people"]), "blocked": tuple(one["blocked"])})

    return Instance(
        days=tuple(data["days"]),
        parcels=tuple(parcel(one) for one in data["parcels"]),
        places=tuple(Place(**one) for one in data["places"]),
        taken=tuple(Taken(**one) for one in data["taken"]),
        busy=tuple(Busy(**one) for one in data["busy"]),
        names=tuple((key, name) for key, name in data["names"]),
    )


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a parcel may begin: indices of day and hall, and the minute of the day."""

    day: int
    place: int
    start: int


@dataclass(frozen=True, slots=True)
class Solved:
    """The plan: a spot for each placed parcel, by index, and how good it is proven to be.

    No plan whatever is worth more than `bound`; `gap` is what may be missing, as a share of it.
    """

    spots: dict[int, Spot]
    objective: float
    bound: float
    gap: float
    status: str
    seconds: float
    columns: int
    rows: int


def meets(start: int, end: int, others: Sequence[tuple[int, int]], apart: int) -> bool:
    """Whether something comes closer than `apart` minutes to one of these spans."""
    return any(start < until + apart and since < end + apart for since, until in others)
