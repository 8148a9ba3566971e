"""What holds for every instance whatever: no rule broken, the best there is, the bound true, the same plan again."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import assume, given, settings

from portal.jury.allocation.engine import assign
from portal.jury.allocation.exchange import instance_from_json, instance_to_json, plan_to_json
from portal.jury.allocation.model import TOLERANCE, GroupRule, Instance
from portal.jury.allocation.prices import opening_prices, promising
from portal.jury.allocation.problem import arrange
from portal.jury.allocation.relaxation import relax
from portal.jury.allocation.verification import verify
from tests.jury.allocation.instances import (
    broken,
    brute_force,
    festival,
    instances,
    juries,
    plain_mip,
    small_instances,
    value,
)


@settings(max_examples=150, deadline=None)
@given(small_instances())
def test_small_plans_are_the_best_there_are(instance: Instance) -> None:
    plan = assign(instance)
    truth = brute_force(instance)
    assert verify(instance, plan) == []
    if truth is None:
        assert plan.status == "infeasible"
        return
    assert plan.status == "optimal"
    assert plan.objective == pytest.approx(truth, abs=TOLERANCE * max(1.0, truth))
    assert plan.bound >= truth - 1e-6


@settings(max_examples=200, deadline=None)
@given(instances())
def test_no_rule_is_ever_broken(instance: Instance) -> None:
    plan = assign(instance)
    if plan.status == "infeasible":
        assert plan.pairs == ()
        return
    assert broken(instance, plan.pairs) == []
    assert plan.objective == pytest.approx(value(instance, plan.pairs))
    assert plan.objective <= plan.bound + 1e-9


@settings(max_examples=100, deadline=None)
@given(instances())
def test_a_plain_integer_programme_finds_nothing_better(instance: Instance) -> None:
    plan = assign(instance)
    truth = plain_mip(instance)
    if truth is None:
        assert plan.status == "infeasible"
        return
    assert plan.status != "infeasible"
    assert plan.bound >= truth - 1e-6
    assert plan.objective >= truth - TOLERANCE * max(1.0, abs(truth))


@settings(max_examples=60, deadline=None)
@given(instances())
def test_the_bound_of_few_columns_is_that_of_all_pairs(instance: Instance) -> None:
    """Pricing ends at the optimum of the whole relaxation, wherever it started."""
    problem = arrange(instance)
    truth = plain_mip(instance, whole=False)
    assume(truth is not None and np.isfinite(problem.best).all())
    start = promising(problem, opening_prices(problem), width=2)
    assert relax(problem, start, np.zeros(problem.films, dtype=bool)).bound == pytest.approx(truth, abs=1e-5)


@settings(max_examples=60, deadline=None)
@given(small_instances())
def test_a_films_best_possible_jury_is_exact(instance: Instance) -> None:
    problem = arrange(instance)
    for film, best in enumerate(problem.best):
        possible = [sum(instance.affinity[film, juror] for juror in jury) for jury in juries(instance, film)]
        assert np.isfinite(best) == bool(possible)
        if possible:
            assert best == pytest.approx(max(possible))
            assert problem.best_jury[film].sum() == instance.films[film].demand


@settings(max_examples=40, deadline=None)
@given(instances())
def test_the_same_instance_gives_the_same_plan(instance: Instance) -> None:
    again = instance_from_json(json.loads(json.dumps(instance_to_json(instance))))
    assert assign(again) == assign(instance)


def test_the_plan_depends_on_no_hash_and_no_process() -> None:
    rule = GroupRule("panel", (0, 1, 2), tuple(range(60)), at_least=1)
    instance = festival(60, 8, groups=(rule,))
    code = (
        "import json, sys; from portal.jury.allocation.engine import assign;"
        "from portal.jury.allocation.exchange import instance_from_json, plan_to_json;"
        "print(json.dumps(plan_to_json(assign(instance_from_json(json.load(sys.stdin))))['pairs']))"
    )
    given_in = json.dumps(instance_to_json(instance))
    found = [
        subprocess.run(
            [sys.executable, "-c", code],
            input=given_in,
            env=os.environ | {"PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert json.loads(found[0]) == json.loads(found[1]) == plan_to_json(assign(instance))["pairs"]
