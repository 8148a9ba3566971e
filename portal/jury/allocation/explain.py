"""Why this juror got this film, and what another choice would cost the festival."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from portal.jury.allocation.affinity import Fit
from portal.jury.allocation.model import Instance, Matrix, Plan

Obstacle = Literal["hours_full", "conflict", "other_film", "seated"]


@dataclass(frozen=True)
class Alternative:
    """A juror who would fit the film better, what stands against her, and the cost of swapping her in.

    `cost` is the affinity the whole plan loses, to first order from the plan's prices; None for a
    conflict, which no price can buy.
    """

    juror: int
    affinity: float
    obstacle: Obstacle
    cost: float | None


@dataclass(frozen=True)
class Explanation:
    """One pair of a film and a juror: its affinity, its parts, its rank, and the better jurors passed over."""

    film: int
    juror: int
    assigned: bool
    affinity: float
    rank: int
    eligible: int
    parts: dict[str, float] = field(default_factory=dict)
    better: tuple[Alternative, ...] = ()


def explain(instance: Instance, plan: Plan, film: int, juror: int, fit: Fit | None = None) -> Explanation:
    """The pair in words' reach; ranks run among jurors without a conflict, equal affinity sharing a rank."""
    row: Matrix = np.asarray(instance.affinity, dtype=float)[film]
    free = [other for other in range(len(instance.jurors)) if (film, other) not in instance.conflicts]
    better = sorted((other for other in range(len(row)) if row[other] > row[juror]), key=lambda other: -row[other])
    return Explanation(
        film=film,
        juror=juror,
        assigned=(film, juror) in plan.pairs,
        affinity=float(row[juror]),
        rank=1 + sum(bool(row[other] > row[juror]) for other in free),
        eligible=len(free),
        parts=fit.of(film, juror) if fit else {},
        better=tuple(_alternative(instance, plan, film, juror, other) for other in better),
    )


def _alternative(instance: Instance, plan: Plan, film: int, juror: int, other: int) -> Alternative:
    affinity = float(instance.affinity[film, other])
    obstacle = _obstacle(instance, plan, film, other)
    if obstacle == "conflict":
        return Alternative(other, affinity, obstacle, None)
    return Alternative(other, affinity, obstacle, _cost(instance, plan, film, juror, other))


def _obstacle(instance: Instance, plan: Plan, film: int, other: int) -> Obstacle:
    if (film, other) in instance.conflicts:
        return "conflict"
    if (film, other) in plan.pairs:
        return "seated"
    minutes = instance.films[film].minutes
    full = plan.load_minutes[other] + minutes > instance.jurors[other].max_minutes + 1e-9
    return "hours_full" if full else "other_film"


def _cost(instance: Instance, plan: Plan, film: int, juror: int, other: int) -> float:
    """The priced difference: what her minutes would have to be taken from elsewhere, less what the film gains."""
    minutes = instance.films[film].minutes
    gain = float(instance.affinity[film, other] - instance.affinity[film, juror])
    return max(0.0, minutes * (plan.prices[other] - plan.prices[juror]) - gain)
