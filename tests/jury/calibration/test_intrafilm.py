"""The calibration against simulated truth, and on the awkward panels of real festivals."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.jury.calibration.connectivity import connect
from portal.jury.calibration.intrafilm import calibrate
from portal.jury.calibration.ranking import chances, places, positions
from tests.jury.calibration.sheets import by_film, by_juror, panel, sheet


def test_a_severe_juror_is_corrected_and_the_truth_comes_nearer() -> None:
    scores, quality, _ = panel(120, 10, 3, severity=1.5)
    result = calibrate(scores, 12)
    raw = np.array([one.mean for one in result.films])
    corrected = np.array([one.score for one in result.films])
    assert np.corrcoef(corrected, quality)[0, 1] > np.corrcoef(raw, quality)[0, 1] + 0.05


def test_chances_are_honest() -> None:
    """Among films given a chance near one half, about half belong to the true top."""
    told, true = [], []
    for seed in range(10):
        scores, quality, _ = panel(100, 10, 4, seed=seed)
        result = calibrate(scores, 20)
        top = set(np.argsort(-quality)[:20])
        told += [one.p_top or 0.0 for one in result.films]
        true += [index in top for index in range(100)]
        assert sum(one.p_top or 0.0 for one in result.films) == pytest.approx(20, abs=0.1)
    sure = np.array(told) > 0.8
    doubtful = (np.array(told) > 0.3) & (np.array(told) < 0.7)
    assert np.mean(np.array(true)[sure]) > 0.7
    assert 0.3 < np.mean(np.array(true)[doubtful]) < 0.7


def test_no_severity_leaves_the_means_alone() -> None:
    result = calibrate(sheet(["A x 8", "A y 6", "B x 5", "B y 7", "C x 3", "C y 3"]), 1)
    assert result.method == "mean"
    assert [one.score for one in result.films] == [one.mean for one in result.films] == [7, 6, 3]


def test_a_jurors_own_order_is_never_changed() -> None:
    scores, _, _ = panel(40, 6, 3, severity=1.0)
    result = calibrate(scores, 5)
    for juror in result.jurors:
        own = [(one.value, one.value - juror.offset) for one in scores if one.juror == juror.id]
        assert sorted(own) == sorted(own, key=lambda pair: pair[1])


@settings(max_examples=25, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_entry_does_not_matter(shuffler) -> None:  # type: ignore[no-untyped-def]
    scores, _, _ = panel(12, 5, 3)
    shuffled = list(scores)
    shuffler.shuffle(shuffled)
    assert calibrate(shuffled, 4) == calibrate(scores, 4)


def test_names_do_not_decide() -> None:
    """Renaming the films changes no score and no rank."""
    scores, _, _ = panel(20, 5, 3)
    renamed = [replace(one, film=f"Z{99 - int(one.film[1:]):03}") for one in scores]
    first, second = by_film(calibrate(scores, 4)), by_film(calibrate(renamed, 4))
    for name, film in first.items():
        twin = second[f"Z{99 - int(name[1:]):03}"]
        assert twin.rank == film.rank
        assert twin.score == pytest.approx(film.score)


class TestTies:
    """Equal is equal."""

    def test_equal_scores_share_a_rank(self) -> None:
        rows = [f"{film} {juror} {value}" for film, value in (("A", 7), ("B", 7), ("C", 5)) for juror in "xy"]
        films = by_film(calibrate(sheet(rows), 1))
        assert [films[name].rank for name in "ABC"] == [1, 1, 3]
        assert [films[name].place for name in "ABC"] == [1, 1, 3]
        assert films["A"].p_top == pytest.approx(0.5, abs=0.06)

    def test_more_scores_break_a_tie(self) -> None:
        rows = ["A x 7", "A y 7", "B x 7", "B y 7", "B z 7", "C x 1", "C z 1"]
        films = by_film(calibrate(sheet(rows), 2))
        assert films["A"].rank == films["B"].rank == 1
        assert (films["B"].place, films["A"].place) == (1, 2)

    def test_places_and_positions(self) -> None:
        assert places(np.array([3.0, 5.0, 5.0, 1.0])).tolist() == [3, 1, 1, 4]
        chance = np.array([0.9, 0.2, 0.21])
        assert positions(np.array([5.0, 5.0, 5.0]), chance, np.array([2, 2, 2])).tolist() == [1, 2, 2]

    def test_chances_at_the_edges(self) -> None:
        draws = np.arange(6.0).reshape(2, 3)
        assert chances(draws, 0).tolist() == [0, 0, 0]
        assert chances(draws, 3).tolist() == [1, 1, 1]
        assert chances(draws, 1).tolist() == [0, 0, 1]


class TestThinPanels:
    """Where numbers cannot speak, none is shown."""

    def test_one_score_gives_no_rank(self) -> None:
        films = by_film(calibrate(sheet(["A x 7", "A y 6", "B x 5", "B y 3", "C x 9"]), 1))
        assert (films["C"].rank, films["C"].place, films["C"].p_top) == (None, None, None)
        assert films["C"].mean == 9
        assert films["A"].rank == 1

    def test_nothing_but_single_scores(self) -> None:
        result = calibrate(sheet(["A x 7", "B y 6"]), 1)
        assert result.connectivity == "red"
        assert all(one.rank is None and one.low is None for one in result.films)

    def test_no_score_at_all(self) -> None:
        result = calibrate([], 3)
        assert (result.films, result.jurors, result.method) == ((), (), "mean")

    def test_scored_twice_is_refused(self) -> None:
        with pytest.raises(ValueError, match="twice"):
            calibrate(sheet(["A x 7", "A x 6"]), 1)

    def test_separate_panels_rank_inside_themselves(self) -> None:
        first, _, _ = panel(30, 5, 3, seed=1, severity=1.0)
        second, _, _ = panel(20, 4, 3, seed=2, severity=1.0)
        moved = [replace(one, film="P" + one.film, juror="P" + one.juror) for one in second]
        result = calibrate([*first, *moved], 10)
        assert (result.components, result.connectivity, result.lambda2) == (2, "red", 0.0)
        assert result.method == "intra-film within components"
        for component, size, share in ((0, 30, 6), (1, 20, 4)):
            films = [one for one in result.films if one.component == component]
            assert sorted(one.rank or 0 for one in films) == list(range(1, size + 1))
            assert sum(one.p_top or 0 for one in films) == pytest.approx(share, abs=0.05)

    def test_a_few_linking_films_join_panels(self) -> None:
        apart = np.kron(np.eye(2), np.ones((20, 3)))
        assert connect(apart).colour == "red"
        linked = np.vstack([apart, np.array([[1, 0, 0, 1, 0, 0], [0, 1, 0, 0, 0, 1]])])
        assert connect(linked).colour == "amber"
        assert connect(np.ones((20, 6))).lambda2 == pytest.approx(1.2)


class TestJurors:
    """What is said about a juror."""

    def test_difference_is_her_distance_from_her_co_jurors(self) -> None:
        rows = ["A x 7", "A y 5", "A z 6", "B x 8", "B y 6", "B z 6", "C x 4", "D x 9", "D z 7"]
        juror = by_juror(calibrate(sheet(rows), 1))["x"]
        assert (juror.n, juror.shared) == (4, 3)
        assert juror.difference == pytest.approx(np.mean([7 - 5.5, 8 - 6, 9 - 7]))

    def test_offset_is_shrunken_towards_nothing(self) -> None:
        scores, _, _ = panel(60, 8, 3, severity=0.6)
        for juror in calibrate(scores, 5).jurors:
            assert juror.se > 0
            assert abs(juror.offset) < abs(juror.difference) + 2 * juror.se

    def test_a_juror_who_scores_at_random_raises_an_alarm(self) -> None:
        scores, _, _ = panel(150, 8, 4, severity=0.2, noise=0.4)
        random = np.random.default_rng(0)
        rogue = [replace(one, value=float(random.uniform(1, 10))) if one.juror == "J03" else one for one in scores]
        result = calibrate(rogue, 5)
        assert [one.id for one in result.jurors if one.alarm] == ["J03"]

    def test_an_ordinary_panel_raises_none(self) -> None:
        scores, _, _ = panel(150, 8, 4)
        assert not [one.id for one in calibrate(scores, 5).jurors if one.alarm]


class TestLeaveOneOut:
    """How far one juror can move a film."""

    def test_extremes_enclose_nothing_when_all_agree(self) -> None:
        rows = [f"{film} {juror} {value}" for film, value in (("A", 9), ("B", 6), ("C", 3)) for juror in "xyz"]
        assert [(one.best_rank, one.worst_rank) for one in calibrate(sheet(rows), 1).films] == [(1, 1), (2, 2), (3, 3)]

    def test_a_single_enthusiast_shows(self) -> None:
        rows = [f"{film} {juror} 6" for film in "BCD" for juror in "xyz"]
        films = by_film(calibrate(sheet([*rows, "A x 10", "A y 5", "A z 5"]), 1))
        assert (films["A"].rank, films["A"].worst_rank) == (1, 4)


def test_the_contested_band_is_around_the_cut() -> None:
    scores, _, _ = panel(60, 8, 3)
    result = calibrate(scores, 10)
    grey = [one.rank or 0 for one in result.films if one.grey]
    assert grey
    assert min(grey) <= 11
    assert not [one for one in result.films if one.grey and one.p_top in (0.0, 1.0)]
