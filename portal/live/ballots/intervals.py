"""How sure a mean of stars is: a score interval for the mean of ordered whole values, sound for few ballots too. Pure.

Wilson's interval for a share (J. Amer. Statist. Assoc. 22, 1927) keeps every share that a test of it does not reject,
with the variance the tested share would have. The same for a mean of several ordered values: a mean is kept when it
lies within `Z` standard errors of the observed one, with the variance of the most likely distribution that has this
mean (Owen, Empirical Likelihood, 2001, chapter 2; the ends of the scale may take weight although nobody chose them).
With two values it is Wilson's interval to the last digit; five fives out of five are no certainty.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

Z = 1.959964  # 95 %, both sides
STARS = range(1, 6)
_HALVINGS = 30


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean and the means that the ballots do not contradict, from `low` to `high`."""

    n: int
    mean: float
    low: float
    high: float

    def holds(self, value: float) -> bool:
        """Whether the value is among them."""
        return self.low <= value <= self.high


def of_stars(counts: Sequence[int]) -> Interval | None:
    """The mean of stars with its interval; `counts` says how often 1, 2, 3, 4 and 5 were given. None without any."""
    return of_values(dict(zip(STARS, counts, strict=True)), 1, 5)


def of_values(counts: Mapping[int, int], least: int, most: int) -> Interval | None:
    """The same for whole values from `least` to `most`."""
    seen = {value: count for value, count in counts.items() if count}
    n = sum(seen.values())
    if not n:
        return None
    mean = sum(value * count for value, count in seen.items()) / n
    shares = {value: count / n for value, count in seen.items()}

    def kept(tested: float) -> bool:
        variance = _variance(shares, tested, least, most)
        return abs(mean - tested) <= Z * math.sqrt(variance / n)

    return Interval(n, mean, _edge(kept, mean, float(least)), _edge(kept, mean, float(most)))


def _edge(kept: Callable[[float], bool], inside: float, outside: float) -> float:
    """The last mean that is kept on the way from the observed one to an end of the scale."""
    for _ in range(_HALVINGS):
        middle = (inside + outside) / 2
        if kept(middle):
            inside = middle
        else:
            outside = middle
    return inside


def _variance(shares: Mapping[int, float], mean: float, least: int, most: int) -> float:
    """The variance of the most likely distribution with this mean, which lies strictly within the scale."""
    if not least < mean < most:
        return 0.0
    pull = _pull(shares, mean, least, most)
    weights = {value: share / (1 + pull * (value - mean)) for value, share in shares.items()}
    # what the chosen values cannot carry falls on the end nobody chose; it is nothing where they can
    rest = max(0.0, 1 - sum(weights.values()))
    end = least if pull > 0 else most
    return sum(w * (value - mean) ** 2 for value, w in weights.items()) + rest * (end - mean) ** 2


def _pull(shares: Mapping[int, float], mean: float, least: int, most: int) -> float:
    """Owen's multiplier: the root of a falling function, or the end of its range where an end of the scale helps."""
    low, high = -1 / (most - mean), 1 / (mean - least)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if sum(share * (value - mean) / (1 + middle * (value - mean)) for value, share in shares.items()) > 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2
