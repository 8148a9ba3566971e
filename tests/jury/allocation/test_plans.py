"""Plans of a festival's size: within the tolerance, panels, fixed pairs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from portal.jury.allocation.engine import assign
from portal.jury.allocation.model import GroupRule
from portal.jury.allocation.verification import verify
from tests.jury.allocation.instances import festival


def test_a_festival_is_planned_within_the_tolerance_and_every_promise_kept() -> None:
    instance = festival(160, 12)
    plan = assign(instance)
    assert plan.status == "optimal"
    assert plan.gap <= 1e-3
    assert plan.worst_ratio >= 0.8 - 1e-9
    assert verify(instance, plan) == []
    assert not instance.conflicts & set(plan.pairs)


def test_one_juror_of_each_panel_sees_every_film() -> None:
    panels = tuple(
        GroupRule(f"panel {one}", tuple(range(one, 12, 3)), tuple(range(120)), at_least=1) for one in range(3)
    )
    instance = festival(120, 12, groups=panels)
    plan = assign(instance)
    assert plan.status == "optimal"
    assert verify(instance, plan) == []
    assert all({juror % 3 for other, juror in plan.pairs if other == film} == {0, 1, 2} for film in range(120))


def test_fixed_pairs_stay_even_where_they_fit_badly() -> None:
    base = festival(80, 8)
    worst = frozenset(
        (film, int(np.argmin(base.affinity[film] + 9 * np.array([(film, j) in base.conflicts for j in range(8)]))))
        for film in range(0, 80, 8)
    )
    instance = replace(base, fixed=worst)
    plan = assign(instance)
    assert worst <= set(plan.pairs)
    assert verify(instance, plan) == []


def test_the_bound_holds_against_a_plan_made_without_the_engine() -> None:
    loose = festival(60, 6, band=9.0, floor=0.0)
    plan = assign(loose)
    free = np.where([[(f, j) in loose.conflicts for j in range(6)] for f in range(60)], -1, loose.affinity)
    greedy = np.sort(free, axis=1)[:, -3:].sum()
    assert plan.objective == pytest.approx(greedy)
    assert plan.bound == pytest.approx(greedy)
