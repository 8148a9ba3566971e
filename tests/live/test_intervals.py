"""The interval of a mean of stars: Wilson's for two values, honest for few, right in the long run."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.live.ballots import intervals
from portal.live.ballots.intervals import Z, of_stars, of_values


def wilson(hits: int, n: int) -> tuple[float, float]:
    """Wilson's own formula for a share."""
    share, over = hits / n, 1 + Z * Z / n
    centre = (share + Z * Z / (2 * n)) / over
    half = Z / over * math.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
    return centre - half, centre + half


@pytest.mark.parametrize("hits,n", [(0, 4), (3, 10), (5, 5), (47, 200)])
def test_two_values_are_wilsons_interval(hits: int, n: int) -> None:
    found = of_values({0: n - hits, 1: hits}, 0, 1)
    assert found is not None
    assert (found.low, found.high) == pytest.approx(wilson(hits, n), abs=1e-6)


def test_agreement_of_a_few_is_no_certainty() -> None:
    five = of_stars((0, 0, 0, 0, 5))
    assert five is not None
    assert five.mean == five.high == 5
    assert five.low == pytest.approx(1 + 4 * 5 / (5 + Z * Z), abs=1e-6)
    alone = of_stars((0, 0, 1, 0, 0))
    assert alone is not None
    assert alone.high - alone.low > 2.5
    assert of_stars((0, 0, 0, 0, 0)) is None


COUNTS = st.lists(st.integers(0, 40), min_size=5, max_size=5).filter(any)


@given(COUNTS)
def test_an_interval_lies_in_the_scale_around_its_mean(counts: list[int]) -> None:
    found = of_stars(counts)
    assert found is not None
    assert 1 <= found.low <= found.mean <= found.high <= 5
    assert found.holds(found.mean)
    turned = of_stars(counts[::-1])
    assert turned is not None
    assert (6 - turned.high, 6 - turned.low) == pytest.approx((found.low, found.high), abs=1e-6)


@pytest.mark.parametrize("n", [6, 60])
@pytest.mark.parametrize("shares", [(1, 2, 4, 6, 7), (0, 0, 1, 4, 15), (1, 1, 1, 1, 1)])
def test_it_holds_the_truth_nineteen_times_in_twenty(n: int, shares: Sequence[int]) -> None:
    truth = sum(stars * share for stars, share in enumerate(shares, start=1)) / sum(shares)
    rng, held = random.Random(7), 0
    for _ in range(200):
        drawn = rng.choices(range(5), shares, k=n)
        found = of_stars([drawn.count(value) for value in range(5)])
        held += found is not None and found.holds(truth)
    # two hundred draws of a 95 % interval lie within 0.95 ± 0.05 all but never
    assert held / 200 == pytest.approx(0.95, abs=0.05)


def test_more_ballots_say_more() -> None:
    widths = []
    for times in (1, 4, 16):
        found = of_stars([count * times for count in (1, 2, 4, 6, 7)])
        assert found is not None
        widths.append(found.high - found.low)
    assert widths[0] > 1.8 * widths[1] > 3.2 * widths[2]
    assert intervals.STARS[0] == 1
