"""How long a package runs: its films, a bumper before each, and what stands between them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta


def total_seconds(runtimes: Sequence[int], bumper_s: int, inserts_s: int = 0) -> int:
    """Films, bumpers and inserts together; a package without films is an event as long as its one bumper."""
    return sum(runtimes) + bumper_s * max(1, len(runtimes)) + inserts_s


def films_end(starts_at: datetime, seconds: int) -> datetime:
    """When the lights go up: the start and the length, up to the next full minute and at least one."""
    return starts_at + timedelta(minutes=max(1, -(-seconds // 60)))
