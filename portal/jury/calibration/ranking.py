"""Ranks in which ties stay ties, and the chance of belonging to the best."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Indices = NDArray[np.intp]

EQUAL = 1e-9
"""Scores closer than this are the same score."""


def places(scores: Matrix) -> Indices:
    """Ranks from 1, highest first; equal scores share a rank and the next ones are skipped."""
    order = np.argsort(-scores, kind="stable")
    ranks = np.arange(1, len(scores) + 1)
    ordered = scores[order]
    for index in range(1, len(order)):
        if ordered[index - 1] - ordered[index] <= EQUAL:
            ranks[index] = ranks[index - 1]
    result = np.empty(len(scores), dtype=np.intp)
    result[order] = ranks
    return result


def chances(draws: NDArray[np.floating], top: int) -> Matrix:
    """The share of draws in which each film is among the `top` best."""
    count = draws.shape[1]
    if top >= count or not count:
        return np.ones(count)
    if top <= 0:
        return np.zeros(count)
    cut = np.partition(draws, count - top, axis=1)[:, count - top]
    return np.asarray((draws >= cut[:, None]).mean(axis=0))


def apportioned(sizes: Sequence[int], top_k: int) -> list[int]:
    """Each component's share of the top places, by largest remainder."""
    total = max(1, sum(sizes))
    exact = [min(top_k, total) * size / total for size in sizes]
    shares = [int(value) for value in exact]
    by_remainder = sorted(range(len(sizes)), key=lambda index: shares[index] - exact[index])
    for index in by_remainder[: min(top_k, sum(sizes)) - sum(shares)]:
        shares[index] += 1
    return shares


def positions(scores: Matrix, chance: Matrix, counts: Indices, draws: int = 1000) -> Indices:
    """Ranks after breaking ties by chance, then by number of scores; never by name or order of entry.

    Chances are estimated: among equal scores only a difference beyond four standard errors counts, that of two films
    of which the one's gain is the other's loss.
    """
    ranks = places(scores)
    result = ranks.copy()
    for rank in np.unique(ranks):
        tied = np.nonzero(ranks == rank)[0]
        if len(tied) > 1:
            result[tied] = rank + _broken(chance[tied], counts[tied], draws)
    return result


def _broken(chance: Matrix, counts: Indices, draws: int) -> Indices:
    """How many of the tied films go before each."""
    error = 4 * np.sqrt(np.maximum(chance * (1 - chance), 1 / draws) * 4 / draws)
    levels = _levels(chance, error)
    ahead = (levels[:, None] < levels) | ((levels[:, None] == levels) & (counts[:, None] > counts))
    return np.asarray(ahead.sum(axis=0), dtype=np.intp)


def _levels(chance: Matrix, error: Matrix) -> Indices:
    order = np.argsort(-chance, kind="stable")
    steps = chance[order][:-1] - chance[order][1:] > error[order][1:]
    result = np.empty(len(chance), dtype=np.intp)
    result[order] = np.concatenate([[0], np.cumsum(steps)])
    return result
