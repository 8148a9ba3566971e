"""Assign films to jurors: prices, relaxation over all pairs, rounding; a plan with its proof, or the reason why not."""

import time
from dataclasses import replace

import numpy as np

from portal.jury.allocation.certificate import blocked_films, scarce_minutes, unfit_films
from portal.jury.allocation.model import TOLERANCE, Certificate, Instance, Mask, Matrix, Pair, Plan
from portal.jury.allocation.prices import opening_prices, promising
from portal.jury.allocation.problem import Problem, arrange
from portal.jury.allocation.relaxation import Relaxation, relax
from portal.jury.allocation.rounding import round_off, worth_of

CANDIDATES = 8
"""Jurors per film the first relaxation looks at; pricing finds the others that matter."""

MINUTE = 1e-6
"""Below this many minutes outside the bands, a relaxation is feasible."""


def assign(instance: Instance, *, tolerance: float = TOLERANCE) -> Plan:
    """The best plan to within `tolerance` of a proven bound; the same instance always gives the same plan.

    Status "optimal" means proven within the tolerance, "feasible" that the effort ended above it,
    "infeasible" that no plan was found: the certificate then names rules, films and jurors.
    """
    started = time.process_time()
    plan = _assign(instance, tolerance)
    return replace(plan, cpu_seconds=time.process_time() - started)


def _assign(instance: Instance, tolerance: float) -> Plan:
    if not instance.films or not instance.jurors:
        return _without_pairs(instance)
    problem = arrange(instance)
    if certificate := blocked_films(instance, problem):
        return _infeasible(certificate)
    relaxation = _relaxation(problem)
    if relaxation.shortfall > MINUTE and (certificate := scarce_minutes(instance, problem, relaxation.columns)):
        return _infeasible(certificate)
    rounded = round_off(problem, relaxation, tolerance)
    if rounded.taken is None:
        return _infeasible(unfit_films(instance, problem, relaxation, proven=rounded.impossible))
    return _plan(problem, relaxation, rounded.taken, rounded.bound, tolerance)


def _relaxation(problem: Problem) -> Relaxation:
    prices = opening_prices(problem)
    return relax(problem, promising(problem, prices, CANDIDATES), np.zeros(problem.films, dtype=bool))


def _plan(problem: Problem, relaxation: Relaxation, taken: Mask, bound: float, tolerance: float) -> Plan:
    objective = worth_of(problem, taken)
    bound = max(bound, objective)
    gap = (bound - objective) / abs(bound) if bound else 0.0
    return Plan(
        status="optimal" if gap <= tolerance else "feasible",
        pairs=tuple((int(film), int(juror)) for film, juror in zip(*np.nonzero(taken), strict=True)),
        objective=objective,
        bound=bound,
        gap=gap,
        worst_ratio=_worst_ratio(problem, taken),
        load_minutes=tuple((problem.minutes @ taken).tolist()),
        prices=tuple(relaxation.prices.load.tolist()),
    )


def _worst_ratio(problem: Problem, taken: Mask) -> float:
    """The least share any film gets of its own best possible jury."""
    reached: Matrix = (problem.affinity * taken).sum(axis=1)
    counted = problem.best > 0
    return float((reached[counted] / problem.best[counted]).min()) if counted.any() else 1.0


def _infeasible(certificate: Certificate) -> Plan:
    return Plan(status="infeasible", certificate=certificate)


def _without_pairs(instance: Instance) -> Plan:
    """Nothing to assign, or nobody to assign it to."""
    demand = sum(film.demand for film in instance.films)
    if demand:
        films = tuple(film.id for film in instance.films)
        return _infeasible(Certificate(("eligible jurors",), films, (), float(demand), "viewings"))
    hungry = tuple(juror for juror in instance.jurors if juror.min_minutes > 0)
    if hungry:
        minutes = sum(juror.min_minutes for juror in hungry)
        return _infeasible(Certificate(("minimum minutes",), (), tuple(one.id for one in hungry), minutes, "minutes"))
    return Plan(status="optimal", worst_ratio=1.0, load_minutes=(0.0,) * len(instance.jurors))


def after_dropout(instance: Instance, pairs: frozenset[Pair], gone: frozenset[int], *, spare: float = 0.05) -> Instance:
    """The instance that repairs a plan when the jurors `gone` leave: every other pair is kept by its bonus.

    Bands are widened just enough for the others to carry the lost minutes, plus `spare` of the whole; those of the
    members of a rule that asks for them, for what it asks.
    """
    stretch = _stretch(instance, gone, spare)
    jurors = tuple(
        replace(juror, min_minutes=0.0, max_minutes=0.0)
        if index in gone
        else replace(juror, max_minutes=juror.max_minutes * float(stretch[index]))
        for index, juror in enumerate(instance.jurors)
    )
    barred = frozenset((film, juror) for film in range(len(instance.films)) for juror in gone)
    return replace(
        instance,
        jurors=jurors,
        conflicts=instance.conflicts | barred,
        kept=frozenset(pair for pair in pairs if pair[1] not in gone),
        fixed=frozenset(pair for pair in instance.fixed if pair[1] not in gone),
    )


def _stretch(instance: Instance, gone: frozenset[int], spare: float) -> Matrix:
    """By how much each juror's maximum grows: what is asked of all, and of the members of a rule that lost one."""
    room = np.array([0.0 if index in gone else one.max_minutes for index, one in enumerate(instance.jurors)])
    asked = sum(film.minutes * film.demand for film in instance.films)
    stretch = np.full(len(room), _factor(asked * (1 + spare), float(room.sum())))
    for rule in instance.groups:
        if gone & set(rule.jurors):
            members = list(rule.jurors)
            asked = sum(instance.films[film].minutes for film in set(rule.films)) * (rule.at_least or 0)
            needed = _factor(asked * (1 + spare), float(room[members].sum()))
            stretch[members] = np.maximum(stretch[members], needed)
    return stretch


def _factor(needed: float, room: float) -> float:
    return max(1.0, needed / room) if room else 1.0
