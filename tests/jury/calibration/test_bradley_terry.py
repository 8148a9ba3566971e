"""The pairwise tie-break: known strengths found, errors that hold, ties left ties, and what cannot be said."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from portal.jury.calibration.bradley_terry import PRIOR_SD, FilmStrength, PairwiseResult, order_films


def told(result: PairwiseResult[str]) -> dict[str, FilmStrength[str]]:
    return {one.id: one for one in result.films}


def orders(*lines: str) -> list[list[list[str]]]:
    """Orderings such as "A B=C D": best first, tied films joined."""
    return [[group.split("=") for group in line.split()] for line in lines]


def strengths(result: PairwiseResult[str]) -> dict[str, float]:
    return {one.id: one.strength for one in result.films if one.strength is not None}


def ballots(truth: np.ndarray, jurors: int, seed: int) -> list[list[list[int]]]:
    """Orders of all films by the Plackett-Luce model, which orders pairs as Bradley and Terry do."""
    noise = np.random.default_rng(seed).gumbel(size=(jurors, len(truth)))
    return [[[int(film)] for film in np.argsort(-(truth + row))] for row in noise]


class TestAgainstTheory:
    """The maximum is the maximum, the errors are errors."""

    def test_two_films_have_the_closed_form(self) -> None:
        found = strengths(order_films("AB", orders("A B", "A B", "A B", "B A"), 1))
        distance = found["A"] - found["B"]
        # One equation is left of the posterior: 3 - 4 / (1 + exp(-d)) = d / (2 * 3²).
        assert 3 - 4 / (1 + math.exp(-distance)) == pytest.approx(distance / 2 / PRIOR_SD**2)
        assert distance == pytest.approx(math.log(3), rel=0.1)

    def test_a_general_optimiser_finds_the_same_maximum(self) -> None:
        given = orders("A B C D", "B A D C", "C B=A E", "D E A", "E A=D=B")
        found = order_films("ABCDE", given, 2)

        def loss(strength: np.ndarray) -> float:
            total = strength @ strength / 2 / PRIOR_SD**2
            for ordering in given:
                flat = [(ord(film) - 65, place) for place, group in enumerate(ordering) for film in group]
                weight = 3 / (len(flat) + 1)
                for first, place in flat:
                    for second, later in flat:
                        if first != second:
                            wins = 1.0 if place < later else 0.5 if place == later else 0.0
                            total += weight * wins * np.logaddexp(0, strength[second] - strength[first])
            return float(total)

        expected = minimize(loss, np.zeros(5), tol=1e-10).x
        assert [one.strength for one in found.films] == pytest.approx(list(expected), abs=1e-5)

    def test_known_strengths_are_found(self) -> None:
        truth = np.linspace(-1.5, 1.5, 12)
        found = order_films(range(12), ballots(truth, 60, 1), 4)
        estimate = np.array([one.strength for one in found.films], dtype=float)
        assert np.abs(estimate - truth).max() < 0.6
        assert np.corrcoef(estimate, truth)[0, 1] > 0.98

    def test_standard_errors_cover(self) -> None:
        """Nine films in ten within 1.645 errors: not so if the pairs of an ordering counted as independent."""
        truth = np.random.default_rng(0).normal(0, 0.5, 20)
        inside = []
        for seed in range(60):
            for one in order_films(range(20), ballots(truth, 7, seed), 5).films:
                assert one.strength is not None
                assert one.se is not None
                inside.append(abs(one.strength - (truth - truth.mean())[one.id]) <= 1.645 * one.se)
        assert 0.86 <= np.mean(inside) <= 0.95


class TestRules:
    """What a chair may rely on."""

    def test_ties_stay_ties(self) -> None:
        films = told(order_films("ABCD", orders("A B=C D", "A C=B D"), 2))
        assert films["B"].strength == pytest.approx(films["C"].strength)
        assert [films[name].rank for name in "ABCD"] == [1, 2, 2, 4]
        assert films["B"].p_top == pytest.approx(films["C"].p_top, abs=0.05)

    def test_opposite_orders_leave_everything_open(self) -> None:
        result = order_films("ABC", orders("A B C", "C B A"), 1)
        assert [one.rank for one in result.films] == [1, 1, 1]
        assert sum(one.p_first or 0.0 for one in result.films) == pytest.approx(1, abs=1e-3)

    def test_wins_and_comparisons_count_pairs(self) -> None:
        films = told(order_films("ABC", orders("A B=C", "B A"), 1))
        assert {name: (one.wins, one.comparisons) for name, one in films.items()} == {
            "A": (2.0, 3),
            "B": (1.5, 3),
            "C": (0.5, 2),
        }

    def test_an_undefeated_film_has_a_finite_strength_and_is_named(self) -> None:
        result = order_films("ABC", orders(*["A B C"] * 9), 1)
        assert result.separation.undefeated == ("A",)
        assert not result.separation.determined
        films = told(result)
        assert films["A"].strength is not None
        assert 1 < films["A"].strength < 10
        assert films["A"].p_first is not None
        assert films["A"].p_first > 0.8

    def test_a_circle_of_wins_determines_the_strengths(self) -> None:
        separation = order_films("ABC", orders("A B", "B C", "C A"), 1).separation
        assert separation.determined
        assert separation.undefeated == ()

    def test_films_never_compared_get_no_rank(self) -> None:
        result = order_films("ABCD", orders("A B", "D"), 1)
        assert result.separation.never_compared == ("C", "D")
        assert told(result)["D"] == FilmStrength("D", 0.0, 0)

    def test_films_of_two_components_are_ranked_apart_and_share_the_places(self) -> None:
        result = order_films("ABCDEF", orders("A B C D", "E F"), 3)
        films = told(result)
        assert result.separation.components == 2
        assert [films[name].rank for name in "ABCDEF"] == [1, 2, 3, 4, 1, 2]
        assert sum(films[name].p_top or 0.0 for name in "ABCD") == pytest.approx(2, abs=1e-3)
        assert sum(films[name].p_top or 0.0 for name in "EF") == pytest.approx(1, abs=1e-3)

    @pytest.mark.parametrize(("line", "why"), [("A B A", "twice"), ("A X", "not among")])
    def test_a_wrong_ballot_is_refused(self, line: str, why: str) -> None:
        with pytest.raises(ValueError, match=why):
            order_films("AB", orders(line), 1)

    def test_no_film_and_no_ballot(self) -> None:
        assert order_films("", [], 1).films == ()
        assert order_films("A", [], 1).films == (FilmStrength("A", 0.0, 0),)
        assert order_films("AB", [[]], 1).separation.components == 0


permutations = st.lists(st.permutations("ABCDEF"), min_size=1, max_size=5)


@settings(max_examples=40, deadline=None)
@given(permutations, st.randoms(use_true_random=False))
def test_neither_jurors_nor_films_have_an_order(drawn: list[list[str]], shuffler) -> None:  # type: ignore[no-untyped-def]
    ballots = [[[film] for film in one] for one in drawn]
    shuffled = list(ballots)
    shuffler.shuffle(shuffled)
    first, second = order_films("ABCDEF", ballots, 2), order_films("FEDCBA", shuffled, 2)
    assert [one.rank for one in first.films] == [one.rank for one in second.films]
    assert strengths(first) == pytest.approx(strengths(second))


@settings(max_examples=40, deadline=None)
@given(permutations)
def test_with_whole_orders_more_wins_never_rank_lower(drawn: list[list[str]]) -> None:
    """Everybody ordered everything: the order by strength is the order by wins (Hunter 2004)."""
    result = order_films("ABCDEF", [[[film] for film in one] for one in drawn], 2)
    for first in result.films:
        for second in result.films:
            if first.wins > second.wins:
                assert (first.rank or 0) < (second.rank or 0)
            if first.wins == second.wins:
                assert first.rank == second.rank
