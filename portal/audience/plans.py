"""Numbered seats of a hall: the best block that is free for a party. Pure.

Best is near the middle of the hall and of its row, together, and without leaving a seat alone that nobody else takes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

_DEPTH = 0.6  # people like to sit somewhat behind the middle
_ROW_STEP = 1.5  # a row away from the best one is worth as much as these seats away from the row's middle
_LONELY = 2.5
_ACCESSIBLE, _TAKEN_FROM_THEM = 50.0, 5.0


class Seat(NamedTuple):
    """A seat by its row's name and its number in the row, from 1."""

    row: str
    number: int


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a plan; `accessible` are the numbers kept for who needs them."""

    name: str
    seats: int
    accessible: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class _Block:
    place: int
    row: Row
    first: int
    size: int

    @property
    def seats(self) -> list[Seat]:
        return [Seat(self.row.name, number) for number in range(self.first, self.first + self.size)]


def rows_of(plan: Sequence[Mapping[str, Any]]) -> tuple[Row, ...]:
    """The rows of `Hall.plan`, from the front."""
    return tuple(Row(one["row"], one["seats"], frozenset(one.get("accessible", ()))) for one in plan)


def best(rows: Sequence[Row], taken: Collection[Seat], party: int, *, access: bool, kept: bool) -> list[Seat]:
    """Seats for a party, or none when fewer are free.

    Who has `access` needs sits at an accessible seat if one is free; while these are `kept`, others take them only when
    nothing else is left. A party that does not fit into one row is split over rows that follow each other.
    """
    free = _free(rows, taken, without_accessible=kept and not access)
    found = _together(rows, free, party, access=access) or _split(rows, free, party) or _scattered(rows, free, party)
    if not found and kept and not access:
        return best(rows, taken, party, access=access, kept=False)
    return found


def _free(rows: Sequence[Row], taken: Collection[Seat], *, without_accessible: bool) -> dict[int, list[int]]:
    """Free numbers by the row's place."""
    held = set(taken)
    found: dict[int, list[int]] = {}
    for place, row in enumerate(rows):
        hidden = row.accessible if without_accessible else frozenset()
        numbers = (number for number in range(1, row.seats + 1) if number not in hidden)
        found[place] = [number for number in numbers if Seat(row.name, number) not in held]
    return found


def _together(rows: Sequence[Row], free: Mapping[int, list[int]], party: int, *, access: bool) -> list[Seat]:
    blocks = [block for place in free for block in _blocks(rows, place, free[place], party)]
    if not blocks:
        return []
    return min(blocks, key=lambda block: (_cost(rows, block, free, access=access), block.place, block.first)).seats


def _blocks(rows: Sequence[Row], place: int, numbers: Sequence[int], size: int) -> Iterator[_Block]:
    for first, last in _runs(numbers):
        for start in range(first, last - size + 2):
            yield _Block(place, rows[place], start, size)


def _runs(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """First and last number of every run of neighbours."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


def _cost(rows: Sequence[Row], block: _Block, free: Mapping[int, list[int]], *, access: bool) -> float:
    middle = (block.row.seats + 1) / 2
    aside = abs(block.first + (block.size - 1) / 2 - middle)
    back = abs(block.place - _DEPTH * (len(rows) - 1))
    accessible = len(block.row.accessible.intersection(range(block.first, block.first + block.size)))
    unfit = _ACCESSIBLE if access and not accessible else _TAKEN_FROM_THEM * max(accessible - access, 0)
    return aside + _ROW_STEP * back + _LONELY * _lonely(block, free[block.place]) + unfit


def _lonely(block: _Block, numbers: Sequence[int]) -> int:
    """How many single seats the block leaves at its sides."""
    left = [one for one in numbers if one < block.first or one >= block.first + block.size]
    sides = (block.first - 1, block.first + block.size)
    return sum(first == last and first in sides for first, last in _runs(left))


def _split(rows: Sequence[Row], free: Mapping[int, list[int]], party: int) -> list[Seat]:
    """Halves in two rows that follow each other, nobody alone if that can be."""
    options: list[tuple[int, float, list[Seat]]] = []
    for front, back in pairwise(sorted(free)):
        for size in range(1, party):
            first = _together(rows, {front: free[front]}, size, access=False)
            second = _together(rows, {back: free[back]}, party - size, access=False)
            if first and second:
                alone = (size == 1) + (party - size == 1)
                options.append((alone, _aside(rows, first + second), first + second))
    return min(options)[2] if options else []


def _scattered(rows: Sequence[Row], free: Mapping[int, list[int]], party: int) -> list[Seat]:
    """What is left nearest to the middle, when no two rows hold the party."""
    every = [Seat(rows[place].name, number) for place, numbers in free.items() for number in numbers]
    if len(every) < party:
        return []
    nearest = sorted(every, key=lambda seat: (_aside(rows, [seat]), seat))
    return sorted(nearest[:party])


def _aside(rows: Sequence[Row], seats: Sequence[Seat]) -> float:
    """How far seats are from the best place, summed."""
    places = {row.name: (place, row) for place, row in enumerate(rows)}
    total = 0.0
    for seat in seats:
        place, row = places[seat.row]
        total += abs(seat.number - (row.seats + 1) / 2) + _ROW_STEP * abs(place - _DEPTH * (len(rows) - 1))
    return total


def words(seats: Iterable[tuple[str, int]]) -> str:
    """`C 7–8 · D 7`: numbered seats as a ticket says them; empty where people sit as they like."""
    by_row: dict[str, list[int]] = defaultdict(list)
    for row, number in seats:
        by_row[row].append(number)
    return " · ".join(f"{row} {_spans(sorted(numbers))}" for row, numbers in sorted(by_row.items()))


def _spans(numbers: Sequence[int]) -> str:
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in _runs(numbers))
