"""The same moment where a guest lives. Pure."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from portal.i18n import SEOUL, city, clock_time, day

COMMON = (
    "Asia/Seoul",
    "Asia/Tokyo",
    "Asia/Shanghai",
    "Asia/Singapore",
    "Asia/Kolkata",
    "Australia/Sydney",
    "Europe/London",
    "Europe/Paris",
    "Europe/Berlin",
    "America/Sao_Paulo",
    "America/New_York",
    "America/Los_Angeles",
    "UTC",
)


def there(moment: datetime, zone: str) -> str | None:
    """`파리 08:58`, with the day where it is another one; None for somebody who lives on Korean time."""
    if zone == SEOUL:
        return None
    away = ZoneInfo(zone)
    local, here = moment.astimezone(away), moment.astimezone(ZoneInfo(SEOUL))
    other_day = f"{day(local.date())} " if local.date() != here.date() else ""
    return f"{city(zone)} {other_day}{clock_time(moment, away)}"


def pair(moment: datetime, zone: str) -> str:
    """`16:58 KST · 파리 08:58`, for papers and plain text."""
    away = there(moment, zone)
    return f"{clock_time(moment)} KST" + (f" · {away}" if away else "")
