"""A round's results, recomputed from its score sheets and never edited.

A film's score is the mean of its sheets, each with its juror's severity taken off (see calibration) and weighted by
its panel. Films with fewer than two sheets have no rank.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import clock
from portal.jury import queries
from portal.jury.calibration.intrafilm import MIN_SCORES, Calibration, FilmResult, Score, calibrate
from portal.jury.calibration.ranking import chances, places
from portal.jury.models import Round
from portal.jury.results.models import Result

DRAWS = 2000
LEAST, MOST = 1.0, 10.0
Z80 = 1.2815515655446004


def recompute(session: Session, round_: Round) -> int:
    """Replace the round's results by those of its sheets; how many films have any."""
    as_of = clock.now()
    sheets = queries.submitted_totals(session, round_.id)
    found = calibrate(
        [Score(str(row.entry_id), str(row.juror_id), row.total / 100) for row in sheets],
        round_.places,
        seed=round_.seed,
    )
    rows = _rows(round_, sheets, found)
    session.execute(sa.delete(Result).where(Result.round_id == round_.id))
    if rows:
        session.execute(sa.insert(Result), rows)
    round_.results_at = as_of
    round_.results_note = {
        "lambda2": round(found.lambda2, 4),
        "components": found.components,
        "connectivity": found.connectivity,
        "method": found.method,
    }
    return len(rows)


def _rows(round_: Round, sheets: Sequence[Any], found: Calibration) -> list[dict[str, Any]]:
    severity = {one.id: one.offset for one in found.jurors}
    by_film: dict[int, list[tuple[float, float, float]]] = defaultdict(list)
    for row in sheets:
        value = row.total / 100
        by_film[row.entry_id].append((float(row.weight), value, value - severity.get(str(row.juror_id), 0.0)))
    half = {one.id: _half(one) for one in found.films}
    rows = [_row(round_.id, entry_id, given, half[str(entry_id)]) for entry_id, given in sorted(by_film.items())]
    _rank([row for row in rows if row["n"] >= MIN_SCORES], round_.places, round_.seed)
    return rows


def _half(film: FilmResult) -> float:
    """Half the width of the 80 % interval; the whole scale where one score says nothing of its own error."""
    return MOST - LEAST if film.low is None or film.high is None else (film.high - film.low) / 2


def _row(round_id: int, entry_id: int, given: list[tuple[float, float, float]], half: float) -> dict[str, Any]:
    weights, raw, corrected = (np.array(values) for values in zip(*given, strict=True))
    score = float(np.average(corrected, weights=weights))
    return {
        "round_id": round_id,
        "entry_id": entry_id,
        "n": len(given),
        "mean": float(np.average(raw, weights=weights)),
        "score": score,
        "low": max(LEAST, score - half),
        "high": min(MOST, score + half),
        "p_top": 0.0,
        "rank": None,
        "spread": float(raw.std(ddof=1)) if len(given) > 1 else 0.0,
    }


def _rank(rows: list[dict[str, Any]], top: int, seed: int) -> None:
    """Give each row its rank, shared by equal scores, and its chance to be among the `top`."""
    if not rows:
        return
    scores = np.array([row["score"] for row in rows])
    spread = np.array([(row["high"] - row["low"]) / (2 * Z80) for row in rows])
    draws = np.random.default_rng(seed).normal(scores, np.maximum(spread, 1e-9), size=(DRAWS, len(rows)))
    for row, rank, chance in zip(rows, places(scores), chances(draws, min(top, len(rows))), strict=True):
        row["rank"], row["p_top"] = int(rank), float(chance)
