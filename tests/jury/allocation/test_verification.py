"""The checker finds each kind of broken promise."""

from __future__ import annotations

from dataclasses import replace

import pytest

from portal.jury.allocation.engine import assign
from portal.jury.allocation.model import GroupRule, Plan
from portal.jury.allocation.verification import verify
from tests.jury.allocation.instances import festival


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda i, p: (replace(i, conflicts=i.conflicts | {p.pairs[0]}), p), "conflict assigned"),
        (lambda i, p: (i, replace(p, pairs=p.pairs[1:])), "has 2 jurors"),
        (lambda i, p: (replace(i, jurors=tuple(replace(j, max_minutes=1) for j in i.jurors)), p), "outside"),
        (lambda i, p: (replace(i, groups=(GroupRule("none", tuple(range(6)), (0,), None, 0),)), p), "none broken"),
        (lambda i, p: (replace(i, floor=1.0), p), "gets"),
        (lambda i, p: (i, replace(p, objective=p.objective + 1)), "objective"),
        (lambda i, p: (i, replace(p, bound=0.0)), "bound"),
        (lambda i, p: (replace(i, fixed=frozenset({_unassigned(p)})), p), "fixed pair missing"),
    ],
)
def test_complains(change, complaint: str) -> None:  # type: ignore[no-untyped-def]
    instance = festival(40, 6)
    plan = assign(instance)
    assert verify(instance, plan) == []
    assert any(complaint in problem for problem in verify(*change(instance, plan)))


def _unassigned(plan: Plan) -> tuple[int, int]:
    return next((0, juror) for juror in range(6) if (0, juror) not in plan.pairs)
