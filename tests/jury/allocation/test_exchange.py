"""The neutral instance in, the plan out."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from portal.errors import Invalid
from portal.jury.allocation.engine import assign
from portal.jury.allocation.exchange import fingerprint, instance_from_json, instance_to_json, plan_to_json
from portal.jury.allocation.model import GroupRule
from tests.jury.allocation.instances import festival


def test_round_trip() -> None:
    rule = GroupRule("panel", (0, 1), (2, 3), at_least=1)
    instance = festival(12, 5, groups=(rule,), fixed=frozenset({(1, 1)}))
    again = instance_from_json(json.loads(json.dumps(instance_to_json(instance))))
    assert fingerprint(again) == fingerprint(instance)
    assert assign(again) == assign(instance)


def test_plan_carries_its_proof() -> None:
    data = json.loads(json.dumps(plan_to_json(assign(festival(20, 5)))))
    assert set(data) >= {
        "status",
        "pairs",
        "objective",
        "bound",
        "gap",
        "worst_ratio",
        "load_minutes",
        "cpu_seconds",
    }
    assert data["certificate"] is None


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("films", 3),
        ("affinity", [[1.0]]),
        ("affinity", [["x"]]),
        ("conflicts", [[0, 99]]),
        ("fixed", [[-1, 0]]),
        ("groups", [{"name": "x", "jurors": [99]}]),
        ("floor", float("nan")),
        ("jurors", [{"id": "J", "min_minutes": 9, "max_minutes": 1}]),
    ],
)
def test_a_malformed_instance_is_refused(key: str, value: object) -> None:
    data = instance_to_json(festival(4, 3))
    with pytest.raises(Invalid):
        instance_from_json({**data, key: value})


def test_any_change_changes_the_fingerprint() -> None:
    instance = festival(6, 4)
    assert fingerprint(instance) != fingerprint(replace(instance, seed=1))
