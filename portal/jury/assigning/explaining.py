"""Why this juror has this film, from the instance and the prices that the plan was made with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from portal.jury.allocation.explain import Explanation, explain
from portal.jury.assigning import archive
from portal.jury.assigning.models import AssignmentRun


@dataclass(frozen=True)
class Better:
    """A juror who would fit better, and what stands against it."""

    label: str
    affinity: float
    obstacle: str
    cost: float | None


@dataclass(frozen=True)
class Why:
    """One pair told: its fit in parts, its rank, who was passed over."""

    label: str
    assigned: bool
    affinity: float
    rank: int
    eligible: int
    parts: dict[str, float]
    better: Sequence[Better]


class Reasons:
    """The stored plan, ready to be asked about pairs."""

    def __init__(self, run: AssignmentRun) -> None:
        if run.instance is None or run.pairs is None:
            raise ValueError("the run was loaded without its content")
        self._kept = archive.unpack_instance(run.instance)
        self._plan = archive.unpack_plan(run.pairs, run.kappa_bp)

    def knows(self, number: str, label: str) -> bool:
        """Whether film and juror were there when the plan was made."""
        return number in self._kept.films and label in self._kept.jurors

    def of(self, number: str, label: str) -> Why:
        """The reasons of one pair."""
        kept = self._kept
        found = explain(kept.instance, self._plan, kept.films[number], kept.jurors[label], kept.fit)
        return self._told(found)

    def of_film(self, number: str) -> dict[str, Why]:
        """The reasons of every juror with one film, by label."""
        return {label: self.of(number, label) for label in self._kept.jurors} if number in self._kept.films else {}

    def _told(self, found: Explanation) -> Why:
        labels = [juror.id for juror in self._kept.instance.jurors]
        better = [Better(labels[one.juror], one.affinity, one.obstacle, one.cost) for one in found.better]
        return Why(labels[found.juror], found.assigned, found.affinity, found.rank, found.eligible, found.parts, better)
