"""Somebody's own plan of the festival: day by day, with what overlaps and how long the ways are. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from portal.i18n import N_, duration, translate
from portal.programme.agenda import Showing

_ = translate
MOST = 200
# Minutes from one hall to another of the same venue, and to another venue.
NEXT_DOOR, ACROSS_TOWN = 5, 20
_TIGHT = N_("{gap} between the two, and the way to {where} takes about {walk}.")
_FREE = N_("{gap} free")
_FREE_AND_WALK = N_("{gap} free, of which the way to {where} takes about {walk}")


@dataclass(frozen=True, slots=True)
class Stop:
    """A screening of the plan; `clashes` are the titles of earlier ones that are still on when it starts.

    `before` tells of the time since the last one, empty for the first of a day; `tight` where the way takes longer.
    """

    showing: Showing
    clashes: tuple[str, ...]
    before: str
    tight: bool


def stops(listed: Sequence[Showing]) -> list[tuple[date, list[Stop]]]:
    """The plan by day, in order of time; cancelled screenings stay in it and overlap with nothing."""
    found: dict[date, list[Stop]] = {}
    earlier: list[Showing] = []
    for showing in sorted(listed, key=lambda one: (one.starts_at, one.code)):
        found.setdefault(showing.on(), []).append(_stop(showing, [] if showing.cancelled else earlier))
        if not showing.cancelled:
            earlier.append(showing)
    return list(found.items())


def _stop(showing: Showing, earlier: Sequence[Showing]) -> Stop:
    clashes = tuple(one.title for one in earlier if one.over_at > showing.starts_at)
    today = [one for one in earlier if one.on() == showing.on()]
    if clashes or not today:
        return Stop(showing, clashes, "", tight=False)
    last = max(today, key=lambda one: one.over_at)
    gap, walk = int((showing.starts_at - last.over_at).total_seconds() // 60), way(last, showing)
    sentence = _TIGHT if gap < walk else _FREE_AND_WALK if walk else _FREE
    text = translate(sentence).format(gap=duration(gap * 60), walk=duration(walk * 60), where=showing.where)
    return Stop(showing, (), text, tight=gap < walk)


def way(one: Showing, other: Showing) -> int:
    """Minutes from one screening's seat to the other's."""
    if one.place == other.place:
        return 0
    return NEXT_DOOR if one.venue == other.venue else ACROSS_TOWN


def clashes(days: Sequence[tuple[date, Sequence[Stop]]]) -> int:
    """How many screenings of the plan overlap with one before."""
    return sum(bool(stop.clashes) for _, listed in days for stop in listed)
