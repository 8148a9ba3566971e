"""Instances to plan, a checker and two oracles that share nothing with the engine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, product

import numpy as np
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from portal.jury.allocation.model import Film, GroupRule, Instance, Juror, Pair

FIXED, FLOOR, LEAST, MOST = "fixed pairs", "floor", "minimum minutes", "maximum minutes"
SLACK = 1e-6


def festival(films: int, jurors: int, *, seed: int = 7, band: float = 0.08, **more: object) -> Instance:
    """A synthetic festival: films of 1 to 20 minutes, three jurors each, 3 % conflicts, equal bands."""
    rng = np.random.default_rng(seed)
    minutes = np.clip(np.round(np.exp(rng.normal(np.log(5), 0.65, films)) * 2) / 2, 1, 20)
    share = minutes.sum() * 3 / jurors
    conflicts = np.argwhere(rng.random((films, jurors)) < 0.03)
    instance = Instance(
        films=tuple(Film(f"F{index}", float(length), 3) for index, length in enumerate(minutes)),
        jurors=tuple(Juror(f"J{index}", share * (1 - band), share * (1 + band)) for index in range(jurors)),
        affinity=rng.beta(2, 2, (films, jurors)).round(4),
        conflicts=frozenset((int(film), int(juror)) for film, juror in conflicts),
        floor=0.8,
    )
    return replace(instance, **more)  # type: ignore[arg-type]


@st.composite
def small_instances(draw: st.DrawFn) -> Instance:
    """Up to four films and five jurors: few enough to try every plan."""
    return draw(instances(max_films=4, max_jurors=5, max_demand=2))


@st.composite
def instances(draw: st.DrawFn, max_films: int = 12, max_jurors: int = 8, max_demand: int = 3) -> Instance:
    """Tight or loose bands, conflicts, fixed and kept pairs, group rules, a floor or none."""
    films, jurors = draw(st.integers(1, max_films)), draw(st.integers(2, max_jurors))
    minutes = draw(st.lists(st.integers(1, 9), min_size=films, max_size=films))
    demand = draw(st.lists(st.integers(0, min(max_demand, jurors)), min_size=films, max_size=films))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    pairs = st.tuples(st.integers(0, films - 1), st.integers(0, jurors - 1))
    share = sum(length * count for length, count in zip(minutes, demand, strict=True)) / jurors
    below, above = draw(st.sampled_from([(0.0, 9.0), (0.0, 1.5), (0.5, 1.6), (0.8, 1.25), (0.0, 0.95)]))
    return Instance(
        films=tuple(Film(f"F{index}", minutes[index], demand[index]) for index in range(films)),
        jurors=tuple(Juror(f"J{index}", share * below, share * above) for index in range(jurors)),
        affinity=random.integers(0, 101, (films, jurors)) / 100,
        conflicts=draw(st.frozensets(pairs, max_size=films)),
        kept=draw(st.frozensets(pairs, max_size=films)),
        fixed=draw(st.frozensets(pairs, max_size=2)),
        groups=tuple(_rules(draw, films, jurors)),
        floor=draw(st.sampled_from([0.0, 0.7, 0.9])),
    )


def _rules(draw: st.DrawFn, films: int, jurors: int) -> Iterator[GroupRule]:
    """At least one speaker, at most one of an employer, two of a panel, for some of the films."""
    for number in range(draw(st.integers(0, 3))):
        members = tuple(sorted(draw(st.sets(st.integers(0, jurors - 1), min_size=1, max_size=max(1, jurors - 1)))))
        concerned = tuple(sorted(draw(st.sets(st.integers(0, films - 1), max_size=films))))
        bound = draw(st.sampled_from([{"at_least": 1}, {"at_most": 1}, {"at_least": 1, "at_most": 2}]))
        yield GroupRule(f"rule {number}", members, concerned, **bound)


def eligible(instance: Instance, film: int) -> list[int]:
    """Jurors without a conflict whose whole band the film does not exceed."""
    length = instance.films[film].minutes
    return [
        index
        for index, juror in enumerate(instance.jurors)
        if (film, index) not in instance.conflicts and length <= juror.max_minutes + 1e-9
    ]


def keeps(instance: Instance, film: int, jury: tuple[int, ...], rules: set[str] | None = None) -> bool:
    """Whether this jury keeps the film's group rules and fixed pairs; only the named ones where given."""
    if rules is None or FIXED in rules:
        watched = {juror for other, juror in instance.fixed if other == film}
        if not watched <= set(jury):
            return False
    for rule in instance.groups:
        count = len(set(jury) & set(rule.jurors))
        asked = film in rule.films and (rules is None or rule.name in rules)
        if asked and not (rule.at_least or 0) <= count <= (len(jury) if rule.at_most is None else rule.at_most):
            return False
    return True


