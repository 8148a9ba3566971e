"""The instance as arrays, with each film's own best possible jury under its rules."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from portal.jury.allocation.model import GroupRule, Indices, Instance, Mask, Matrix, Pair

FORCED = 1e4
"""Added to a fixed pair so that it wins every choice; far above any sum of affinities of one film."""

FORBIDDEN = -1e6
"""The weight of a pair that may not be: below any choice that could still be repaired."""


@dataclass(frozen=True, eq=False)
class Group:
    """A group rule as arrays; `low` and `high` bound the members on each of `films`."""

    name: str
    members: Mask
    films: Indices
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Problem:
    """Everything the solvers read; `weight` is what a pair adds to the objective.

    `best` is the affinity of each film's best possible jury (-inf if none exists), `best_jury` who sits
    on it, `promise` the affinity its floor secures.
    """

    affinity: Matrix
    weight: Matrix
    eligible: Mask
    fixed: Mask
    minutes: Matrix
    demand: Indices
    lower: Matrix
    upper: Matrix
    groups: tuple[Group, ...]
    seed: int
    best: Matrix
    best_jury: Mask
    promise: Matrix

    @property
    def films(self) -> int:
        """How many films."""
        return len(self.minutes)

    @property
    def jurors(self) -> int:
        """How many jurors."""
        return len(self.lower)

    def scale(self, bound: float) -> float:
        """What tolerances are shares of: the bound without the most that kept pairs can add to it."""
        bonus = float((self.weight - self.affinity)[self.eligible | self.fixed].sum())
        return max(abs(bound) - bonus, 1e-3 * abs(bound))


def arrange(instance: Instance) -> Problem:
    """The instance as arrays; a pair in conflict, or longer than the juror's whole band, is not eligible."""
    shape = (len(instance.films), len(instance.jurors))
    minutes = np.array([film.minutes for film in instance.films], dtype=float)
    upper = np.array([juror.max_minutes for juror in instance.jurors], dtype=float)
    affinity = np.asarray(instance.affinity, dtype=float).reshape(shape)
    problem = Problem(
        affinity=affinity,
        weight=affinity + instance.kappa * _mask(instance.kept, shape) if instance.kept else affinity,
        eligible=(minutes[:, None] <= upper + 1e-9) & ~_mask(instance.conflicts, shape),
        fixed=_mask(instance.fixed, shape),
        minutes=minutes,
        demand=np.array([film.demand for film in instance.films], dtype=np.intp),
        lower=np.array([juror.min_minutes for juror in instance.jurors], dtype=float),
        upper=upper,
        groups=tuple(_group(rule, shape[1]) for rule in instance.groups),
        seed=instance.seed,
        best=np.zeros(shape[0]),
        best_jury=np.zeros(shape, dtype=bool),
        promise=np.zeros(shape[0]),
    )
    best, jury = best_juries(problem)
    promise = np.where(np.isfinite(best), instance.floor * np.maximum(best, 0.0), 0.0)
    return replace(problem, best=best, best_jury=jury, promise=promise)


def _mask(pairs: Iterable[Pair], shape: tuple[int, int]) -> Mask:
    mask = np.zeros(shape, dtype=bool)
    for film, juror in pairs:
        mask[film, juror] = True
    return mask


def _group(rule: GroupRule, jurors: int) -> Group:
    members = np.zeros(jurors, dtype=bool)
    members[list(rule.jurors)] = True
    low = 0.0 if rule.at_least is None else float(rule.at_least)
    high = np.inf if rule.at_most is None else float(rule.at_most)
    return Group(rule.name, members, np.array(sorted(set(rule.films)), dtype=np.intp), low, high)


def ranked(values: Matrix, counts: Indices) -> Matrix:
    """Per row the sum of its `counts` largest values."""
    total = np.zeros(len(values))
    for count in np.unique(counts[counts > 0]):
        rows = counts == count
        top = np.partition(values[rows], values.shape[1] - count, axis=1)[:, values.shape[1] - count :]
        total[rows] = top.sum(axis=1)
    return total


