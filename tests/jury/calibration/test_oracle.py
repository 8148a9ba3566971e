"""The intra-film model is statsmodels' MixedLM, on three panels of public shapes, to a thousandth."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas
import pytest
import statsmodels.formula.api as smf

from portal.jury.calibration.intrafilm import Score, calibrate
from tests.jury.calibration.sheets import by_film, by_juror

MIDL, CRITICS, FESTIVAL = (118, 59, 3), (21, 12, 12), (90, 16, 3)
"""Films, jurors and scores of a film: a conference, critics who see everything, a short-film jury."""


def simulated(shape: tuple[int, int, int], seed: int, severity: float) -> list[Score]:
    films, jurors, each = shape
    random = np.random.default_rng(seed)
    quality, lean = random.normal(6, 1, films), random.normal(0, severity, jurors)
    return [
        Score(f"F{film:03}", f"J{juror:03}", float(quality[film] + lean[juror] + random.normal()))
        for film in range(films)
        for juror in random.choice(jurors, each, replace=False)
    ]


def mixed_model(scores: list[Score]) -> Any:
    frame = pandas.DataFrame([vars(one) for one in scores])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = smf.mixedlm("value ~ 0 + C(film)", frame, groups=frame["juror"])
        return model.fit(reml=True, method="bfgs", gtol=1e-9)


@pytest.mark.parametrize(
    ("shape", "seed", "severity"), [(MIDL, 1, 0.8), (CRITICS, 2, 0.5), (FESTIVAL, 5, 1.5)], ids=str
)
def test_agrees_with_mixed_models_of_statsmodels(shape: tuple[int, int, int], seed: int, severity: float) -> None:
    scores = simulated(shape, seed, severity)
    oracle, ours = mixed_model(scores), calibrate(scores, 5)
    ratio = float(oracle.cov_re.iloc[0, 0] / oracle.scale)
    assert (ours.severity_sd / ours.noise_sd) ** 2 == pytest.approx(ratio, rel=2e-3)
    assert ours.noise_sd**2 == pytest.approx(float(oracle.scale), rel=1e-3)
    for name, effect in oracle.random_effects.items():
        assert by_juror(ours)[name].offset == pytest.approx(float(effect.iloc[0]), abs=1e-3)
    for name, effect in oracle.fe_params.items():
        assert by_film(ours)[name[len("C(film)[") : -1]].score == pytest.approx(effect, abs=1e-3)


def test_standard_errors_are_the_oracles() -> None:
    scores = simulated(CRITICS, 3, 0.7)
    oracle, films = mixed_model(scores), by_film(calibrate(scores, 5))
    for name, error in oracle.bse_fe.items():
        film = films[name[len("C(film)[") : -1]]
        assert film.high is not None
        # Our interval is Student's; with 220 degrees of freedom it is hardly wider than the normal one.
        assert (film.high - film.score) / 1.2816 == pytest.approx(error, rel=6e-3)