def juries(instance: Instance, film: int, rules: set[str] | None = None) -> list[tuple[int, ...]]:
    """Every jury the film could have alone."""
    everybody = combinations(eligible(instance, film), instance.films[film].demand)
    return [jury for jury in everybody if keeps(instance, film, jury, rules)]


def promise(instance: Instance, film: int) -> float:
    """The affinity the floor secures: a share of the best jury the film could have alone."""
    values = [sum(float(instance.affinity[film, juror]) for juror in jury) for jury in juries(instance, film)]
    return instance.floor * max(0.0, *values) if values else 0.0


def broken(instance: Instance, pairs: tuple[Pair, ...]) -> list[str]:
    """Every rule these pairs break."""
    found = ["pair twice"] if len(set(pairs)) != len(pairs) else []
    load = [0.0] * len(instance.jurors)
    for film, one in enumerate(instance.films):
        jury = tuple(juror for other, juror in pairs if other == film)
        for juror in jury:
            load[juror] += one.minutes
        reached = sum(float(instance.affinity[film, juror]) for juror in jury)
        complaints = {
            "demand": len(jury) != one.demand,
            "conflict": not set(jury) <= set(eligible(instance, film)),
            "group or fixed": not keeps(instance, film, jury),
            "floor": reached < promise(instance, film) - SLACK,
        }
        found += [f"{what} of {one.id}" for what, wrong in complaints.items() if wrong]
    for juror, minutes in zip(instance.jurors, load, strict=True):
        if not juror.min_minutes - SLACK <= minutes <= juror.max_minutes + SLACK:
            found.append(f"minutes of {juror.id}")
    return found


def value(instance: Instance, pairs: tuple[Pair, ...]) -> float:
    """The objective: affinity, and the bonus of kept pairs."""
    return sum(float(instance.affinity[pair]) for pair in pairs) + instance.kappa * len(instance.kept & set(pairs))


def brute_force(instance: Instance) -> float | None:
    """The best objective over every plan whatever, or None: the slow truth."""
    best = None
    for chosen in product(*(juries(instance, film) for film in range(len(instance.films)))):
        pairs = tuple((film, juror) for film, jury in enumerate(chosen) for juror in jury)
        if not broken(instance, pairs):
            best = value(instance, pairs) if best is None else max(best, value(instance, pairs))
    return best


def plain_mip(
    instance: Instance, rules: set[str] | None = None, *, whole: bool = True, held: frozenset[Pair] = frozenset()
) -> float | None:
    """The optimum by scipy's integer programme over all pairs (fractional unless `whole`), or None if infeasible.

    Conflicts and films longer than a juror's band always hold; of the other rules only the named ones where given.
    Pairs `held` must be taken, which changes nothing about what films were promised.
    """
    films, jurors = len(instance.films), len(instance.jurors)
    lower, upper = np.zeros((films, jurors)), np.zeros((films, jurors))
    for film in range(films):
        upper[film, eligible(instance, film)] = 1
    for pair in held | (instance.fixed if rules is None or FIXED in rules else frozenset()):
        lower[pair] = 1
    if (lower > upper).any():
        return None
    gain = np.array(instance.affinity, dtype=float)
    for pair in instance.kept:
        gain[pair] += instance.kappa
    rows, low, high = zip(*_rows(instance, rules), strict=True)
    result = milp(
        -gain.ravel(),
        integrality=np.full(films * jurors, int(whole)),
        bounds=Bounds(lower.ravel(), upper.ravel()),
        constraints=LinearConstraint(np.array(rows), np.array(low), np.array(high)),
        options={"mip_rel_gap": 0.0},
    )
    assert result.status in (0, 2), result.message
    return None if result.status == 2 else float(-result.fun)


def _rows(instance: Instance, rules: set[str] | None) -> Iterator[tuple[np.ndarray, float, float]]:
    films, jurors = len(instance.films), len(instance.jurors)
    minutes = np.array([film.minutes for film in instance.films])
    for index, juror in enumerate(instance.jurors):
        row = np.zeros((films, jurors))
        row[:, index] = minutes
        least = juror.min_minutes if rules is None or LEAST in rules else 0.0
        yield row.ravel(), least, juror.max_minutes if rules is None or MOST in rules else np.inf
    for index, film in enumerate(instance.films):
        row = np.zeros((films, jurors))
        row[index] = 1
        yield row.ravel(), film.demand, film.demand
        if instance.floor and (rules is None or FLOOR in rules):
            row = np.zeros((films, jurors))
            row[index] = instance.affinity[index]
            yield row.ravel(), promise(instance, index) - 1e-9, np.inf
    for rule in instance.groups:
        if rules is None or rule.name in rules:
            for film in rule.films:
                row = np.zeros((films, jurors))
                row[film, list(rule.jurors)] = 1
                yield row.ravel(), rule.at_least or 0, np.inf if rule.at_most is None else rule.at_most
