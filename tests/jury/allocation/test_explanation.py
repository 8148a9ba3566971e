"""Affinity as parts, and a pair explained by the plan's own prices."""

from __future__ import annotations

import pytest

from portal.jury.allocation.affinity import WEIGHTS, affinity
from portal.jury.allocation.engine import assign
from portal.jury.allocation.explain import explain
from portal.jury.allocation.model import FilmTraits, JurorTraits
from tests.jury.allocation.instances import festival

FILMS = (FilmTraits("F0", {"drama": 1.0}, "ko", "short"), FilmTraits("F1", {"horror": 0.5, "drama": 0.5}, "es", "ad"))
JURORS = (
    JurorTraits("J0", {"drama": 1.0}, {"ko": 1.0}, {"short": 1.0}, {"F1": 1.0}),
    JurorTraits("J1", {"horror": 1.0}, {"es": 0.6}, {"ad": 0.5}),
)


def test_affinity_is_the_sum_of_its_parts() -> None:
    fit = affinity(FILMS, JURORS)
    assert fit.total == pytest.approx(sum(fit.parts.values()))
    assert fit.of(0, 0) == pytest.approx({"genre": 0.5, "language": 0.25, "category": 0.15, "wish": 0.0})
    assert fit.of(1, 0)["wish"] == pytest.approx(WEIGHTS["wish"])
    assert fit.of(1, 1)["language"] == pytest.approx(0.25 * 0.6)


def test_nobody_and_nothing() -> None:
    assert affinity((), JURORS).total.shape == (0, 2)
    assert affinity(FILMS, ()).total.shape == (2, 0)


def test_rank_counts_better_eligible_jurors() -> None:
    instance = festival(60, 8)
    plan = assign(instance)
    film, juror = plan.pairs[20]
    told = explain(instance, plan, film, juror)
    free = [j for j in range(8) if (film, j) not in instance.conflicts]
    assert told.assigned
    assert told.eligible == len(free)
    assert told.rank == 1 + sum(instance.affinity[film, j] > instance.affinity[film, juror] for j in free)


def test_better_jurors_are_passed_over_for_a_reason_and_at_a_cost() -> None:
    instance = festival(60, 8)
    plan = assign(instance)
    told = [explain(instance, plan, film, juror) for film, juror in plan.pairs]
    passed = [one for item in told for one in item.better]
    assert {one.obstacle for one in passed} >= {"hours_full", "seated"}
    assert all(one.cost is None if one.obstacle == "conflict" else (one.cost or 0) >= 0 for one in passed)
