"""Score sheets of known truth, and results by name."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from portal.jury.calibration.intrafilm import Calibration, FilmResult, JurorResult, Score


def panel(
    films: int, jurors: int, each: int, *, seed: int = 3, severity: float = 0.5, noise: float = 1.0
) -> tuple[list[Score], np.ndarray, np.ndarray]:
    """Scores, true film qualities and true severities of a random design."""
    random = np.random.default_rng(seed)
    quality, lean = random.normal(6, 1, films), random.normal(0, severity, jurors)
    scores = [
        Score(f"F{film:03}", f"J{juror:02}", float(quality[film] + lean[juror] + random.normal(0, noise)))
        for film in range(films)
        for juror in random.choice(jurors, each, replace=False)
    ]
    return scores, quality, lean


def by_film(result: Calibration) -> dict[str, FilmResult]:
    return {one.id: one for one in result.films}


def by_juror(result: Calibration) -> dict[str, JurorResult]:
    return {one.id: one for one in result.jurors}


def sheet(rows: Iterable[str]) -> list[Score]:
    """Scores from lines such as "A x 7"."""
    return [Score(film, juror, float(value)) for film, juror, value in (row.split() for row in rows)]
