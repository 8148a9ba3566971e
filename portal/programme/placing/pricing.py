"""The best day of one hall for given prices: which packages follow one another, found over all times. Workers alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from portal.programme.placing import worth
from portal.programme.placing.instance import CHANGEOVER, GRID, Instance
from portal.programme.placing.starts import Ground

Matrix = NDArray[np.float64]
NEVER = -np.inf
QUARTERS = 1740 // GRID + 17
"""Quarters of a day, and four hours more for the cleaning after its last show."""


@dataclass(frozen=True, slots=True)
class Course:
    """What one hall shows on one day: packages by index with the quarter of the day at which each starts."""

    bin: int
    shows: tuple[tuple[int, int], ...]


@dataclass
class Bin:
    """One hall on one day: what each package brings at each start, and how many quarters it then keeps the hall."""

    day: int
    place: int
    value: Matrix
    keeps: NDArray[np.intp]


@dataclass(frozen=True)
class Yard:
    """All halls and days; `needs` are the people of each package whom another needs too, for `covers` quarters."""

    bins: list[Bin]
    needs: list[frozenset[str]]
    covers: list[int]


def lay_out(instance: Instance) -> Yard:
    """Every start at which a package could stand alone, with its worth there."""
    ground, parcels = Ground(instance), instance.parcels
    most = max((one.expected for one in parcels), default=0)
    bins = []
    for day in range(len(instance.days)):
        for number, place in enumerate(instance.places):
            keeps = np.array([-(-(one.length + place.turnaround) // GRID) for one in parcels], dtype=np.intp)
            bins.append(Bin(day, number, np.full((len(parcels), QUARTERS), NEVER), keeps))
    for number, parcel in enumerate(parcels):
        for spot in ground.spots(parcel):
            place = instance.places[spot.place]
            value = worth.shown(parcel, most) + worth.hall(parcel, place) + worth.hour(parcel, spot.start)
            bins[spot.day * len(instance.places) + spot.place].value[number, spot.start // GRID] = value
    return Yard(bins, _shared(instance), [-(-(one.length + CHANGEOVER) // GRID) for one in parcels])


def _shared(instance: Instance) -> list[frozenset[str]]:
    """Of each package's people those whom another package needs: only they can be in two places."""
    seen = Counter(person for parcel in instance.parcels for person in parcel.people)
    return [frozenset(one for one in parcel.people if seen[one] > 1) for parcel in instance.parcels]


def best_courses(number: int, one: Bin, price: Matrix) -> Iterator[tuple[float, Course]]:
    """The two best courses of a hall and day when a package at a quarter costs `price[package, quarter]`.

    A package never follows itself; that it comes twice with another between is left to the prices.
    """
    count = len(one.keeps)
    gain = one.value - price
    # by quarter: the two best values so far that end with different packages, and how they were reached
    value = np.full((QUARTERS + 1, 2), NEVER)
    last = np.full((QUARTERS + 1, 2), count, dtype=np.intp)
    came = np.full((QUARTERS + 1, 2, 2), -1, dtype=np.intp)
    value[0, 0] = 0.0
    packages = np.arange(count)
    for quarter in range(1, QUARTERS + 1):
        start = quarter - one.keeps
        known = np.maximum(start, 0)
        rank = (last[known, 0] == packages).astype(np.intp)
        reached = np.append(np.where(start >= 0, value[known, rank] + gain[packages, known], NEVER), NEVER)
        kept = reached.copy()
        for waiting in (0, 1):
            who = last[quarter - 1, waiting]
            kept[who] = max(kept[who], value[quarter - 1, waiting])
        for place in (0, 1):
            who = int(np.argmax(kept))
            if kept[who] == NEVER:
                break
            value[quarter, place], last[quarter, place] = kept[who], who
            if who < count and reached[who] >= kept[who]:
                came[quarter, place] = start[who], rank[who]
            kept[who] = NEVER
    for place in (0, 1):
        if value[QUARTERS, place] > NEVER:
            yield float(value[QUARTERS, place]), Course(number, _back(last, came, place))


def _back(last: NDArray[np.intp], came: NDArray[np.intp], place: int) -> tuple[tuple[int, int], ...]:
    shows, quarter, rank = [], QUARTERS, place
    while quarter > 0:
        start, before = came[quarter, rank]
        if start < 0:
            who = last[quarter, rank]
            quarter -= 1
            rank = 0 if last[quarter, 0] == who else 1
        else:
            shows.append((int(last[quarter, rank]), int(start)))
            quarter, rank = int(start), int(before)
    return tuple(reversed(shows))
