"""The demo's edition: founded as any other, published, with its calls open."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from portal import clock, founding
from portal.calls.models import Call, Edition

SLUG = "pan27"


def make(session: Session) -> tuple[Edition, Call, Call]:
    """The edition, its festival call (open for twelve more days) and the school call (open for twenty)."""
    opening = _opening_day()
    plan = founding.Plan(SLUG, "PAN27", "AI 필름 판", "AI Film P.A.N", opening, opening + timedelta(days=3))
    opened = clock.now() - timedelta(days=60)
    edition, festival, school = founding.found(session, plan, opens_at=opened, closes_at=_closing(12))
    school.closes_at = _closing(20)
    edition.published_at = festival.published_at = school.published_at = opened
    session.flush()
    return edition, festival, school


def _opening_day() -> date:
    """A Thursday about three months from now."""
    day = clock.now().date() + timedelta(days=84)
    return day + timedelta(days=(3 - day.weekday()) % 7)


def _closing(days: int) -> datetime:
    return (clock.now() + timedelta(days=days)).replace(hour=14, minute=59, second=0, microsecond=0)
