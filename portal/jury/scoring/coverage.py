"""How much of a film a juror has really played, in minutes, and whether that is little for a score."""

from __future__ import annotations

from dataclasses import dataclass

ENOUGH = 0.6


@dataclass(frozen=True)
class Coverage:
    """Seconds played and the film's length, with the minutes a person reads."""

    watched_s: int
    runtime_s: int

    @property
    def minutes(self) -> int:
        return self.watched_s // 60

    @property
    def of_minutes(self) -> int:
        return -(-self.runtime_s // 60)

    @property
    def share(self) -> float:
        return min(1.0, self.watched_s / self.runtime_s) if self.runtime_s else 1.0

    @property
    def little(self) -> bool:
        """Whether less than 60 % was played."""
        return self.share < ENOUGH


def of(watched_s: int, runtime_s: int) -> Coverage:
    """The coverage of one film; one without a known length counts as watched."""
    return Coverage(max(0, watched_s), max(0, runtime_s or 0))
