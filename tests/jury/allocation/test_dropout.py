"""A juror leaves: her slots are filled, nobody else's list moves, and what another change would be worth is a knob."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from benchmarks.juries import invented, with_panels
from portal.jury.allocation.engine import after_dropout, assign
from portal.jury.allocation.model import Instance, Pair, Plan
from portal.jury.allocation.verification import verify
from tests.jury.allocation.instances import broken, festival, plain_mip

LARGE = 10.0
"""A bonus no affinity outweighs: whatever may stay, stays."""


Shape = Callable[[int, int, int], Instance]


def random_tastes(films: int, jurors: int, seed: int) -> Instance:
    """Affinities without any pattern: some swaps are worth more than the usual bonus."""
    return festival(films, jurors, seed=seed, band=0.12)


def leave(instance: Instance, gone: frozenset[int]) -> tuple[frozenset[Pair], Instance, Plan]:
    """The pairs before, the instance to repair and the repaired plan."""
    before = assign(instance)
    assert before.status != "infeasible"
    pairs = frozenset(before.pairs)
    repair = after_dropout(instance, pairs, gone)
    after = assign(repair)
    return pairs, repair, after


def sound(repair: Instance, after: Plan) -> bool:
    """Whether there is a repair; it breaks no rule, and where there is none, none can be."""
    if after.status == "infeasible":
        assert plain_mip(repair) is None
        return False
    assert broken(repair, after.pairs) == []
    return True


def moved(repair: Instance, after: Plan) -> int:
    """Surviving pairs that the repair gave up."""
    return len(repair.kept - set(after.pairs))


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 999), gone=st.integers(0, 5), shape=st.sampled_from([invented, random_tastes]))
def test_another_list_changes_only_if_that_pays_more_than_the_bonus(seed: int, gone: int, shape: Shape) -> None:
    instance = shape(30, 6, seed)
    assume(assign(instance).status != "infeasible")
    _, repair, after = leave(instance, frozenset({gone}))
    stay = plain_mip(repair, held=repair.kept)
    if not sound(repair, after) or stay is None:
        return
    assert after.objective >= stay - 1e-3 * stay
    firm = replace(repair, kappa=LARGE)
    assert moved(firm, assign(firm)) == 0


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 999), gone=st.sets(st.integers(0, 8), min_size=1, max_size=2))
def test_panels_that_lose_one_or_two_are_repaired_too(seed: int, gone: set[int]) -> None:
    """One panel's members take over what its lost one had, unless all those left have a conflict with a film."""
    instance = replace(with_panels(invented(36, 9, seed)), floor=0.0, kappa=LARGE)
    assume(assign(instance).status != "infeasible")
    _, repair, after = leave(instance, frozenset(gone))
    if sound(repair, after) and plain_mip(repair, held=repair.kept) is not None:
        assert moved(repair, after) == 0


@pytest.mark.parametrize("gone", range(3))
def test_a_panel_of_three_that_loses_one_is_repaired(gone: int) -> None:
    """The two who stay take half as much again; the others' panels are not touched."""
    instance = replace(with_panels(invented(36, 9, 1)), floor=0.0, conflicts=frozenset())
    pairs, repair, after = leave(instance, frozenset({gone}))
    assert after.status == "optimal"
    assert moved(repair, after) == 0
    assert {juror % 3 for _, juror in set(after.pairs) - pairs} == {gone}


@pytest.mark.parametrize("seed", range(4))
def test_in_a_festival_the_usual_bonus_moves_nobody_else(seed: int) -> None:
    instance = replace(invented(120, 8, seed), floor=0.7)
    for gone in (0, 5):
        pairs, repair, after = leave(instance, frozenset({gone}))
        assert moved(repair, after) == 0
        assert len(set(after.pairs) - pairs) == len(pairs) - len(repair.kept)


def test_a_dropout_moves_nobody_else() -> None:
    instance = festival(160, 12)
    before = assign(instance)
    repaired = after_dropout(instance, frozenset(before.pairs), frozenset({4}))
    after = assign(repaired)
    lost = {pair for pair in before.pairs if pair[1] == 4}
    assert after.status == "optimal"
    assert verify(repaired, after) == []
    assert set(before.pairs) - lost <= set(after.pairs)
    assert len(set(after.pairs) - set(before.pairs)) == len(lost)


def test_the_kept_bonus_is_a_knob() -> None:
    instance = festival(80, 8)
    first = assign(instance)
    shuffled = replace(instance, affinity=np.roll(np.asarray(instance.affinity), 1, axis=1))
    moved = {
        kappa: len(set(assign(replace(shuffled, kept=frozenset(first.pairs), kappa=kappa)).pairs) - set(first.pairs))
        for kappa in (0.0, 0.3)
    }
    assert moved[0.3] < moved[0.0]


def test_a_bonus_that_holds_every_pair_changes_nothing_as_it_grows() -> None:
    """What a plan may lack is a share of its affinity, not of the bonuses."""
    _, repair, after = leave(replace(festival(160, 12), kappa=1.0), frozenset({4}))
    assert moved(repair, after) == 0
    assert assign(replace(repair, kappa=100.0)).pairs == after.pairs
