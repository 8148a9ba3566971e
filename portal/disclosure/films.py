"""The films of an omnibus inside a stored ledger: found by their code, added, named, moved and taken out; pure.

A film alone is one part without a code. Its figures are those of the whole; an omnibus only ever sums its parts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.disclosure.serial import MOST_ITEMS
from portal.errors import Invalid
from portal.i18n import N_, pick

Stored = Mapping[str, Any]
MOST_FILMS = 40
assert MOST_FILMS < MOST_ITEMS


@dataclass(frozen=True, slots=True)
class Head:
    """What a film of an omnibus is called, and by whom it is; the code never changes."""

    code: str
    title: str = ""
    title_en: str = ""
    directors: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """Its title in the reader's language."""
        return pick(self.title, self.title_en)


def parts_of(stored: Stored) -> list[dict[str, Any]]:
    """The parts as stored; a ledger that says nothing yet is one film without answers."""
    return [dict(part) for part in stored.get("parts", ())] or [{}]


def heads(stored: Stored) -> list[Head]:
    """The films of an omnibus in their order; none where the work is a film alone."""
    parts = parts_of(stored)
    return [_head(part) for part in parts] if parts[0].get("code") else []


def _head(part: Stored) -> Head:
    names = tuple(part.get("directors", ()))
    return Head(part.get("code", ""), part.get("title", ""), part.get("title_en", ""), names)


def place_of(stored: Stored, code: str) -> int:
    """Which part has this code, "" being that of a film alone; raises Invalid where somebody took it out."""
    for place, part in enumerate(parts_of(stored)):
        if part.get("code", "") == code:
            return place
    raise Invalid("main", N_("This film is no longer part of the work."))


def part_of(stored: Stored, code: str) -> dict[str, Any]:
    """The part with this code."""
    return parts_of(stored)[place_of(stored, code)]


def with_part(stored: Stored, code: str, part: Stored) -> list[dict[str, Any]]:
    """All parts, this one replaced."""
    parts = parts_of(stored)
    parts[place_of(stored, code)] = dict(part)
    return parts


def added(stored: Stored, head: Head, first_code: str) -> dict[str, Any]:
    """One more film at the end; a film alone becomes the first of an omnibus, under `first_code`."""
    parts = parts_of(stored)
    if len(parts) >= MOST_FILMS:
        raise Invalid("title", N_("A work can have at most {most} films."), most=MOST_FILMS)
    parts[0] = {"code": first_code, **parts[0]}
    return {**stored, "parts": [*parts, _named({}, head)]}


def named(stored: Stored, head: Head) -> dict[str, Any]:
    """The film of this code under another title, by other directors."""
    return {**stored, "parts": with_part(stored, head.code, _named(part_of(stored, head.code), head))}


def _named(part: Stored, head: Head) -> dict[str, Any]:
    names = {"title": head.title, "title_en": head.title_en, "directors": list(head.directors)}
    kept = {key: value for key, value in part.items() if key not in names}
    return {**kept, "code": head.code, **{key: value for key, value in names.items() if value}}


def moved(stored: Stored, code: str, step: int) -> dict[str, Any]:
    """The film one place up (-1) or down (1); at the ends it stays."""
    parts, place = parts_of(stored), place_of(stored, code)
    beside = min(max(place + step, 0), len(parts) - 1)
    parts[place], parts[beside] = parts[beside], parts[place]
    return {**stored, "parts": parts}


def without(stored: Stored, code: str) -> dict[str, Any]:
    """The work without this film; the last one left is a film alone again."""
    place = place_of(stored, code)
    parts = [part for at, part in enumerate(parts_of(stored)) if at != place]
    if len(parts) == 1:
        parts = [{key: value for key, value in parts[0].items() if key not in ("code", "title_en", "directors")}]
    return {**stored, "parts": parts}
