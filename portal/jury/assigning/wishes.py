"""What a plan was asked to respect beyond the round's own rules; it stays with the run that it was said to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from portal.jury.assigning.models import AssignmentRun


@dataclass(frozen=True)
class Wish:
    """Pairs (entry id, juror id) taken out by hand, rules left aside, minutes more or less for some seats (by label),
    and the id of a juror whose unfinished films go to others."""

    out: frozenset[tuple[int, int]] = frozenset()
    dropped: frozenset[str] = frozenset()
    more: Mapping[str, float] = field(default_factory=dict)
    less: Mapping[str, float] = field(default_factory=dict)
    without: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Plain data for a run's report."""
        return {
            "out": [list(pair) for pair in sorted(self.out)],
            "dropped": sorted(self.dropped),
            "more": dict(self.more),
            "less": dict(self.less),
            "without": self.without,
        }


def of(run: AssignmentRun | None) -> Wish:
    """What was asked of a run; nothing where there is none."""
    asked: dict[str, Any] = run.report.get("asked", {}) if run is not None else {}
    return Wish(
        out=frozenset((int(film), int(juror)) for film, juror in asked.get("out", ())),
        dropped=frozenset(asked.get("dropped", ())),
        more=asked.get("more", {}),
        less=asked.get("less", {}),
        without=asked.get("without"),
    )


def keep(run: AssignmentRun, wish: Wish) -> None:
    """Say it to this run."""
    run.report = {**run.report, "asked": wish.as_json()}
