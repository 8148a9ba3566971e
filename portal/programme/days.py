"""Days of a festival as tabs and addresses name them. Pure."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from portal.i18n import SEOUL, day, language

NIGHT_ENDS = timedelta(hours=5)


def day_tab(value: date) -> str:
    """`19 금` or `Fri 19`."""
    words = day(value).split()
    return f"{value.day} {words[-1]}" if language() == "ko" else f"{words[0]} {value.day}"


def day_of(moment: datetime) -> date:
    """The festival day a moment belongs to: a late night is part of its evening."""
    return (moment.astimezone(ZoneInfo(SEOUL)) - NIGHT_ENDS).date()


def parsed(text: str) -> date | None:
    """The day of this century or the next that an address names, None for anything else."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 <= found.year < 2200 else None


def between(first: date, last: date) -> list[date]:
    """Every day from the first to the last."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


_CLOCK = re.compile(r"^([01]?\d|2\d):([0-5]\d)$")
_LAST_MINUTE = 29 * 60


def minutes_of(text: str) -> int | None:
    """Minutes after midnight of a time up to 29:00, when a festival's day ends; None for anything else."""
    found = _CLOCK.match(text)
    minutes = int(found[1]) * 60 + int(found[2]) if found else _LAST_MINUTE + 1
    return minutes if minutes <= _LAST_MINUTE else None


def hours_text(minutes: int) -> str:
    """`09:30`, or `25:30` for half past one at night."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def moment_of(day: date, minutes: int) -> datetime:
    """The moment that many minutes after the day's midnight in Korea."""
    return datetime.combine(day, time(), ZoneInfo(SEOUL)) + timedelta(minutes=minutes)
