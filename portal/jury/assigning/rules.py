"""The rules of a round as the engine wants them: what each panel sees of a film, who speaks its language, one of a
company, and each juror's band of minutes. Pure."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from portal.jury.allocation.model import GroupRule
from portal.jury.assigning.wishes import Wish

PANEL, NATIVE, EMPLOYER, FLOOR = "panel:", "native:", "employer:", "floor"
SPARE = 0.05
"""What jurors may carry above their band in a repair, so that lost films find a place without moving others."""


@dataclass(frozen=True)
class FilmNeed:
    """A film's length, language, and by panel how many jurors saw it for good (`served`) or hold it (`held`)."""

    number: str
    minutes: float
    language: str
    wanted: int
    served: Mapping[int, int] = field(default_factory=dict)
    held: Mapping[int, int] = field(default_factory=dict)
    spoken: bool = False


@dataclass(frozen=True)
class Seating:
    """A juror as far as rules go; `most` is the own limit in minutes, None without; `load` what is on the list now,
    `begun` the part of it that cannot be taken away."""

    label: str
    panel: int
    languages: Collection[str]
    company: str
    most: float | None = None
    load: float = 0.0
    begun: float = 0.0


@dataclass(frozen=True)
class PanelShare:
    """A panel's short name, and its demand among those of the round."""

    code: str
    demand: int


Panels = Mapping[int, PanelShare]


def demands(films: Sequence[FilmNeed], panels: Panels) -> list[int]:
    """How many more jurors each film needs, those who hold it counted in."""
    return [max(_open(film), sum(low for low, _ in _shares(film, panels).values())) for film in films]


def _open(film: FilmNeed) -> int:
    return max(0, film.wanted - sum(film.served.values()))


def _shares(film: FilmNeed, panels: Panels) -> dict[int, tuple[int, int]]:
    """For each panel the least and the most of its jurors on this film."""
    whole = sum(panel.demand for panel in panels.values()) or 1
    found = {}
    for key, panel in panels.items():
        exact = film.wanted * panel.demand / whole
        done, held = film.served.get(key, 0), film.held.get(key, 0)
        found[key] = (max(0, math.floor(exact) - done, held), max(0, math.ceil(exact) - done, held))
    return found


def group_rules(
    films: Sequence[FilmNeed], seats: Sequence[Seating], panels: Panels, dropped: Collection[str]
) -> tuple[GroupRule, ...]:
    """Every rule by its name, without those that were left aside."""
    found = [*_panel_rules(films, seats, panels), *_native_rules(films, seats), *_employer_rules(films, seats)]
    return tuple(rule for rule in found if rule.name not in dropped)


def _panel_rules(films: Sequence[FilmNeed], seats: Sequence[Seating], panels: Panels) -> list[GroupRule]:
    """Where the least of all panels make up the film's jury, there is no need to speak of the most: whoever reads why
    a plan is impossible then reads of the panel that lacks jurors, not of the others."""
    alike: dict[tuple[int, int, int], list[int]] = defaultdict(list)
    for index, film in enumerate(films):
        shares = _shares(film, panels)
        told = sum(low for low, _ in shares.values()) >= _open(film)
        for key, (low, high) in shares.items():
            alike[key, low, -1 if told else high].append(index)
    members = {key: tuple(n for n, seat in enumerate(seats) if seat.panel == key) for key in panels}
    return [
        GroupRule(
            PANEL + panels[key].code, members[key], tuple(which), at_least=low, at_most=None if high < 0 else high
        )
        for (key, low, high), which in sorted(alike.items())
    ]


def _native_rules(films: Sequence[FilmNeed], seats: Sequence[Seating]) -> list[GroupRule]:
    """One speaker of the film's language at least, where the round has one and not everybody is."""
    spoken: dict[str, list[int]] = defaultdict(list)
    for index, film in enumerate(films):
        if film.language and not film.spoken and film.wanted:
            spoken[film.language].append(index)
    found = []
    for language, which in sorted(spoken.items()):
        speakers = tuple(n for n, seat in enumerate(seats) if language in seat.languages)
        if speakers and len(speakers) < len(seats):
            found.append(GroupRule(NATIVE + language, speakers, tuple(which), at_least=1))
    return found


def _employer_rules(films: Sequence[FilmNeed], seats: Sequence[Seating]) -> list[GroupRule]:
    companies: dict[str, list[int]] = defaultdict(list)
    for index, seat in enumerate(seats):
        if seat.company:
            companies[seat.company].append(index)
    everything = tuple(range(len(films)))
    return [
        GroupRule(EMPLOYER + name, tuple(members), everything, at_most=1)
        for name, members in sorted(companies.items())
        if len(members) > 1
    ]


def bands(
    films: Sequence[FilmNeed], seats: Sequence[Seating], panels: Panels, *, band: float, repair: bool, wish: Wish
) -> list[tuple[float, float]]:
    """Least and most minutes of each juror: around what all of a panel can carry alike, below the own limit."""
    levels = {key: _level(_minutes(films, panels, key), seats, key) for key in panels}
    found = []
    for seat in seats:
        level = levels.get(seat.panel, 0.0)
        low, high = level * (1 - band), level * (1 + band)
        if repair:
            low, high = min(low, seat.begun), max(high * (1 + SPARE), seat.load)
        high = max(seat.begun, high if seat.most is None else min(high, seat.most)) + wish.more.get(seat.label, 0.0)
        found.append((max(0.0, min(low, high) - wish.less.get(seat.label, 0.0)), high))
    return found


def _minutes(films: Sequence[FilmNeed], panels: Panels, key: int) -> float:
    whole = sum(panel.demand for panel in panels.values()) or 1
    part = panels[key].demand / whole
    return sum(film.minutes * max(0.0, film.wanted * part - film.served.get(key, 0)) for film in films)


def _level(minutes: float, seats: Sequence[Seating], key: int) -> float:
    """The load at which those below their own limit share the rest evenly; the plain mean where limits are too low."""
    limits = sorted(math.inf if seat.most is None else seat.most for seat in seats if seat.panel == key)
    left, remaining = minutes, len(limits)
    for limit in limits:
        if limit * remaining >= left:
            return left / remaining
        left, remaining = left - limit, remaining - 1
    return minutes / len(limits) if limits else 0.0