def best_juries(problem: Problem) -> tuple[Matrix, Mask]:
    """Each film's best possible jury, exact under its group rules and fixed pairs, loads left aside.

    Jurors who count the same towards every rule of a film are interchangeable, so only how many come
    from each such class must be tried.
    """
    value = np.full(problem.films, -np.inf)
    chosen = np.zeros(problem.affinity.shape, dtype=bool)
    for (applying, demand), films in _patterns(problem).items():
        classes = _classes(problem, applying)
        rules = [problem.groups[index] for index in applying]
        value[films], chosen[films] = _best_of_pattern(problem, np.array(films), demand, classes, rules)
    return value, chosen


def _patterns(problem: Problem) -> dict[tuple[tuple[int, ...], int], list[int]]:
    applying: list[list[int]] = [[] for _ in range(problem.films)]
    for index, group in enumerate(problem.groups):
        for film in group.films:
            applying[film].append(index)
    patterns: dict[tuple[tuple[int, ...], int], list[int]] = defaultdict(list)
    for film, rules in enumerate(applying):
        patterns[tuple(rules), int(problem.demand[film])].append(film)
    return patterns


def _classes(problem: Problem, applying: tuple[int, ...]) -> list[Indices]:
    signature = np.array([problem.groups[index].members for index in applying]).reshape(len(applying), problem.jurors)
    _, label = np.unique(signature, axis=1, return_inverse=True)
    label = label.reshape(-1) if applying else np.zeros(problem.jurors, dtype=np.intp)
    return [np.nonzero(label == name)[0] for name in np.unique(label)]


def _best_of_pattern(
    problem: Problem, films: Indices, demand: int, classes: list[Indices], rules: list[Group]
) -> tuple[Matrix, Mask]:
    """The best composition (so many from each class) of every film, and the jurors it seats."""
    score = np.where(problem.eligible, problem.affinity, FORBIDDEN) + FORCED * problem.fixed
    score = score[films]
    orders = [members[np.argsort(-score[:, members], axis=1, kind="stable")] for members in classes]
    sums = [_prefix_sums(np.take_along_axis(score, order, axis=1)) for order in orders]
    best = np.full(len(films), -np.inf)
    winner = np.zeros((len(films), len(classes)), dtype=np.intp)
    for counts in _compositions(demand, classes, rules):
        value = sum((sums[index][:, count] for index, count in enumerate(counts)), np.zeros(len(films)))
        better = value > best
        best[better], winner[better] = value[better], counts
    best -= FORCED * problem.fixed[films].sum(axis=1)
    best[(best < FORBIDDEN / 2) | (best < -FORCED / 2)] = -np.inf
    return best, _seated(orders, winner, (len(films), problem.jurors))


def _prefix_sums(ordered: Matrix) -> Matrix:
    return np.concatenate([np.zeros((len(ordered), 1)), np.cumsum(ordered, axis=1)], axis=1)


def _compositions(demand: int, classes: list[Indices], rules: list[Group]) -> Iterator[tuple[int, ...]]:
    """Every way of taking `demand` jurors from the classes that keeps all rules."""
    inside = [[bool(rule.members[members[0]]) for members in classes] for rule in rules]
    for counts in _partitions(demand, [len(members) for members in classes]):
        if _keeps(counts, rules, inside):
            yield counts


def _partitions(total: int, sizes: list[int]) -> Iterator[tuple[int, ...]]:
    if not sizes:
        if total == 0:
            yield ()
        return
    for count in range(min(total, sizes[0]), -1, -1):
        for rest in _partitions(total - count, sizes[1:]):
            yield (count, *rest)


def _keeps(counts: tuple[int, ...], rules: list[Group], inside: list[list[bool]]) -> bool:
    totals = (sum(count for count, member in zip(counts, row, strict=True) if member) for row in inside)
    return all(rule.low <= total <= rule.high for rule, total in zip(rules, totals, strict=True))


def _seated(orders: list[Indices], winner: Indices, shape: tuple[int, int]) -> Mask:
    chosen = np.zeros(shape, dtype=bool)
    for index, order in enumerate(orders):
        for seat in range(order.shape[1]):
            rows = np.nonzero(winner[:, index] > seat)[0]
            chosen[rows, order[rows, seat]] = True
    return chosen
