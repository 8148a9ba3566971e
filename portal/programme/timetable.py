"""The rules of a plan: what clashes, how badly, and the next start that would be free. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import combinations
from typing import Any
from zoneinfo import ZoneInfo

from portal.i18n import N_, translate

STEP = timedelta(minutes=5)
CHANGEOVER = timedelta(minutes=15)
ADULTS_FROM = time(22, 0)
YOUTH_UNTIL = time(23, 0)
_LATEST_HOUR = 28


class Rule(StrEnum):
    OVERLAP = "overlap"
    TURNAROUND = "turnaround"
    PERSON = "person"
    CHANGEOVER = "changeover"
    OVERSOLD = "oversold"
    SEATS = "seats"
    ADULTS_EARLY = "adults_early"
    YOUTH_LATE = "youth_late"


HARD = frozenset({Rule.OVERLAP, Rule.TURNAROUND, Rule.PERSON, Rule.OVERSOLD})
_SENTENCES = {
    Rule.OVERLAP: N_("{room}: {title} and {other} overlap by {n} min."),
    Rule.TURNAROUND: N_("{room}: only {n} min between {title} and {other}; the hall needs {needed}."),
    Rule.PERSON: N_("{person} is on stage twice for {n} min: {title} and {other}."),
    Rule.CHANGEOVER: N_("{person} has {n} min to get from {title} to {other}; plan {needed}."),
    Rule.OVERSOLD: N_("{room} has {seats} seats, but {n} are given away for {title}."),
    Rule.SEATS: N_("{room} has {seats} seats, but {n} are on offer for {title}."),
    Rule.ADULTS_EARLY: N_("{title} is rated {rating} and starts before 22:00: check ages at the door."),
    Rule.YOUTH_LATE: N_("{title} is rated {rating} and ends after 23:00: young people need company home."),
}
_WORDS = {
    Rule.OVERLAP: N_("Overlap"),
    Rule.TURNAROUND: N_("Too tight"),
    Rule.PERSON: N_("Two places"),
    Rule.CHANGEOVER: N_("Short walk"),
    Rule.OVERSOLD: N_("Oversold"),
    Rule.SEATS: N_("Seats"),
    Rule.ADULTS_EARLY: N_("Rating"),
    Rule.YOUTH_LATE: N_("Late"),
}


@dataclass(frozen=True, slots=True)
class Room:
    """A hall: its seats, and how long it stays empty between two shows."""

    id: int
    name: str
    seats: int
    turnaround: timedelta


@dataclass(frozen=True, slots=True)
class Show:
    """A screening on the plan; `people` are on stage during the talk after the films, by key and name."""

    key: str
    title: str
    room: int
    starts_at: datetime
    films_end: datetime
    seats: int
    talk: timedelta = timedelta()
    taken: int = 0
    rating: int = 0
    people: Mapping[str, str] = field(default_factory=dict)

    @property
    def ends_at(self) -> datetime:
        """When the last guest has left the stage."""
        return self.films_end + self.talk

    def moved(self, starts_at: datetime, room: int | None = None) -> Show:
        """The same show at another time, and perhaps in another hall."""
        length = self.films_end - self.starts_at
        return replace(
            self, starts_at=starts_at, films_end=starts_at + length, room=self.room if room is None else room
        )


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule broken by one or two shows."""

    rule: Rule
    keys: tuple[str, ...]
    params: Mapping[str, Any]

    @property
    def hard(self) -> bool:
        """Whether a plan with it cannot be carried out."""
        return self.rule in HARD

    @property
    def text(self) -> str:
        """The sentence in the language in use."""
        return translate(_SENTENCES[self.rule]).format(**self.params)

    @property
    def word(self) -> str:
        """One word for the block on the grid."""
        return translate(_WORDS[self.rule])


def findings(shows: Sequence[Show], rooms: Iterable[Room], zone: ZoneInfo) -> list[Finding]:
    """Everything the plan breaks, the hard things first, then by time."""
    known = {room.id: room for room in rooms}
    ordered = sorted(shows, key=lambda show: (show.starts_at, show.key))
    found = [finding for show in ordered for finding in _alone(show, known[show.room], zone)]
    for first, second in combinations(ordered, 2):
        found += _together(first, second, known[first.room])
    return sorted(found, key=lambda finding: not finding.hard)


