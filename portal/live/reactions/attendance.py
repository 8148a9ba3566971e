"""Who came: seats by group, and when they arrived. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from portal.audience.models import Origin
from portal.lifecycles import SeatState

STEP = timedelta(minutes=5)
# A group with fewer seats is told as "fewer than 5" wherever the report leaves the desk.
SMALL = 5


@dataclass(frozen=True, slots=True)
class Line:
    """Seats of one group by what became of them; `key` is the group's name, or what it is called without one."""

    key: str
    name_ko: str = ""
    name_en: str = ""
    booked: int = 0
    came: int = 0
    away: int = 0

    @property
    def is_small(self) -> bool:
        """Whether the group is so small that its numbers would tell of single people."""
        return 0 < self.booked < SMALL


@dataclass(frozen=True, slots=True)
class Counted:
    """Parties as the database sums them: how many seats of a group, in a state, came about in one way.

    `outside` are those of the seats whose people did not come although others of their party did.
    """

    group: str | None
    name_ko: str | None
    name_en: str | None
    origin: Origin
    state: SeatState
    seats: int
    outside: int = 0


_BOOKED = (SeatState.CONFIRMED, SeatState.CHECKED_IN, SeatState.NO_SHOW)
GENERAL, GUESTS, WALK_INS, TOTAL = "general", "guest_list", "walk_in", "total"
_WITHOUT_GROUP = {Origin.PUBLIC: GENERAL, Origin.GUEST_LIST: GUESTS, Origin.WALK_IN: WALK_INS}


def lines(counted: Iterable[Counted]) -> list[Line]:
    """Groups as they come, then everybody without one: general, guest list, walk-ins."""
    found: dict[str, Line] = {}
    for row in counted:
        if row.state not in _BOOKED:
            continue
        key = row.group or _WITHOUT_GROUP[row.origin]
        line = found.get(key) or Line(key, row.name_ko or "", row.name_en or "")
        came = row.seats - row.outside if row.state == SeatState.CHECKED_IN else 0
        away = row.seats if row.state == SeatState.NO_SHOW else row.outside
        found[key] = replace(line, booked=line.booked + row.seats, came=line.came + came, away=line.away + away)
    last = {key: n for n, key in enumerate(_WITHOUT_GROUP.values(), start=1)}
    return sorted(found.values(), key=lambda line: last.get(line.key, 0))


def total(listed: Sequence[Line]) -> Line:
    """Everybody together."""
    sums = (sum(line.booked for line in listed), sum(line.came for line in listed), sum(line.away for line in listed))
    return Line(TOTAL, "", "", *sums)


def hidden(listed: Sequence[Line]) -> set[str]:
    """The lines not told outside the desk: small groups, and one more where a single one could be subtracted.

    The total is one of them where the whole house is small.
    """
    small = {line.key for line in (*listed, total(listed)) if line.is_small}
    if len(small) == 1:
        others = [line for line in listed if line.key not in small and line.booked]
        small |= {min(others, key=lambda line: line.booked).key} if others else set()
    return small


def arrivals(entered: Iterable[tuple[datetime, int]]) -> list[tuple[datetime, int]]:
    """People let in by steps of five minutes, without a gap from the first to the last."""
    steps: Counter[datetime] = Counter()
    for moment, people in entered:
        steps[_step(moment)] += people
    if not steps:
        return []
    first, last = min(steps), max(steps)
    return [(moment, steps[moment]) for moment in (first + STEP * n for n in range((last - first) // STEP + 1))]


def _step(moment: datetime) -> datetime:
    return moment.replace(minute=moment.minute - moment.minute % 5, second=0, microsecond=0)
