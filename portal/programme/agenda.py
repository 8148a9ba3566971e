"""A published version read back for pages and calendars, in the language in use. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from portal.i18n import N_, SEOUL, clock_time, duration, moment, ngettext, pick, translate

_ = translate
SECTIONS = {
    "ai": N_("AI films"),
    "school": N_("School"),
    "world": N_("World"),
    "doc": N_("Documentary"),
    "lab": N_("Laboratory"),
    "event": N_("Event"),
}
RATINGS = {0: N_("All ages"), 12: N_("12 and over"), 15: N_("15 and over"), 19: N_("19 and over")}
_CHANGES = {
    "added": N_("New: {title}, {when}, {hall}"),
    "moved": N_("New time: {title}, {was} → {when}"),
    "hall": N_("New hall: {title}, {was_hall} → {hall}"),
    "films": N_("Programme changed: {title}, {when}"),
    "length": N_("New length: {title}, {when}–{ends}"),
    "talk": N_("Talk changed: {title}, {when}"),
    "cancelled": N_("Cancelled: {title}, {was}"),
    "removed": N_("Taken off: {title}, {was}"),
}


@dataclass(frozen=True, slots=True)
class Film:
    """A film inside a screening."""

    number: str
    title: str
    directors: str
    runtime_s: int
    rating: int = 0
    notes: str = ""

    @property
    def rated(self) -> str:
        return _(RATINGS[self.rating])


@dataclass(frozen=True, slots=True)
class Showing:
    """One screening of a published version; titles and names are in the language it was read in.

    `place` names the hall in every language alike, for addresses. `breaks` are (films shown before, seconds).
    """

    code: str
    starts_at: datetime
    ends_at: datetime
    cancelled: bool
    venue: str
    address: str
    hall: str
    title: str
    subtitle: str
    gel: str
    rating: int
    films: tuple[Film, ...]
    talk_minutes: int
    moderator: str
    guests: tuple[str, ...]
    place: str = ""
    hall_seats: int = 0
    breaks: tuple[tuple[int, int], ...] = ()

    @property
    def where(self) -> str:
        """`판 극장 · 1관`."""
        return f"{self.venue} · {self.hall}"

    def break_after(self, films: int) -> str:
        """`15분` where an intermission follows this many films."""
        return next((duration(seconds) for after, seconds in self.breaks if after == films), "")

    @property
    def over_at(self) -> datetime:
        """The end of the talk, or of the films where there is none."""
        return self.ends_at + timedelta(minutes=self.talk_minutes)

    @property
    def length(self) -> str:
        """`88분`: films and bumpers."""
        return duration((self.ends_at - self.starts_at).total_seconds())

    @property
    def section(self) -> str:
        """The name that stands beside its gel."""
        return _(SECTIONS[self.gel])

    @property
    def rated(self) -> str:
        return _(RATINGS[self.rating])

    @property
    def talk(self) -> str:
        """`관객과의 대화 25분`, empty where there is none."""
        return _("Q&A {n} min").format(n=self.talk_minutes) if self.talk_minutes else ""

    @property
    def meta(self) -> str:
        """One line about it: films, length, talk, rating."""
        count = ngettext("{n} film", "{n} films", len(self.films)).format(n=len(self.films)) if self.films else ""
        return " · ".join(part for part in (self.subtitle, count, self.length, self.talk, self.rated) if part)

    def on(self) -> date:
        """The day it belongs to, in Seoul."""
        return self.starts_at.astimezone(ZoneInfo(SEOUL)).date()


@dataclass(frozen=True, slots=True)
class Seats:
    """How a screening stands for somebody who wants in, read live."""

    left: int = 0
    seats: int = 0
    bookable: bool = False


def showings(body: Mapping[str, Any] | None) -> list[Showing]:
    """Every screening of a version, by time; nothing before the first release."""
    return [showing(item) for item in body["screenings"]] if body else []


def mark(listed: Sequence[Showing]) -> str:
    """A short text that is another one as soon as other screenings or films are shown: for entity tags."""
    numbers = " ".join(word for one in listed for word in (one.code, *(film.number for film in one.films)))
    return hashlib.sha256(numbers.encode()).hexdigest()[:12]


def days(listed: Sequence[Showing]) -> list[date]:
    """The days that have screenings."""
    return sorted({showing.on() for showing in listed})


def change_text(change: Mapping[str, Any]) -> str:
    """One line of the public changelog."""
    sentence = _CHANGES[change["kind"]]
    return _(sentence).format(
        title=pick(change["title_ko"], change["title_en"]),
        when=moment(parsed(change["starts_at"])),
        ends=clock_time(parsed(change.get("ends_at", change["starts_at"]))),
        was=moment(parsed(change["was_starts_at"])),
        hall=pick(change["hall_ko"], change["hall_en"]),
        was_hall=pick(change["was_hall_ko"], change["was_hall_en"]),
    )


def before(change: Mapping[str, Any]) -> dict[str, Any]:
    """What a change replaced, as mails tell it."""
    return {
        "cancelled": change["kind"] in ("cancelled", "removed"),
        "was_at": parsed(change["was_starts_at"]),
        "was_hall_ko": change["was_hall_ko"],
        "was_hall_en": change["was_hall_en"],
    }


def parsed(text: str) -> datetime:
    """A moment of the body."""
    return datetime.fromisoformat(text)


def showing(item: Mapping[str, Any]) -> Showing:
    """One screening of a version."""
    package, talk = item["package"], item["talk"] or {}
    return Showing(
        code=item["code"],
        starts_at=parsed(item["starts_at"]),
        ends_at=parsed(item["ends_at"]),
        cancelled=item["cancelled"],
        venue=pick(item["venue_ko"], item["venue_en"]),
        address=pick(item["address_ko"], item["address_en"]),
        hall=pick(item["hall_ko"], item["hall_en"]),
        title=pick(package["title_ko"], package["title_en"]),
        subtitle=pick(package["subtitle_ko"], package["subtitle_en"]),
        gel=package["gel"],
        rating=package["rating"],
        films=tuple(_film(film) for film in package["films"]),
        talk_minutes=talk.get("minutes", 0),
        moderator=talk.get("moderator", ""),
        guests=tuple(talk.get("guests", ())),
        place=f"{item['venue_ko']} {item['hall_ko']}",
        hall_seats=item.get("hall_seats", 0),
        breaks=tuple((one["after"], one["seconds"]) for one in package.get("intermissions", ())),
    )


def _film(item: Mapping[str, Any]) -> Film:
    names = pick("|".join(item["directors_ko"]), "|".join(item["directors_en"]))
    return Film(
        item["number"],
        pick(item["title_ko"], item["title_en"]),
        names.replace("|", ", "),
        item["runtime_s"],
        item.get("rating", 0),
        pick(item.get("notes_ko"), item.get("notes_en")),
    )
