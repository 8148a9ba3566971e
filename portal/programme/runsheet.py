"""The evening by the clock: what a package shows in which order, and when each part of it begins. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from portal.entries.models import CreditRole
from portal.i18n import N_, pick, translate
from portal.programme.models import InsertKind

if TYPE_CHECKING:
    from portal.entries.models import Entry
    from portal.programme.models import Package, PackageFilm, Screening


class Part(StrEnum):
    """What somebody at the hall sees on the list."""

    FILM = "film"
    INSERT = "insert"
    TALK = "talk"


@dataclass(frozen=True, slots=True)
class Line:
    """One part of the evening: when it begins, how many seconds it takes, what it is."""

    kind: Part
    at: datetime
    seconds: int
    title: str
    text: str = ""
    number: str = ""

    @property
    def ends_at(self) -> datetime:
        """When the next part begins."""
        return self.at + timedelta(seconds=self.seconds)


_INSERTS = {
    InsertKind.TRAILER: N_("Trailer"),
    InsertKind.BUMPER: N_("Bumper"),
    InsertKind.SPEECH: N_("Words of welcome"),
    InsertKind.INTERMISSION: N_("Intermission"),
    InsertKind.CREDITS: N_("Credits"),
}


def insert_text(kind: InsertKind) -> str:
    """What stands between films, in the language in use."""
    return translate(_INSERTS[kind])


def lines(screening: Screening) -> list[Line]:
    """The films of a screening with all that stands between them; films, credits and inserts are loaded."""
    found: list[Line] = []
    at = screening.starts_at
    for kind, seconds, title, text, number in _parts(screening.package):
        found.append(Line(kind, at, seconds, title, text, number))
        at += timedelta(seconds=seconds)
    return found


_Raw = tuple[Part, int, str, str, str]


def _parts(package: Package) -> Iterator[_Raw]:
    """The bumper belongs before every film, or alone where there is none; inserts stand where they were put."""
    for film in package.films:
        yield from _inserts_at(package, film.position)
        yield from _bumper(package)
        yield _film(film)
    if not package.films:
        yield from _bumper(package)
    last = package.films[-1].position if package.films else -1
    yield from (_insert(one.kind, one.seconds, one.note) for one in package.inserts if one.before_position > last)


def _inserts_at(package: Package, position: int) -> Iterator[_Raw]:
    """Those that come before the film at `position` and after the film before it."""
    before = [film.position for film in package.films if film.position < position]
    after = max(before, default=-1)
    for one in package.inserts:
        if after < one.before_position <= position:
            yield _insert(one.kind, one.seconds, one.note)


def _insert(kind: InsertKind, seconds: int, note: str) -> _Raw:
    return Part.INSERT, seconds, insert_text(kind), note, ""


def _bumper(package: Package) -> Iterator[_Raw]:
    if package.bumper_s:
        yield _insert(InsertKind.BUMPER, package.bumper_s, "")


def _film(film: PackageFilm) -> _Raw:
    entry = film.entry
    return Part.FILM, entry.runtime_s, pick(entry.title_ko, entry.title_en), directors(entry), entry.number


def directors(entry: Entry) -> str:
    """Who made a film, in the language in use."""
    found = [one for one in entry.credits if one.role == CreditRole.DIRECTOR]
    return ", ".join(pick(one.native_name, one.latin_name) for one in found)
