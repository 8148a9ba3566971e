"""Panels ask different questions: a panel that scores lower is no severe one, and a film's score weighs its panels."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pandas
import pytest
import statsmodels.formula.api as smf

from portal.jury.calibration.intrafilm import Score, calibrate
from portal.jury.results.queries import Given
from portal.jury.results.service import panel_means, scores

WEIGHTS = {"craft": 40.0, "story": 35.0, "market": 25.0}
LEVELS = {"craft": 0.0, "story": -1.5, "market": 1.0}


def simulated(
    seed: int, films: int = 24, jurors: int = 5, severity: float = 0.15, missing: float = 0.0, demand: int = 1
) -> tuple[list[Score], dict[str, float]]:
    """Three panels of jurors, one score of each panel for a film, and what each film is truly worth."""
    random = np.random.default_rng(seed)
    quality, taste = random.normal(0, 0.9, films), random.normal(0, 0.6, (films, 3))
    lean, found = random.normal(0, severity, (3, jurors)), []
    for at, (panel, weight) in enumerate(WEIGHTS.items()):
        for film in range(films):
            for juror in random.choice(jurors, demand, replace=False):
                if random.random() >= missing:
                    seen = 6 + quality[film] + taste[film, at] + LEVELS[panel] + lean[at, juror] + random.normal(0, 0.9)
                    found.append(Score(f"F{film:02}", f"{panel}-{juror}", float(seen), panel, weight))
    worth = quality + taste @ np.array([0.4, 0.35, 0.25])
    return found, {f"F{film:02}": float(one) for film, one in enumerate(worth)}


def plain(given: list[Score]) -> list[Score]:
    """The same scores with nothing said of panels."""
    return [Score(one.film, one.juror, one.value) for one in given]


def pooled(given: list[Score]) -> dict[str, float]:
    """The other way: all jurors alike, panels' levels taken for severity, sheets weighted."""
    offsets = {one.id: one.offset for one in calibrate(plain(given), 5).jurors}
    by_film = defaultdict(list)
    for one in given:
        by_film[one.film].append((one.value - offsets[one.juror], one.weight))
    return {
        film: sum(one * weight for one, weight in rows) / sum(weight for _, weight in rows)
        for film, rows in by_film.items()
    }


def test_a_panels_level_is_nobodys_severity() -> None:
    as_severity, as_panels = [], []
    for seed in range(20):
        given, _ = simulated(seed)
        as_severity.append(np.std([one.offset for one in calibrate(plain(given), 5).jurors]))
        found = calibrate(given, 5)
        as_panels.append(np.std([one.offset for one in found.jurors]))
        assert sum(WEIGHTS[name] * level for name, level in found.panels.items()) == pytest.approx(0, abs=1e-9)
    assert np.mean(as_severity) > 0.8  # what the panels differ by
    assert np.mean(as_panels) < 0.2  # what the jurors differ by: 0.15


def test_panel_levels_are_found() -> None:
    centre = sum(LEVELS[name] * weight for name, weight in WEIGHTS.items()) / 100
    found = [calibrate(simulated(seed, films=80)[0], 5).panels for seed in range(10)]
    for name, level in LEVELS.items():
        assert np.mean([one[name] for one in found]) == pytest.approx(level - centre, abs=0.12)


@pytest.mark.parametrize("missing", [0.0, 0.2])
def test_small_rounds_come_nearer_to_what_films_are_worth(missing: float) -> None:
    ours, others = [], []
    for seed in range(25):
        given, worth = simulated(seed, missing=missing)
        corrected = {one.id: one.score for one in calibrate(given, 5).films if one.rank}
        other = pooled(given)
        ours.append(np.std([score - worth[film] for film, score in corrected.items()]))
        others.append(np.std([other[film] - worth[film] for film in corrected]))
    assert np.mean(ours) < 0.95 * np.mean(others)


def test_a_film_whose_strict_panel_is_late_gains_nothing() -> None:
    given, _ = simulated(3, films=60)
    full = {one.id: one.score for one in calibrate(given, 5).films}
    late = [one for one in given if not (one.film == "F07" and one.panel == "story")]
    found = {one.id: one for one in calibrate(late, 5).films}["F07"]
    assert found.mean - full["F07"] > 0.4  # the plain mean rises by what the strict panel would have taken
    assert abs(found.score - full["F07"]) < abs(found.mean - full["F07"])


def test_it_agrees_with_a_mixed_model_with_panels_as_fixed_effects() -> None:
    given, _ = simulated(8, films=40, severity=0.7)
    frame = pandas.DataFrame([vars(one) for one in given])
    model = smf.mixedlm("value ~ 0 + C(film) + C(panel)", frame, groups=frame["juror"])
    oracle = model.fit(reml=True, method="powell")
    found = calibrate(given, 5)
    for one in found.jurors:
        assert one.offset == pytest.approx(float(oracle.random_effects[one.id].iloc[0]), abs=2e-3)
    gap = oracle.fe_params["C(panel)[T.story]"] - oracle.fe_params["C(panel)[T.market]"]
    assert found.panels["story"] - found.panels["market"] == pytest.approx(gap, abs=2e-3)


def test_one_panel_is_as_without_panels() -> None:
    given, _ = simulated(4)
    alone = [Score(one.film, one.juror, one.value, "all", 100.0) for one in given]
    assert calibrate(alone, 5, seed=1) == calibrate(plain(given), 5, seed=1)


def test_a_score_weighs_as_its_panel_however_many_jurors_sit_on_it() -> None:
    given = [
        *(Score("F", f"a{n}", 8.0, "a", 50.0) for n in range(3)),
        Score("F", "b", 4.0, "b", 50.0),
    ]
    assert calibrate(given, 1).films[0].mean == pytest.approx(6.0)


def test_intervals_cover_with_panels() -> None:
    inside = total = 0
    for seed in range(30):
        given, worth = simulated(seed, films=40, severity=0.4, missing=0.15)
        films = [one for one in calibrate(given, 5).films if one.low is not None and one.high is not None and one.rank]
        shift = np.mean([one.score - worth[one.id] for one in films])
        inside += sum(one.low <= worth[one.id] + shift <= one.high for one in films if one.low and one.high)
        total += len(films)
    assert 0.74 < inside / total < 0.9


def test_panel_means_are_plain() -> None:
    given = [Given(1, 1, "a", 60, 700), Given(1, 2, "a", 60, 900), Given(1, 3, "b", 40, 500)]
    assert panel_means(given) == {"a": 8.0, "b": 5.0}
    assert scores(given)[0] == Score("1", "1", 7.0, "a", 60.0)
