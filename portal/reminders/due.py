"""When a reminder is due: at a civil hour of its reader's own zone, and never before its rule says. Pure.

Rules count whole days and hours of elapsed time, so that a change of clocks neither shortens nor stretches them; the
moment they give is then moved on to the next ten o'clock where the reader lives.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from portal.i18n import SEOUL
from portal.programme.days import day_of

TEN = time(10)
EVENING = time(17)


def civil(day: date, at: time, zone: str) -> datetime:
    """That time on that day, in UTC: the first of two where clocks are put back.

    A time that clocks skip is as much later as they skip, never earlier; on a day left out it is the next one's.
    """
    # A naive time in a gap is read by the offset before it (PEP 495, fold 0), which moves it past the gap. It leaves as
    # UTC, since Python compares two moments of one zone by their wall clocks.
    return datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC)


def ten_after(moment: datetime, zone: str) -> datetime:
    """The first ten o'clock in a zone that is not before a moment."""
    first = moment.astimezone(ZoneInfo(zone)).date()
    tens = (civil(first + timedelta(days=ahead), TEN, zone) for ahead in count())
    return next(ten for ten in tens if ten >= moment)


def evening_before(moment: datetime) -> datetime:
    """Five in the afternoon, in Seoul, of the festival day before the one a moment belongs to."""
    return civil(day_of(moment) - timedelta(days=1), EVENING, SEOUL)
