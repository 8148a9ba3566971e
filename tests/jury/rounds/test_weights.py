"""Weights keep their sum and their order whatever they are scaled to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.jury.rounds.weights import scaled


@given(st.lists(st.integers(1, 100), min_size=1, max_size=12), st.integers(0, 200))
def test_the_sum_is_what_was_asked_and_nobody_gets_nothing(weights: list[int], more: int) -> None:
    found = scaled(weights, len(weights) + more)
    assert sum(found) == len(weights) + more
    assert min(found) >= 1
    pairs = [(a, b) for a in zip(weights, found, strict=True) for b in zip(weights, found, strict=True)]
    assert all(a[1] <= b[1] + 1 for a, b in pairs if a[0] <= b[0])


def test_what_fits_already_stays() -> None:
    assert scaled([35, 40, 25], 100) == [35, 40, 25]
    assert scaled([1, 1, 1], 7) == [3, 2, 2]


def test_less_than_one_each_is_refused() -> None:
    with pytest.raises(ValueError, match="less than 1"):
        scaled([50, 50], 1)
