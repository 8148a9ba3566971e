"""Why there is no plan: the rules that cannot hold together, whom they meet on, and two ways out.

Three stages, each only if the one before found nothing: films that no jury can serve whatever the loads;
minutes that do not fit into the bands (with the smallest set of rules to blame, found by dropping each
in turn); whole films that cannot be packed although fractions of them could.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import highspy
import numpy as np

from portal.jury.allocation.columns import build, lay_out, load_model, quiet_solver
from portal.jury.allocation.model import Certificate, Film, Instance, Juror, Mask, Matrix
from portal.jury.allocation.model import Relaxation as WayOut
from portal.jury.allocation.problem import Problem, best_juries
from portal.jury.allocation.relaxation import Relaxation, add_slack, priced, relax, seated

ELIGIBLE, FIXED, FLOOR = "eligible jurors", "fixed pairs", "floor"
LEAST, MOST, WHOLE = "minimum minutes", "maximum minutes", "whole films"
SMALL = 1e-6
Dropped = frozenset[str]


def blocked_films(instance: Instance, problem: Problem) -> Certificate | None:
    """Stage one: films without any possible jury; of several causes the one with the most films is named."""
    causes: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for film in np.nonzero(~np.isfinite(problem.best))[0]:
        causes[_cause(problem, int(film))].append(int(film))
    if not causes:
        return None
    rules = max(causes, key=lambda cause: (len(causes[cause]), cause))
    films = causes[rules]
    missing = sum(_missing(problem, film, rules) for film in films)
    ways = [WayOut("drop_rule", 1.0, (rule,)) for rule in rules if rule != ELIGIBLE]
    ways += [WayOut("add_jurors", float(max(_missing(problem, film, rules) for film in films)), ())]
    ways += [WayOut("lower_demand", float(missing), _names(instance.films, films))]
    concerned = _concerned(problem, rules)
    able = concerned & problem.eligible[films].any(axis=0)
    jurors = np.nonzero(able if able.any() else concerned)[0]
    return Certificate(
        rules, _names(instance.films, films), _names(instance.jurors, jurors), float(missing), "viewings", tuple(ways)
    )


def _cause(problem: Problem, film: int) -> tuple[str, ...]:
    """An irreducible set of rules under which this film has no jury."""
    if int(problem.eligible[film].sum()) < problem.demand[film]:
        return (ELIGIBLE,)
    alone = _only(problem, film)
    names = [FIXED, *(group.name for group in alone.groups)]
    return _irreducible(names, lambda dropped: not np.isfinite(best_juries(_without(alone, dropped))[0][0]))


def _only(problem: Problem, film: int) -> Problem:
    """The same problem with one film."""
    row = slice(film, film + 1)
    groups = tuple(
        replace(group, films=np.array([0], dtype=np.intp)) for group in problem.groups if film in group.films
    )
    return replace(
        problem,
        affinity=problem.affinity[row],
        weight=problem.weight[row],
        eligible=problem.eligible[row],
        fixed=problem.fixed[row],
        minutes=problem.minutes[row],
        demand=problem.demand[row],
        groups=groups,
    )


def _irreducible(names: list[str], blocked: Callable[[Dropped], bool]) -> tuple[str, ...]:
    """Drop each rule that is not needed for the blockage; those left are all to blame. Without any, nothing blocks."""
    left = list(dict.fromkeys(names))
    for name in tuple(left):
        if len(left) > 1 and blocked(frozenset(names) - frozenset(left) | {name}):
            left.remove(name)
    return tuple(left)


def _missing(problem: Problem, film: int, rules: tuple[str, ...]) -> int:
    """Viewings this film lacks under one rule; at least one where rules only clash together."""
    demand, eligible = int(problem.demand[film]), problem.eligible[film]
    if rules == (ELIGIBLE,):
        return demand - int(eligible.sum())
    if rules == (FIXED,):
        return max(1, int(problem.fixed[film].sum()) - demand)
    lacks = [1]
    for group in problem.groups:
        if rules == (group.name,) and film in group.films:
            inside, outside = int((eligible & group.members).sum()), int((eligible & ~group.members).sum())
            lacks += [int(group.low) - min(inside, demand)]
            lacks += [demand - outside - int(group.high)] if math.isfinite(group.high) else []
    return max(lacks)


def _concerned(problem: Problem, rules: tuple[str, ...]) -> Mask:
    members = [group.members for group in problem.groups if group.name in rules]
    return np.any(members, axis=0) if members else np.ones(problem.jurors, dtype=bool)


def scarce_minutes(instance: Instance, problem: Problem, columns: Mask) -> Certificate | None:
    """Stage two: the minutes that do not fit, and an irreducible set of rules to blame; `columns` only speed it up."""
    known: dict[Dropped, Relaxation] = {}

    def without(dropped: Dropped) -> Relaxation:
        if dropped not in known:
            known[dropped] = _shortage(_without(problem, dropped), columns)
        return known[dropped]

    whole = without(frozenset())
    if whole.shortfall <= SMALL:
        return None
    names = [FLOOR, *(group.name for group in problem.groups), FIXED, LEAST, MOST]
    idle = frozenset(names) - _bearing(problem, whole)
    bearing = [name for name in names if name not in idle]
    rules = _irreducible(bearing, lambda dropped: without(idle | dropped).shortfall > SMALL)
    gone = frozenset(names) - set(rules)
    return _minutes_certificate(instance, _without(problem, gone), without(gone), rules)


def _bearing(problem: Problem, shortage: Relaxation) -> frozenset[str]:
    """The rules whose rows carry a price: the prices prove the shortage without any of the others."""
    prices = shortage.prices
    names = {group.name for group, price in zip(problem.groups, prices.groups, strict=True) if np.any(price)}
    marks = {
        FLOOR: np.any(prices.floor),
        FIXED: np.any(problem.fixed),
        LEAST: np.any(prices.load < 0),
        MOST: np.any(prices.load > 0),
    }
    return frozenset(names) | {name for name, marked in marks.items() if marked}


def _shortage(problem: Problem, columns: Mask) -> Relaxation:
    """The least minutes outside the bands, in fractions of films."""
    bare = replace(problem, weight=np.zeros_like(problem.weight))
    return relax(bare, columns, np.zeros(problem.films, dtype=bool), penalty=1.0)


def _without(problem: Problem, dropped: Dropped) -> Problem:
    """The problem relieved of the named rules; what was promised to a film stays as it was."""
    nobody = np.zeros_like(problem.fixed)
    everything = np.maximum(problem.lower, problem.demand @ problem.minutes)
    return replace(
        problem,
        promise=np.zeros_like(problem.promise) if FLOOR in dropped else problem.promise,
        groups=tuple(group for group in problem.groups if group.name not in dropped),
        fixed=nobody if FIXED in dropped else problem.fixed,
        lower=np.zeros_like(problem.lower) if LEAST in dropped else problem.lower,
        upper=everything if MOST in dropped else problem.upper,
    )


def _minutes_certificate(
    instance: Instance, problem: Problem, shortage: Relaxation, rules: tuple[str, ...]
) -> Certificate:
    films = np.nonzero(_pressed(problem, shortage, rules))[0]
    jurors = np.nonzero(np.abs(shortage.prices.load) > SMALL)[0]
    names = _names(instance.jurors, jurors)
    ways: list[WayOut] = []
    if MOST in rules:
        ways.append(WayOut("raise_max_minutes", float(shortage.over.sum()), names))
        typical = float(np.median(problem.upper[jurors])) if len(jurors) else 0.0
        ways.append(WayOut("add_jurors", float(math.ceil(shortage.shortfall / typical)) if typical else 1.0, ()))
    if LEAST in rules:
        ways.append(WayOut("lower_min_minutes", float(shortage.under.sum()), names))
        typical = float(problem.minutes[films].mean()) if len(films) else 1.0
        ways.append(WayOut("raise_demand", float(math.ceil(shortage.shortfall / typical)), ()))
    ways += [WayOut("drop_rule", 1.0, (rule,)) for rule in rules if rule not in (LEAST, MOST)]
    return Certificate(rules, _names(instance.films, films), names, shortage.shortfall, "minutes", tuple(ways))


def _pressed(problem: Problem, shortage: Relaxation, rules: tuple[str, ...]) -> Mask:
    """The films whose rows bear the shortage: those of the blamed film rules, else all that meet a full juror."""
    marked = np.abs(shortage.prices.floor) > SMALL
    for group, price in zip(problem.groups, shortage.prices.groups, strict=True):
        if group.name in rules:
            marked |= np.abs(price) > SMALL
    if marked.any():
        return marked
    worth = priced(problem, shortage.prices) - problem.weight
    return np.abs(seated(problem, worth)) > SMALL


def unfit_films(instance: Instance, problem: Problem, relaxation: Relaxation, *, proven: bool) -> Certificate:
    """Stage three: fractions of films would fit, whole ones do not; the least minutes outside the bands found."""
    films = np.nonzero((relaxation.taken > SMALL) & (relaxation.taken < 1 - SMALL))
    over, under = _packed(problem)
    jurors = np.nonzero((over > SMALL) | (under > SMALL))[0]
    names = _names(instance.jurors, jurors)
    ways = (
        WayOut("raise_max_minutes", float(over.sum()), names),
        WayOut("lower_min_minutes", float(under.sum()), names),
    )
    return Certificate(
        (WHOLE, LEAST, MOST),
        _names(instance.films, np.unique(films[0])),
        names,
        float(over.sum() + under.sum()),
        "minutes",
        tuple(way for way in ways if way.amount > SMALL),
        proven=proven,
    )


def _packed(problem: Problem) -> tuple[Matrix, Matrix]:
    """Whole films with the fewest minutes outside the bands, as far as a short search finds."""
    bare = replace(problem, weight=np.zeros_like(problem.weight))
    everything = np.ones(problem.films, dtype=bool)
    rows = lay_out(bare, everything, np.zeros(problem.jurors), floors=problem.promise > 0)
    films, jurors = np.nonzero(problem.eligible | problem.fixed)
    solver: highspy.Highs = quiet_solver(problem.seed, {"mip_max_nodes": 200, "mip_rel_gap": 0.01})
    load_model(solver, rows, build(bare, rows, films, jurors), integral=True)
    add_slack(solver, rows, 1.0)
    solver.run()
    slack = np.array(solver.getSolution().col_value)[len(films) :].reshape(2, -1)
    return slack[0], slack[1]


def _names(things: Sequence[Film] | Sequence[Juror], positions: Iterable[int]) -> tuple[str, ...]:
    return tuple(things[index].id for index in positions)
