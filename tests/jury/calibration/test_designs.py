"""The designs of jury.md §3: who gains by the correction, who never loses, and what z-scores break."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from benchmarks.score_designs import DESIGNS, ROGUE, Design, coverage, hold, lambda2, precisions
from portal.jury.calibration.intrafilm import calibrate

FESTIVALS = 60
BY_NAME = {design.name: design for design in DESIGNS}
APART = [design for design in DESIGNS if "apart" in design.name]
WITHIN_REACH = [design for design in DESIGNS if "connected" in design.name and not design.rogue]


def gains(design: Design, method: str) -> np.ndarray:
    """Precision at 26 of the method less that of the plain mean, festival by festival."""
    found = [precisions(hold(design, seed)) for seed in range(FESTIVALS)]
    return np.array([one[method] - one["mean"] for one in found])


def bounds(values: np.ndarray) -> tuple[float, float]:
    """Two standard errors to either side of the mean."""
    error = 2 * values.std(ddof=1) / len(values) ** 0.5
    return values.mean() - error, values.mean() + error


@pytest.mark.parametrize("design", DESIGNS, ids=lambda design: design.name)
def test_the_correction_is_never_significantly_worse_than_the_plain_mean(design: Design) -> None:
    assert bounds(gains(design, "intra-film"))[1] > 0


@pytest.mark.parametrize("name", ["connected, strong severity", "panels linked, unequal, strong"])
def test_strong_severity_is_worth_correcting(name: str) -> None:
    assert bounds(gains(BY_NAME[name], "intra-film"))[0] > 0.03


@pytest.mark.parametrize("design", APART, ids=lambda design: design.name)
def test_z_scores_lose_on_disconnected_panels(design: Design) -> None:
    assert bounds(gains(design, "z-score"))[1] < -0.02


def test_z_scores_lose_on_linked_panels_with_unequal_batches() -> None:
    design = BY_NAME["panels linked, unequal batches"]
    assert bounds(gains(design, "z-score") - gains(design, "intra-film"))[1] < 0


def colours(name: str) -> Iterator[float]:
    return (lambda2(hold(BY_NAME[name], seed)) for seed in range(10))


def test_the_light_tells_the_designs_apart() -> None:
    assert all(value >= 0.15 for value in colours("connected, NIPS-like"))
    assert all(value == 0 for value in colours("panels apart, Cannes-like"))
    assert all(0.02 <= value < 0.15 for value in colours("panels linked, unequal batches"))


@pytest.mark.parametrize("design", WITHIN_REACH, ids=lambda design: design.name)
@pytest.mark.parametrize("level", [0.8, 0.9])
def test_intervals_cover_what_they_claim_where_the_panel_is_connected(design: Design, level: float) -> None:
    festivals = [hold(design, seed) for seed in range(40)]
    assert min(lambda2(one) for one in festivals) >= 0.15
    covered = np.mean([coverage(one, level) for one in festivals])
    assert level - 0.02 <= covered <= level + 0.02


def test_the_shown_interval_is_the_one_that_covers() -> None:
    """What `calibrate` hands out is the same interval, 80 % unless asked otherwise."""
    festival = hold(BY_NAME["connected, NIPS-like"], 0)
    for told, level in ((calibrate(festival.scores(), 26), 0.8), (calibrate(festival.scores(), 26, level=0.9), 0.9)):
        inside = [
            one.low is not None and one.high is not None and one.low <= truth <= one.high
            for one, truth in zip(told.films, festival.quality, strict=True)
        ]
        assert np.mean(inside) == pytest.approx(coverage(festival, level))


def test_a_rogue_is_found_and_nobody_else_suspected() -> None:
    rogue, others = [], []
    for seed in range(12):
        for juror in calibrate(hold(BY_NAME["connected, a rogue juror"], seed).scores(), 26).jurors:
            (rogue if juror.id == f"J{ROGUE:03}" else others).append(juror.alarm)
    assert np.mean(rogue) >= 0.9
    assert np.mean(others) <= 0.03
