"""Working a plan out: the engine's plan, what each rule costs, what further changes of a repair would bring. Pure."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from portal.jury.allocation import engine
from portal.jury.allocation.model import Instance, Plan
from portal.jury.assigning.rules import EMPLOYER, FLOOR, NATIVE

BAND = "band"
BUDGET = 30.0
"""CPU seconds for all the questions besides the plan itself; far below the lease of a run."""

KNOB = (10_000, 2_000, 500, 0)
"""What keeping a pair may be worth in a repair, in hundredths of a percent, most careful first."""


@dataclass(frozen=True)
class Cost:
    """What the plan would gain without one rule; `share` of its objective, None where the time ran out."""

    rule: str
    gain: float | None
    share: float | None


@dataclass(frozen=True, eq=False)
class Solved:
    """The plan with its proof, the price of the rules, and in a repair the plans for each worth of a kept pair."""

    plan: Plan
    costs: Sequence[Cost] = ()
    variants: dict[int, Plan] = field(default_factory=dict)


def solve(instance: Instance, *, repair: bool = False, budget: float = BUDGET) -> Solved:
    """Seconds long, holds no transaction. The same instance always gives the same plan."""
    plan = engine.assign(instance)
    if plan.status == "infeasible":
        return Solved(plan)
    if not repair:
        return Solved(plan, costs=list(_costs(instance, plan, budget)))
    asked = round(instance.kappa * 10_000)
    worths = sorted({*KNOB, asked}, reverse=True)
    plans = {worth: plan if worth == asked else _with_kappa(instance, worth) for worth in worths}
    return Solved(plan, variants={worth: one for worth, one in plans.items() if one.status != "infeasible"})


def _with_kappa(instance: Instance, worth: int) -> Plan:
    return engine.assign(replace(instance, kappa=worth / 10_000))


def fit_of(instance: Instance, plan: Plan) -> float:
    """The affinity of a plan's pairs, without what keeping pairs counts."""
    return float(sum(instance.affinity[film, juror] for film, juror in plan.pairs))


def _costs(instance: Instance, plan: Plan, budget: float) -> Iterator[Cost]:
    """Solve again without each rule, as long as there is time; the first solve says how long one takes."""
    ends = time.process_time() + budget
    for rule, without in _relaxed(instance):
        if time.process_time() + 2 * plan.cpu_seconds > ends:
            yield Cost(rule, None, None)
            continue
        gain = max(0.0, engine.assign(without).objective - plan.objective)
        yield Cost(rule, gain, gain / plan.objective if plan.objective else 0.0)


def _relaxed(instance: Instance) -> Iterator[tuple[str, Instance]]:
    if instance.floor:
        yield FLOOR, replace(instance, floor=0.0)
    whole = sum(film.minutes * film.demand for film in instance.films)
    loose = tuple(replace(one, min_minutes=0.0, max_minutes=whole) for one in instance.jurors)
    yield BAND, replace(instance, jurors=loose)
    for kind in (NATIVE, EMPLOYER):
        if any(rule.name.startswith(kind) for rule in instance.groups):
            kept = tuple(rule for rule in instance.groups if not rule.name.startswith(kind))
            yield kind, replace(instance, groups=kept)
