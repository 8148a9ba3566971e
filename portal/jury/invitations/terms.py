"""Until when the makers of a selected film confirm: the end of a Korean day, far enough off to be answered. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from portal.errors import Invalid
from portal.i18n import N_, SEOUL

USUAL_DAYS = 10
LEAST = timedelta(days=3)
MOST = timedelta(days=120)
_ZONE = ZoneInfo(SEOUL)
_LAST_MINUTE = time(23, 59)


def end_of(day: date) -> datetime:
    """The last minute of a Korean day, in UTC."""
    return datetime.combine(day, _LAST_MINUTE, _ZONE).astimezone(UTC)


def usual(now: datetime) -> datetime:
    """The end of the tenth day from now."""
    return end_of(now.astimezone(_ZONE).date() + timedelta(days=USUAL_DAYS))


def fair(answer_by: datetime | None, now: datetime) -> bool:
    """Whether makers who are told now would have the days they need."""
    return answer_by is not None and answer_by >= now + LEAST


def read(text: str) -> datetime:
    """The end of a day written like 2027-02-19; raises Invalid."""
    try:
        return end_of(date.fromisoformat(text))
    except ValueError:
        raise Invalid("answer_by", N_("Write the day like 2027-02-19.")) from None


def require_fair(answer_by: datetime, now: datetime) -> None:
    """Refuse a day that is too near to answer, or so far off that the place is kept for nothing."""
    if not fair(answer_by, now):
        raise Invalid("answer_by", N_("Give the makers at least {n} days to answer."), n=LEAST.days)
    if answer_by > now + MOST:
        raise Invalid("answer_by", N_("Choose a day within the next {n} days."), n=MOST.days)
