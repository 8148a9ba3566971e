"""Batches to put in order: nobody's conflict, everything reached, balanced and linked."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.jury.calibration.ordering_batches import batches


@settings(max_examples=80, deadline=None)
@given(
    films=st.integers(0, 90),
    jurors=st.integers(1, 16),
    size=st.integers(6, 25),
    overlap=st.integers(1, 5),
    seed=st.integers(0, 99),
)
def test_what_holds_for_every_band(films: int, jurors: int, size: int, overlap: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    conflicts = {(int(f), int(j)) for f, j in np.argwhere(random.random((films, jurors)) < 0.05)}
    plan = batches(range(films), range(jurors), size=size, overlap=overlap, conflicts=conflicts)
    assert set(plan.batches) == set(range(jurors))
    for juror, batch in plan.batches.items():
        assert len(batch) == len(set(batch)) <= size
        assert not {(film, juror) for film in batch} & conflicts
    for film, views in plan.views.items():
        assert views == sum(film in batch for batch in plan.batches.values())
    if size >= plan.size_needed and not conflicts:
        assert plan.uncovered == ()


@pytest.mark.parametrize(("films", "jurors"), [(76, 16), (40, 5), (30, 9), (21, 4), (12, 3)])
def test_a_band_is_reached_evenly_and_held_together(films: int, jurors: int) -> None:
    plan = batches(range(films), range(jurors))
    assert plan.uncovered == ()
    assert plan.components == 1
    assert {len(batch) for batch in plan.batches.values()} == {min(20, films)}
    assert max(plan.views.values()) - min(plan.views.values()) <= 2


def test_conflicts_cost_a_film_as_few_views_as_possible() -> None:
    conflicts = {(0, juror) for juror in range(5)}
    plan = batches(range(30), range(6), conflicts=conflicts)
    assert plan.views[0] == 1
    assert 0 in plan.batches[5]
    assert batches(range(30), range(5), conflicts=conflicts).uncovered == (0,)


def test_a_film_that_only_one_may_order_goes_before_films_that_others_may() -> None:
    plan = batches(range(40), range(2), conflicts={(39, 1), *((film, 0) for film in range(6))})
    assert plan.uncovered
    assert 39 in plan.batches[0]


def test_too_few_jurors_are_told_the_size_they_need() -> None:
    plan = batches(range(76), range(3))
    assert plan.uncovered
    enough = batches(range(76), range(3), size=plan.size_needed)
    assert enough.uncovered == ()
    assert enough.components == 1
    assert batches(range(76), range(3), size=plan.size_needed - 1).uncovered


def test_companions_change_from_batch_to_batch() -> None:
    """Two films that meet again and again teach less than two that meet others."""
    plan = batches(range(40), range(12))
    together = np.zeros((40, 40))
    for batch in plan.batches.values():
        together[np.ix_(batch, batch)] += 1
    met = together[np.triu_indices(40, 1)]
    assert met.min() >= 1
    assert met.std() < 1.2  # drawing the batches by lot gives 1.4 to 1.5, and leaves pairs that never meet


def test_the_same_question_gives_the_same_batches() -> None:
    assert batches(range(50), range(7)) == batches(reversed(range(50)), reversed(range(7)))


def test_an_overlap_as_large_as_the_batch_is_refused() -> None:
    with pytest.raises(ValueError, match="larger"):
        batches(range(9), range(2), size=5, overlap=5)


def test_nobody_there() -> None:
    assert batches(range(3), [], size=9).uncovered == (0, 1, 2)
    assert batches([], ["a"]).batches == {"a": ()}
