"""The evening by the clock: what a package shows in which order, and when each part of it begins. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from portal.entries.models import CreditRole
from portal.i18n import pick
from portal.programme import running_order
from portal.programme.models import InsertKind

if TYPE_CHECKING:
    from portal.entries.models import Entry
    from portal.programme.models import Screening


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


def lines(screening: Screening) -> list[Line]:
    """The films of a screening with all that stands between them; films, credits and inserts are loaded."""
    package, found = screening.package, list[Line]()

    def add(kind: Part, seconds: int, title: str, text: str = "", number: str = "") -> None:
        at = found[-1].ends_at if found else screening.starts_at
        if seconds:
            found.append(Line(kind, at, seconds, title, text, number))

    bumper = running_order.kind_text(InsertKind.BUMPER)
    for item in running_order.order(package.films, package.inserts, package.bumper_s):
        if item.insert:
            add(Part.INSERT, item.seconds, running_order.kind_text(item.insert.kind), item.insert.note)
        elif item.film:
            entry = item.film.entry
            add(Part.INSERT, package.bumper_s, bumper)
            add(Part.FILM, item.seconds, pick(entry.title_ko, entry.title_en), directors(entry), entry.number)
    if not package.films:
        add(Part.INSERT, package.bumper_s, bumper)
    return found


def directors(entry: Entry) -> str:
    """Who made a film, in the language in use."""
    found = [one for one in entry.credits if one.role == CreditRole.DIRECTOR]
    return ", ".join(pick(one.native_name, one.latin_name) for one in found)
