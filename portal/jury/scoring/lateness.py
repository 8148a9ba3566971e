"""When a juror's sheets are due: the round's date or the juror's own later one, and how late or near that is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Due:
    """The moment, whole days left until it, and days late; one of the two is always 0."""

    at: datetime
    days_left: int
    days_late: int
    own: bool

    @property
    def late(self) -> bool:
        return self.days_late > 0


def due(round_due: datetime, own_due: datetime | None, *, now: datetime) -> Due:
    """What holds for a juror at a moment: an own date counts, even where it is earlier than the round's."""
    at = own_due or round_due
    left = at - now
    if left >= timedelta(0):
        return Due(at, left // _DAY, 0, own_due is not None)
    return Due(at, 0, -(left // _DAY), own_due is not None)


def minutes_a_day(seconds_left: int, found: Due) -> int:
    """Minutes of film a day that are needed to be done in time; all of them when it is the last day or later."""
    minutes = -(-seconds_left // 60)
    return -(-minutes // (found.days_left + 1))
