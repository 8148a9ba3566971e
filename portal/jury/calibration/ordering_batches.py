"""Which films each juror puts in order, when a contested band is too large for one sitting.

The batches overlap, so that the comparisons hold all films together; every film is ordered about equally often, and
with ever other companions; nobody orders a film she has a conflict with.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from portal.jury.calibration.connectivity import components_of

Film = TypeVar("Film", int, str)
Juror = TypeVar("Juror", int, str)
Indices = NDArray[np.intp]

SIZE = 20
"""About as many films as one can hold in mind while putting them in order (jury.md §3)."""

OVERLAP = 5
"""Films that a batch with new films shares with earlier ones."""


@dataclass(frozen=True)
class BatchPlan(Generic[Film, Juror]):
    """One batch for each juror, films by id; `views` says how many jurors order each film.

    `uncovered` films have a conflict with everybody, or `size_needed` is larger than the size asked for: the least
    size of a batch with which these jurors could reach every film. `components` is 1 when every two of the covered
    films are linked through shared ones.
    """

    batches: dict[Juror, tuple[Film, ...]]
    views: dict[Film, int]
    components: int
    size_needed: int

    @property
    def uncovered(self) -> tuple[Film, ...]:
        """Films that nobody orders."""
        return tuple(film for film, count in self.views.items() if not count)


def batches(
    film_ids: Iterable[Film],
    jurors: Iterable[Juror],
    *,
    size: int = SIZE,
    overlap: int = OVERLAP,
    conflicts: Collection[tuple[Film, Juror]] = frozenset(),
) -> BatchPlan[Film, Juror]:
    """Greedy and deterministic: jurors with the most conflicts choose first, films least seen go first.

    Raises ValueError unless 0 < overlap < size.
    """
    if not 0 < overlap < size:
        raise ValueError("a batch must be larger than its overlap")
    films: list[Film] = sorted(set(film_ids))
    people: list[Juror] = sorted(set(jurors))
    barred = set(conflicts)
    allowed = np.array([[(film, juror) not in barred for juror in people] for film in films], dtype=bool)
    allowed = allowed.reshape(len(films), len(people))
    chosen: dict[Juror, tuple[Film, ...]] = {}
    draft = _Draft(allowed)
    for juror in sorted(range(len(people)), key=lambda one: (int(allowed[:, one].sum()), one)):
        chosen[people[juror]] = tuple(films[index] for index in draft.choose(juror, size, overlap))
    return BatchPlan(
        batches={juror: chosen[juror] for juror in people},
        views={film: int(count) for film, count in zip(films, draft.views, strict=True)},
        components=draft.components(),
        size_needed=_size_needed(len(films), len(people), overlap),
    )


def _size_needed(films: int, jurors: int, overlap: int) -> int:
    """The first batch brings `size` films, every other one `size` less the overlap."""
    return -(-(films + (jurors - 1) * overlap) // jurors) if jurors else 0


class _Draft:
    """The batches so far: how often each film is ordered, and how often every two of them together."""

    def __init__(self, allowed: NDArray[np.bool_]) -> None:
        self.allowed, self.left = allowed, allowed.sum(axis=1)
        self.views = np.zeros(len(allowed), dtype=np.intp)
        self.together = np.zeros((len(allowed), len(allowed)), dtype=np.intp)

    def choose(self, juror: int, size: int, overlap: int) -> list[int]:
        """The next juror's films, in ascending position: links to earlier batches, then the least seen."""
        free = self.allowed[:, juror]
        seen = self.views > 0
        batch: list[int] = []
        if (free & ~seen).any():
            self._fill(batch, free & seen, overlap)
        self._fill(batch, free, size)
        self.left -= free
        self.views[batch] += 1
        self.together[np.ix_(batch, batch)] += 1
        return sorted(batch)

    def _fill(self, batch: list[int], free: NDArray[np.bool_], size: int) -> None:
        """Add films up to `size`: least seen, then hardest to place, then least met with those already in."""
        candidates = [int(index) for index in np.nonzero(free)[0] if index not in batch]
        while candidates and len(batch) < size:
            met = self.together[:, batch].sum(axis=1)
            best = min(
                candidates,
                key=lambda film: (self.views[film], 0 if self.views[film] else self.left[film], met[film], film),
            )
            batch.append(best)
            candidates.remove(best)

    def components(self) -> int:
        """Groups of covered films that no shared film links."""
        covered = np.nonzero(self.views)[0]
        home = components_of(self.together[np.ix_(covered, covered)] > 0)
        return int(home.max(initial=-1)) + 1
