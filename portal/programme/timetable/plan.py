"""The words of a plan: halls, screenings in them, people's other engagements, and what a finding says. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from portal.i18n import N_, translate

STEP = timedelta(minutes=5)
MINUTE = timedelta(minutes=1)
CHANGEOVER = timedelta(minutes=15)
NIGHT_ENDS = timedelta(hours=5)
DAY_MINUTES = 1740
_LATEST_HOUR = 28


class Rule(StrEnum):
    OVERLAP = "overlap"
    TURNAROUND = "turnaround"
    PERSON = "person"
    HOLD = "hold"
    RUNTIME = "runtime"
    HOURS = "hours"
    OVERSOLD = "oversold"
    CHANGEOVER = "changeover"
    TWICE = "twice"
    NOT_READY = "not_ready"
    SEATS = "seats"
    SMALL = "small"
    ADULTS_EARLY = "adults_early"
    YOUTH_LATE = "youth_late"


HARD = frozenset({Rule.OVERLAP, Rule.TURNAROUND, Rule.PERSON, Rule.HOLD, Rule.RUNTIME, Rule.HOURS, Rule.OVERSOLD})
_SENTENCES = {
    Rule.OVERLAP: N_("{room}: {title} and {other} overlap by {n} min."),
    Rule.TURNAROUND: N_("{room}: only {n} min between {title} and {other}; the hall needs {needed}."),
    Rule.PERSON: N_("{person} is in two places for {n} min: {title} and {other}."),
    Rule.HOLD: N_("{title} is in the programme, but may not be shown: {films}"),
    Rule.RUNTIME: N_("{title} runs {n} min; its slot has {needed}."),
    Rule.HOURS: N_("{room} is open {opens}–{closes}; {title} needs it {start}–{end}."),
    Rule.OVERSOLD: N_("{room} has {seats} seats, but {n} are given away for {title}."),
    Rule.CHANGEOVER: N_("{person} has {n} min to get from {title} to {other}; plan {needed}."),
    Rule.TWICE: N_("{title} is shown in {room} and {other_room} at once: one audience, two halls."),
    Rule.NOT_READY: N_("{title} cannot be confirmed yet: {films}"),
    Rule.SEATS: N_("{room} has {seats} seats, but {n} are on offer for {title}."),
    Rule.SMALL: N_("{n} people are expected for {title}, but {seats} seats are on offer."),
    Rule.ADULTS_EARLY: N_("{title} is rated {rating} and starts before 22:00: check ages at the door."),
    Rule.YOUTH_LATE: N_("{title} is rated {rating} and ends after 23:00: young people need company home."),
}
_WORDS = {
    Rule.OVERLAP: N_("Overlap"),
    Rule.TURNAROUND: N_("Too tight"),
    Rule.PERSON: N_("Two places"),
    Rule.HOLD: N_("On hold"),
    Rule.RUNTIME: N_("Too long"),
    Rule.HOURS: N_("Hall closed"),
    Rule.OVERSOLD: N_("Oversold"),
    Rule.CHANGEOVER: N_("Short walk"),
    Rule.TWICE: N_("Twice at once"),
    Rule.NOT_READY: N_("Not ready"),
    Rule.SEATS: N_("Seats"),
    Rule.SMALL: N_("Few seats"),
    Rule.ADULTS_EARLY: N_("Rating"),
    Rule.YOUTH_LATE: N_("Late"),
}


class Standing(StrEnum):
    """How far a screening has come, as far as a plan cares."""

    PLANNED = "planned"
    CONFIRMED = "confirmed"
    PUBLIC = "public"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Room:
    """A hall: its seats, how long it stays empty between two shows, and its hours in minutes after midnight."""

    id: int
    name: str
    seats: int
    turnaround: timedelta
    opens: int = 0
    closes: int = DAY_MINUTES


@dataclass(frozen=True, slots=True)
class Show:
    """A screening on the plan.

    `people` are on stage during the talk, by key and name; those of them in `remote` by video, so that no walk is
    theirs. `watchers` sit in the hall during the films. `slot` is the length the block was given, `blocked` the films
    that may not be public.
    """

    key: str
    title: str
    room: int
    starts_at: datetime
    films_end: datetime
    seats: int
    talk: timedelta = timedelta()
    taken: int = 0
    held: int = 0
    rating: int = 0
    expected: int = 0
    package: int = 0
    slot: timedelta | None = None
    standing: Standing = Standing.PLANNED
    blocked: tuple[str, ...] = ()
    people: Mapping[str, str] = field(default_factory=dict)
    remote: frozenset[str] = frozenset()
    watchers: Mapping[str, str] = field(default_factory=dict)

    @property
    def ends_at(self) -> datetime:
        """When the last guest has left the stage."""
        return self.films_end + self.talk

    @property
    def leaves_at(self) -> datetime:
        """When the hall is free again: after the talk, or at the end of the slot where that is later."""
        return self.ends_at if self.slot is None else max(self.ends_at, self.starts_at + self.slot)

    @property
    def kept(self) -> int:
        """Seats that are given away or kept for groups."""
        return self.taken + self.held

    def moved(self, starts_at: datetime, room: int | None = None) -> Show:
        """The same show at another time, and perhaps in another hall."""
        length = self.films_end - self.starts_at
        return replace(
            self, starts_at=starts_at, films_end=starts_at + length, room=self.room if room is None else room
        )


@dataclass(frozen=True, slots=True)
class Engaged:
    """Where else somebody is at a time of its own."""

    key: str
    person: str
    name: str
    what: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule broken by one or two shows; `who` is the key of the person it is about.

    `keys` are the shows', and those of engagements in `engaged`; what is wrong is the same while rule, keys and
    person are.
    """

    rule: Rule
    keys: tuple[str, ...]
    params: Mapping[str, Any]
    who: str = ""
    engaged: tuple[str, ...] = ()

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

    @property
    def name(self) -> str:
        """What is wrong, as a form sends it back: the same text for the same thing, however long it lasts."""
        return " ".join((self.rule, *sorted((*self.keys, *self.engaged)), self.who)).strip()


def minutes(length: timedelta) -> int:
    """Whole minutes, begun ones counted."""
    return -int(-length.total_seconds() // 60)


def midnight_of(moment: datetime, zone: ZoneInfo) -> datetime:
    """The midnight a festival day counts its minutes from: a late night is part of its evening."""
    return datetime.combine((moment.astimezone(zone) - NIGHT_ENDS).date(), time(), zone)


def at(day: date, text: str, zone: ZoneInfo) -> datetime | None:
    """The moment `15:30` names on a day; hours from 24 on are the night after it. None for anything else."""
    hours, colon, rest = text.partition(":")
    if not (colon and hours.isdecimal() and rest.isdecimal() and len(hours) <= 2 == len(rest)):
        return None
    if int(hours) > _LATEST_HOUR or int(rest) > 59:
        return None
    midnight = datetime.combine(day, time(), zone)
    return midnight + timedelta(hours=int(hours), minutes=int(rest))


def written(day: date, moment: datetime, zone: ZoneInfo) -> str:
    """The moment as `at` reads it on that day: `25:10` for ten past one in the night after."""
    return clock_of(int((moment - datetime.combine(day, time(), zone)).total_seconds() // 60))


def clock_of(minute: int) -> str:
    """`25:10` for the minute 1510 of a day."""
    return f"{minute // 60:02}:{minute % 60:02}"
