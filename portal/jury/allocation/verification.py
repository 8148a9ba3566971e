"""An independent check of a plan: reads the instance only, shares nothing with the engine."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import combinations

from portal.jury.allocation.model import GroupRule, Instance, Plan

SLACK = 1e-6


def verify(instance: Instance, plan: Plan) -> list[str]:
    """Every promise the plan breaks, one sentence each; empty when it keeps them all."""
    if plan.status == "infeasible":
        return [] if plan.certificate else ["infeasible without a certificate"]
    juries: dict[int, set[int]] = defaultdict(set)
    for film, juror in plan.pairs:
        juries[film].add(juror)
    return [
        *_pairs(instance, plan),
        *_demands(instance, juries),
        *_loads(instance, plan),
        *_groups(instance, juries),
        *_floors(instance, juries),
        *_figures(instance, plan),
    ]


def _pairs(instance: Instance, plan: Plan) -> Iterable[str]:
    pairs = set(plan.pairs)
    if len(pairs) != len(plan.pairs):
        yield "a pair is listed twice"
    yield from (f"conflict assigned: {pair}" for pair in sorted(pairs & instance.conflicts))
    yield from (f"fixed pair missing: {pair}" for pair in sorted(instance.fixed - pairs))


def _demands(instance: Instance, juries: dict[int, set[int]]) -> Iterable[str]:
    for index, film in enumerate(instance.films):
        if len(juries[index]) != film.demand:
            yield f"{film.id} has {len(juries[index])} jurors, not {film.demand}"


def _loads(instance: Instance, plan: Plan) -> Iterable[str]:
    load: dict[int, float] = defaultdict(float)
    for film, seat in plan.pairs:
        load[seat] += instance.films[film].minutes
    for index, juror in enumerate(instance.jurors):
        if not juror.min_minutes - SLACK <= load[index] <= juror.max_minutes + SLACK:
            yield f"{juror.id} watches {load[index]} minutes, outside {juror.min_minutes}-{juror.max_minutes}"
        if abs(load[index] - plan.load_minutes[index]) > SLACK:
            yield f"{juror.id}: {plan.load_minutes[index]} minutes reported, {load[index]} assigned"


def _groups(instance: Instance, juries: dict[int, set[int]]) -> Iterable[str]:
    for rule in instance.groups:
        for film in rule.films:
            if not _keeps(rule, juries[film]):
                yield f"{rule.name} broken for {instance.films[film].id}"


def _keeps(rule: GroupRule, jury: Iterable[int]) -> bool:
    count = len(set(jury) & set(rule.jurors))
    return (rule.at_least or 0) <= count and (rule.at_most is None or count <= rule.at_most)


def _floors(instance: Instance, juries: dict[int, set[int]]) -> Iterable[str]:
    if not instance.floor:
        return
    for film, jury in juries.items():
        reached = sum(float(instance.affinity[film, juror]) for juror in jury)
        if reached >= instance.floor * _upper_estimate(instance, film) - SLACK:
            continue
        best = best_possible(instance, film)
        if reached < instance.floor * best - SLACK:
            yield f"{instance.films[film].id} gets {reached:.4f} of {best:.4f}"


def _eligible(instance: Instance, film: int) -> list[int]:
    minutes = instance.films[film].minutes
    return [
        index
        for index, juror in enumerate(instance.jurors)
        if (film, index) not in instance.conflicts and minutes <= juror.max_minutes + SLACK
    ]


def _upper_estimate(instance: Instance, film: int) -> float:
    """The best jury if the film had no group rule: never less than the best possible one."""
    values = sorted((float(instance.affinity[film, juror]) for juror in _eligible(instance, film)), reverse=True)
    return sum(values[: instance.films[film].demand])


def best_possible(instance: Instance, film: int) -> float:
    """The affinity of the best jury this film could have alone, by trying all of them."""
    rules = [rule for rule in instance.groups if film in rule.films]
    watched = {juror for other, juror in instance.fixed if other == film}
    juries = combinations(_eligible(instance, film), instance.films[film].demand)
    possible = (jury for jury in juries if watched <= set(jury) and all(_keeps(rule, jury) for rule in rules))
    return max((sum(float(instance.affinity[film, juror]) for juror in jury) for jury in possible), default=0.0)


def _figures(instance: Instance, plan: Plan) -> Iterable[str]:
    value = sum(float(instance.affinity[pair]) for pair in plan.pairs)
    value += instance.kappa * len(set(plan.pairs) & instance.kept)
    if abs(value - plan.objective) > SLACK * max(1.0, abs(value)):
        yield f"objective {plan.objective} reported, {value} found"
    if plan.bound < plan.objective - SLACK * max(1.0, abs(value)):
        yield f"bound {plan.bound} below the objective {plan.objective}"
