"""Whole plans by taking some packages out and putting them back better, many times over. Workers alone.

Seeded and counted, not timed: the same question gives the same plan, unless the time is over.
"""

from __future__ import annotations

import time
from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

from portal.programme.placing import worth
from portal.programme.placing.pricing import NEVER, QUARTERS, Course, Matrix, Yard

TURNS = 10_000
MOST_OUT = 9
SNUG = 0.01
"""For standing directly beside another show: gaps stay large enough for the next."""
WARM, COOL = 6.0, 0.05
"""How much worse a plan may become on the way, at first and at last."""
Flags = NDArray[np.int16]


class Table:
    """A plan that changes: where each package stands, and which quarters of halls and people are taken."""

    def __init__(self, yard: Yard, days: int, even: int) -> None:
        self.yard, self.even = yard, even
        self.packages = range(len(yard.needs))
        self.days = np.array([one.day for one in yard.bins])
        self.values = [np.stack([one.value[package] for one in yard.bins]) for package in self.packages]
        self.keeps = [np.array([one.keeps[package] for one in yard.bins]) for package in self.packages]
        quarters = np.arange(QUARTERS)
        self.until = [np.minimum(quarters + keep[:, None], QUARTERS) for keep in self.keeps]
        self.halls: Flags = np.zeros((len(yard.bins), QUARTERS), dtype=np.int16)
        self.people: dict[str, Flags] = defaultdict(lambda: np.zeros((days, QUARTERS), dtype=np.int16))
        self.crowds = np.zeros(days, dtype=int)
        self.spots: dict[int, tuple[int, int]] = {}

    @property
    def objective(self) -> float:
        """What the plan is worth."""
        over = int(np.maximum(self.crowds - self.even, 0).sum())
        return float(sum(self.values[one][spot] for one, spot in self.spots.items())) - worth.CROWDED * over

    def put(self, package: int) -> None:
        """Put a package where it brings most, if it brings anything anywhere."""
        values, until = self.values[package], self.until[package]
        taken = np.zeros((len(self.halls), QUARTERS + 1), dtype=np.int16)
        np.cumsum(self.halls, axis=1, out=taken[:, 1:])
        free = np.take_along_axis(taken, until, axis=1) == taken[:, :-1]
        for person in self.yard.needs[package]:
            free &= self._can(person, self.yard.covers[package])[self.days]
        before = np.pad(self.halls, ((0, 0), (1, 0)), constant_values=1)[:, :-1]
        after = np.take_along_axis(np.pad(self.halls, ((0, 0), (0, 1)), constant_values=1), until, axis=1)
        crowded = worth.CROWDED * (self.crowds >= self.even)[self.days]
        scores = np.where(free, values - crowded[:, None] + SNUG * (before + after), NEVER)
        best = int(np.argmax(scores))
        spot = best // QUARTERS, best % QUARTERS
        if scores[spot] > 0:
            self.spots[package] = spot
            self._mark(package, 1)

    def _can(self, person: str, covers: int) -> NDArray[np.bool_]:
        taken = np.pad(np.cumsum(self.people[person], axis=1), ((0, 0), (1, 0)))
        until = np.minimum(np.arange(QUARTERS) + covers, QUARTERS)
        free: NDArray[np.bool_] = taken[:, until] == taken[:, :-1]
        return free

    def take(self, package: int) -> None:
        """Take a package off the plan."""
        self._mark(package, -1)
        del self.spots[package]

    def restore(self, spots: dict[int, tuple[int, int]]) -> None:
        """Make the plan this one."""
        for package in [one for one, spot in self.spots.items() if spots.get(one) != spot]:
            self.take(package)
        for package in [one for one in spots if one not in self.spots]:
            self.spots[package] = spots[package]
            self._mark(package, 1)

    def _mark(self, package: int, by: int) -> None:
        number, start = self.spots[package]
        self.halls[number, start : start + self.keeps[package][number]] += by
        self.crowds[self.days[number]] += by
        for person in self.yard.needs[package]:
            self.people[person][self.days[number], start : start + self.yard.covers[package]] += by

    @property
    def courses(self) -> list[Course]:
        """The plan by halls and days."""
        found: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for package, (number, start) in self.spots.items():
            found[number].append((package, start))
        return [Course(number, tuple(sorted(shows, key=lambda one: one[1]))) for number, shows in sorted(found.items())]


def improved(yard: Yard, days: int, even: int, until: float, goal: float) -> list[Course]:
    """The best plan found; ends early once `goal` is reached."""
    table, chance = Table(yard, days, even), np.random.default_rng(2027)
    most: Matrix = np.array([values.max(initial=0.0) for values in table.values])
    for package in np.argsort(-most):
        table.put(int(package))
    best, now = dict(table.spots), table.objective
    top = now
    for turn in range(TURNS):
        if top >= goal or time.monotonic() >= until:
            break
        spots, warm = dict(table.spots), WARM * (COOL / WARM) ** (turn / TURNS)
        out = _chosen(table, chance)
        for package in out:
            table.take(package)
        back = [*out, *(one for one in table.packages if one not in spots)]
        for place in chance.permutation(len(back)):
            table.put(back[place])
        new = table.objective
        if new < now + warm * np.log(max(chance.random(), 1e-12)):
            table.restore(spots)
            continue
        now = new
        if now > top:
            top, best = now, dict(table.spots)
    table.restore(best)
    return table.courses


def _chosen(table: Table, chance: np.random.Generator) -> list[int]:
    """Some packages: any, or those of one hall and day with some others, or those around one time."""
    placed = list(table.spots)
    if not placed:
        return []
    count = int(chance.integers(2, MOST_OUT + 1))
    how = chance.random()
    if how < 0.4:
        return [int(one) for one in chance.permutation(placed)[:count]]
    number, start = table.spots[placed[int(chance.integers(len(placed)))]]
    if how < 0.7:
        near = [one for one in placed if table.spots[one][0] == number]
    else:
        near = sorted(placed, key=lambda one: abs(table.spots[one][1] - start) + chance.random() * 8)[:count]
    others = [int(one) for one in chance.permutation(placed)[:2] if one not in near]
    return [*near, *others]
