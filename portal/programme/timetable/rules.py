"""Everything a plan breaks. Pure, and fast: each hall, person and package is swept by itself, in order of time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from portal.programme.timetable.plan import (
    CHANGEOVER,
    Engaged,
    Finding,
    Room,
    Rule,
    Show,
    Standing,
    clock_of,
    midnight_of,
    minutes,
)

ADULTS_FROM = time(22, 0)
YOUTH_UNTIL = time(23, 0)
NOTHING = timedelta()


@dataclass(frozen=True, slots=True)
class Presence:
    """Somebody somewhere for a while; `room` is None where no walk counts, `show` the screening's key if it is one."""

    key: str
    person: str
    name: str
    title: str
    starts_at: datetime
    ends_at: datetime
    room: int | None = None
    show: bool = True


Timed = TypeVar("Timed", Show, Presence)
ELSEWHERE = 0
"""The room of an engagement: no hall's, so that the way to it is a walk."""


def alone(show: Show, room: Room, zone: ZoneInfo) -> Iterator[Finding]:
    """What a show breaks by itself where it is."""
    yield from _of_time(show, room, zone)
    yield from _of_seats(show, room)
    if show.blocked:
        rule = Rule.NOT_READY if show.standing == Standing.PLANNED else Rule.HOLD
        yield Finding(rule, (show.key,), {"title": show.title, "films": ", ".join(show.blocked)})


def _of_time(show: Show, room: Room, zone: ZoneInfo) -> Iterator[Finding]:
    words = {"title": show.title, "room": room.name, "rating": show.rating}
    midnight = midnight_of(show.starts_at, zone)
    opens, closes = minutes(show.starts_at - midnight), minutes(show.leaves_at - midnight)
    if opens < room.opens or closes > room.closes:
        hours = {"opens": clock_of(room.opens), "closes": clock_of(room.closes)}
        yield Finding(Rule.HOURS, (show.key,), {**words, **hours, "start": clock_of(opens), "end": clock_of(closes)})
    if show.slot is not None and show.ends_at - show.starts_at > show.slot:
        length = {"n": minutes(show.ends_at - show.starts_at), "needed": minutes(show.slot)}
        yield Finding(Rule.RUNTIME, (show.key,), {**words, **length})
    if show.rating not in (15, 19):
        return
    start, end = show.starts_at.astimezone(zone), show.ends_at.astimezone(zone)
    if show.rating == 19 and start.time() < ADULTS_FROM:
        yield Finding(Rule.ADULTS_EARLY, (show.key,), words)
    if show.rating == 15 and (end.time() > YOUTH_UNTIL or end.date() > start.date()):
        yield Finding(Rule.YOUTH_LATE, (show.key,), words)


def _of_seats(show: Show, room: Room) -> Iterator[Finding]:
    words = {"title": show.title, "room": room.name, "seats": room.seats}
    if show.taken > room.seats:
        yield Finding(Rule.OVERSOLD, (show.key,), {**words, "n": show.taken})
    elif show.seats > room.seats:
        yield Finding(Rule.SEATS, (show.key,), {**words, "n": show.seats})
    on_offer = min(show.seats, room.seats)
    if show.expected > on_offer:
        yield Finding(Rule.SMALL, (show.key,), {**words, "n": show.expected, "seats": on_offer})


def in_one_room(first: Show, second: Show, room: Room) -> Iterator[Finding]:
    """What two shows of one hall break between them; the first starts no later."""
    gap = second.starts_at - first.leaves_at
    words = {"room": room.name, "title": first.title, "other": second.title}
    if gap < NOTHING:
        shared = min(first.leaves_at, second.leaves_at) - second.starts_at
        yield Finding(Rule.OVERLAP, (first.key, second.key), {**words, "n": minutes(shared)})
    elif gap < room.turnaround:
        needed = minutes(room.turnaround)
        yield Finding(Rule.TURNAROUND, (first.key, second.key), {**words, "n": minutes(gap), "needed": needed})


def of_one_person(first: Presence, second: Presence) -> Iterator[Finding]:
    """What two presences of one person break between them; the first starts no later."""
    if first.key == second.key:
        return
    gap = second.starts_at - first.ends_at
    words = {"person": first.name, "title": first.title, "other": second.title}
    if gap < NOTHING:
        shared = min(first.ends_at, second.ends_at) - second.starts_at
        yield _personal(Rule.PERSON, first, second, {**words, "n": minutes(shared)})
    elif gap < CHANGEOVER and first.room != second.room and None not in (first.room, second.room):
        yield _personal(Rule.CHANGEOVER, first, second, {**words, "n": minutes(gap), "needed": minutes(CHANGEOVER)})


def _personal(rule: Rule, first: Presence, second: Presence, params: dict[str, object]) -> Finding:
    both = (first, second)
    shows, others = tuple(one.key for one in both if one.show), tuple(one.key for one in both if not one.show)
    return Finding(rule, shows, params, who=first.person, engaged=others)


def of_one_package(first: Show, second: Show, rooms: dict[int, Room]) -> Iterator[Finding]:
    """Whether one package runs in two halls at once."""
    if first.room != second.room and second.starts_at < first.films_end:
        names = {"room": rooms[first.room].name, "other_room": rooms[second.room].name}
        yield Finding(Rule.TWICE, (first.key, second.key), {"title": first.title, **names})


def presences(show: Show) -> Iterator[Presence]:
    """Who is where because of a show: on stage during its talk, or in the hall during its films."""
    for person, name in show.watchers.items():
        yield Presence(show.key, person, name, show.title, show.starts_at, show.films_end, show.room)
    if show.talk:
        for person, name in show.people.items():
            room = None if person in show.remote else show.room
            yield Presence(show.key, person, name, show.title, show.films_end, show.ends_at, room)


def elsewhere(one: Engaged) -> Presence:
    """An engagement as a presence."""
    return Presence(one.key, one.person, one.name, one.what, one.starts_at, one.ends_at, ELSEWHERE, show=False)


def neighbours(ordered: Iterable[Timed], until: Sequence[datetime]) -> Iterator[tuple[Timed, Timed]]:
    """Pairs of things in order of their starts of which the first is not over, by `until`, when the second starts."""
    running: list[tuple[datetime, Timed]] = []
    for one, over in zip(ordered, until, strict=True):
        running = [(end, other) for end, other in running if end > one.starts_at]
        for _end, other in running:
            yield other, one
        running.append((over, one))
