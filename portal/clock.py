"""The only clock: every moment in the portal comes from here, aware and in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

# A button pressed twice, or in two windows at once, is one press; whoever asks again after this means it.
PRESSED_TWICE = timedelta(seconds=5)


def now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)
