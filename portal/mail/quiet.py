"""Quiet hours: when nobody is written to unasked, by the clock on the reader's own wall. Pure."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

Hours = tuple[int, int]
"""From the first of these full hours until the second: `(21, 8)` is the night."""


def ends(hours: Hours | None, zone: str, moment: datetime) -> datetime | None:
    """When those who live in `zone` may be written to again; None while they may, or where nothing is quiet."""
    if hours is None or zone not in zones(hours, moment):
        return None
    local = moment.astimezone(ZoneInfo(zone))
    day = local.date() if local.hour < hours[1] else local.date() + timedelta(days=1)
    # Built of that day's own wall clock: the night of a summer time's begin is an hour shorter, of its end one longer.
    return datetime.combine(day, time(hours[1]), local.tzinfo)


def zones(hours: Hours | None, moment: datetime) -> tuple[str, ...]:
    """Every zone in which it is quiet at that moment; one that nobody knows is never quiet."""
    return _zones(hours, moment.replace(second=0, microsecond=0)) if hours else ()


@lru_cache(maxsize=4)
def _zones(hours: Hours, minute: datetime) -> tuple[str, ...]:
    return tuple(zone for zone in _all_zones() if _is_quiet(hours, zone, minute))


@cache
def _all_zones() -> tuple[str, ...]:
    return tuple(sorted(available_timezones()))


def _is_quiet(hours: Hours, zone: str, moment: datetime) -> bool:
    begin, end = hours
    hour = moment.astimezone(ZoneInfo(zone)).hour
    return begin <= hour < end if begin < end else hour >= begin or hour < end