def free_start(show: Show, others: Iterable[Show], rooms: Iterable[Room], zone: ZoneInfo) -> datetime | None:
    """The next start of `show` on the same day, in its hall, that breaks no hard rule with the others."""
    room = next(room for room in rooms if room.id == show.room)
    rest = [other for other in others if other.key != show.key]
    day, start = show.starts_at.astimezone(zone).date(), show.starts_at
    while start.astimezone(zone).date() == day:
        if not any(_clashes(show.moved(start), other, room) for other in rest):
            return start
        start += STEP
    return None


def _clashes(show: Show, other: Show, room: Room) -> bool:
    first, second = sorted((show, other), key=lambda one: one.starts_at)
    return any(finding.hard for finding in _together(first, second, room))


def _minutes(length: timedelta) -> int:
    return -int(-length.total_seconds() // 60)


def _together(first: Show, second: Show, room: Room) -> Iterator[Finding]:
    if first.room == second.room:
        yield from _in_one_room(first, second, room)
    for person in first.people.keys() & second.people.keys():
        yield from _of_one_person(first, second, first.people[person])


def _in_one_room(first: Show, second: Show, room: Room) -> Iterator[Finding]:
    gap = second.starts_at - first.ends_at
    words = {"room": room.name, "title": first.title, "other": second.title}
    if gap < timedelta():
        shared = min(first.ends_at, second.ends_at) - second.starts_at
        yield Finding(Rule.OVERLAP, (first.key, second.key), {**words, "n": _minutes(shared)})
    elif gap < room.turnaround:
        needed = _minutes(room.turnaround)
        yield Finding(Rule.TURNAROUND, (first.key, second.key), {**words, "n": _minutes(gap), "needed": needed})


def _of_one_person(first: Show, second: Show, person: str) -> Iterator[Finding]:
    earlier, later = sorted((first, second), key=lambda show: show.films_end)
    gap = later.films_end - earlier.ends_at
    words = {"person": person, "title": earlier.title, "other": later.title}
    keys = (first.key, second.key)
    if gap < timedelta():
        shared = min(earlier.ends_at, later.ends_at) - later.films_end
        yield Finding(Rule.PERSON, keys, {**words, "n": _minutes(shared)})
    elif gap < CHANGEOVER and first.room != second.room:
        yield Finding(Rule.CHANGEOVER, keys, {**words, "n": _minutes(gap), "needed": _minutes(CHANGEOVER)})


def _alone(show: Show, room: Room, zone: ZoneInfo) -> Iterator[Finding]:
    words = {"title": show.title, "room": room.name, "seats": room.seats, "rating": show.rating}
    if show.taken > room.seats:
        yield Finding(Rule.OVERSOLD, (show.key,), {**words, "n": show.taken})
    elif show.seats > room.seats:
        yield Finding(Rule.SEATS, (show.key,), {**words, "n": show.seats})
    start, end = show.starts_at.astimezone(zone), show.ends_at.astimezone(zone)
    if show.rating == 19 and start.time() < ADULTS_FROM:
        yield Finding(Rule.ADULTS_EARLY, (show.key,), words)
    if show.rating == 15 and (end.time() > YOUTH_UNTIL or end.date() > start.date()):
        yield Finding(Rule.YOUTH_LATE, (show.key,), words)


def at(day: date, text: str, zone: ZoneInfo) -> datetime | None:
    """The moment `15:30` names on a day; hours from 24 on are the night after it. None for anything else."""
    hours, colon, minutes = text.partition(":")
    if not (colon and hours.isdecimal() and minutes.isdecimal() and len(minutes) == 2):
        return None
    if int(hours) > _LATEST_HOUR or int(minutes) > 59:
        return None
    midnight = datetime.combine(day, time(), zone)
    return midnight + timedelta(hours=int(hours), minutes=int(minutes))


def written(day: date, moment: datetime, zone: ZoneInfo) -> str:
    """The moment as `at` reads it on that day: `25:10` for ten past one in the night after."""
    minutes = int((moment - datetime.combine(day, time(), zone)).total_seconds() // 60)
    return f"{minutes // 60:02}:{minutes % 60:02}"
