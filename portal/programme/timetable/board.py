"""A plan laid out by hall, person and package, so that what one show breaks is asked without looking at all."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from functools import cached_property
from itertools import chain
from typing import TypeVar
from zoneinfo import ZoneInfo

from portal.programme.timetable import rules
from portal.programme.timetable.plan import CHANGEOVER, Engaged, Finding, Room, Show
from portal.programme.timetable.rules import Presence

Timed = TypeVar("Timed", Show, Presence)


class Board:
    """Shows, halls and engagements of one plan; it never changes."""

    def __init__(
        self, shows: Iterable[Show], rooms: Iterable[Room], zone: ZoneInfo, engaged: Iterable[Engaged] = ()
    ) -> None:
        self.zone = zone
        self.rooms = {room.id: room for room in rooms}
        self.shows = {show.key: show for show in sorted(shows, key=lambda one: (one.starts_at, one.key))}
        self.by_room: dict[int, list[Show]] = defaultdict(list)
        self.by_package: dict[int, list[Show]] = defaultdict(list)
        self.by_person: dict[str, list[Presence]] = defaultdict(list)
        for show in self.shows.values():
            self.by_room[show.room].append(show)
            if show.package:
                self.by_package[show.package].append(show)
            for presence in rules.presences(show):
                self.by_person[presence.person].append(presence)
        for one in engaged:
            self.by_person[one.person].append(rules.elsewhere(one))
        for listed in self.by_person.values():
            listed.sort(key=lambda one: (one.starts_at, one.key))

    @cached_property
    def findings(self) -> list[Finding]:
        """Everything the plan breaks, the hard things first, then by time."""
        shows = self.shows.values()
        found = list(chain.from_iterable(rules.alone(show, self.rooms[show.room], self.zone) for show in shows))
        for room_id, listed in self.by_room.items():
            room = self.rooms[room_id]
            free = [show.leaves_at + room.turnaround for show in listed]
            for first, second in rules.neighbours(listed, free):
                found += rules.in_one_room(first, second, room)
        for person in self.by_person.values():
            for earlier, later in rules.neighbours(person, [one.ends_at + CHANGEOVER for one in person]):
                found += rules.of_one_person(earlier, later)
        for package in self.by_package.values():
            for first, second in rules.neighbours(package, [show.films_end for show in package]):
                found += rules.of_one_package(first, second, self.rooms)
        place = {key: n for n, key in enumerate(self.shows)}
        return sorted(found, key=lambda one: (not one.hard, min((place[key] for key in one.keys), default=0)))

    def concerning(self, show: Show) -> Iterator[Finding]:
        """What a show would break with all others if it stood as it is given; its own entry here does not count."""
        room = self.rooms[show.room]
        yield from rules.alone(show, room, self.zone)
        for other in near(self.by_room[show.room], show, room.turnaround):
            first, second = _in_order(show, other)
            yield from rules.in_one_room(first, second, room)
        for other in near(self.by_package[show.package], show, timedelta()) if show.package else ():
            first, second = _in_order(show, other)
            yield from rules.of_one_package(first, second, self.rooms)
        for mine in rules.presences(show):
            for theirs in near(self.by_person[mine.person], mine, CHANGEOVER):
                earlier, later = _in_order(mine, theirs)
                yield from rules.of_one_person(earlier, later)


_LONGEST = timedelta(days=1)


def near(listed: Sequence[Timed], one: Timed, apart: timedelta) -> Iterator[Timed]:
    """Those of a list in order of starts that come within `apart` of a thing, without itself; nothing lasts a day."""
    over = one.leaves_at if isinstance(one, Show) else one.ends_at
    first = bisect_left(listed, one.starts_at - apart - _LONGEST, key=lambda other: other.starts_at)
    for other in listed[first:]:
        if other.starts_at >= over + apart:
            return
        ends = other.leaves_at if isinstance(other, Show) else other.ends_at
        if other.key != one.key and ends + apart > one.starts_at:
            yield other


def _in_order(one: Timed, other: Timed) -> tuple[Timed, Timed]:
    return (one, other) if (one.starts_at, one.key) <= (other.starts_at, other.key) else (other, one)
