"""Days of a festival as tabs and addresses name them. Pure."""

from __future__ import annotations

from datetime import date, datetime, timedelta
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
    """The day an address names, None for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def between(first: date, last: date) -> list[date]:
    """Every day from the first to the last."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
