"""When an entry may still be worked on: the call's window, its grace for a film on its way, and a fix's due date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Standing(StrEnum):
    """Where a moment lies in a call's window."""

    EARLY = "early"
    OPEN = "open"
    GRACE = "grace"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Window:
    """From when to when entries are taken, and how long a film that was on its way may still arrive."""

    opens_at: datetime
    closes_at: datetime
    grace: timedelta


@dataclass(frozen=True, slots=True)
class FilmOnItsWay:
    """When a film's upload began, and when it was playable or refused; None while that is still to come."""

    began_at: datetime
    settled_at: datetime | None = None

    def under_way(self, moment: datetime) -> bool:
        """Whether the upload or its check was running at that moment."""
        return self.began_at < moment and (self.settled_at is None or self.settled_at >= moment)


def standing(window: Window, film: FilmOnItsWay | None, *, at: datetime) -> Standing:
    """Whether the window is open at `at`; past its end it is, for the grace, to a film that was under way then."""
    if at < window.opens_at:
        return Standing.EARLY
    if at < window.closes_at:
        return Standing.OPEN
    if at < window.closes_at + window.grace and film is not None and film.under_way(window.closes_at):
        return Standing.GRACE
    return Standing.CLOSED


def days_left(until: datetime, *, at: datetime) -> int:
    """Whole days until a moment, as `D-12` counts them."""
    return max(0, (until - at).days)
