"""A round's results, recomputed from its score events and never edited.

A film's score weighs its panels, and within a panel the jurors alike, each with the own severity and the panel's level
taken off (see calibration and decision 18). Films with fewer than two scores have no rank.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import clock
from portal.jury import queries as rounds
from portal.jury.calibration.intrafilm import Calibration, FilmResult, JurorResult, Score, calibrate
from portal.jury.calibration.ranking import places
from portal.jury.models import Round
from portal.jury.results import queries
from portal.jury.results.models import Result, Severity
from portal.jury.results.queries import Given

LEAST, MOST = 1.0, 10.0


def recompute(session: Session, round_: Round) -> int:
    """Replace the round's results by those of the scores that count; how many films have any."""
    as_of, events = clock.now(), rounds.events_of(session, round_.id)
    given = queries.counted(session, round_.id)
    found = calibrate(scores(given), round_.places, seed=round_.seed)
    for model, rows in ((Result, _films(round_, given, found)), (Severity, _jurors(round_, found))):
        session.execute(sa.delete(model).where(model.round_id == round_.id))
        if rows:
            session.execute(sa.insert(model), rows)
    round_.results_at = as_of
    round_.results_note = _note(found, events)
    return len(found.films)


def scores(given: Sequence[Given]) -> list[Score]:
    """What counts, as the calibration takes it: in points, with panels by their codes."""
    return [Score(str(one.entry_id), str(one.juror_id), one.total / 100, one.panel, float(one.weight)) for one in given]


def _note(found: Calibration, events: int) -> dict[str, Any]:
    return {
        "lambda2": round(found.lambda2, 4),
        "components": found.components,
        "connectivity": found.connectivity,
        "method": found.method,
        "panels": {code: round(offset, 4) for code, offset in found.panels.items()},
        "noise_sd": round(found.noise_sd, 4),
        "severity_sd": round(found.severity_sd, 4),
        "events": events,
    }


def _films(round_: Round, given: Sequence[Given], found: Calibration) -> list[dict[str, Any]]:
    by_film: dict[str, list[Given]] = defaultdict(list)
    for one in given:
        by_film[str(one.entry_id)].append(one)
    offsets = {one.id: one.offset for one in found.jurors}
    rows = [_film(round_.id, film, by_film[film.id], offsets, found.panels) for film in found.films]
    for component in range(found.components):
        _rank_means([row for row in rows if row["component"] == component and row["rank"] is not None])
    return rows


def _film(
    round_id: int, film: FilmResult, given: Sequence[Given], offsets: dict[str, float], levels: dict[str, float]
) -> dict[str, Any]:
    corrected = [one.total / 100 - offsets[str(one.juror_id)] - levels.get(one.panel, 0.0) for one in given]
    return {
        "round_id": round_id,
        "entry_id": int(film.id),
        "n": film.n,
        "mean": film.mean,
        "score": film.score,
        "low": LEAST if film.low is None else max(LEAST, film.low),
        "high": MOST if film.high is None else min(MOST, film.high),
        "p_top": film.p_top or 0.0,
        "rank": film.rank,
        "raw_rank": None,
        "place": film.place,
        "best_rank": film.best_rank,
        "worst_rank": film.worst_rank,
        "component": film.component,
        "panels": panel_means(given),
        "spread": float(np.std(corrected, ddof=1)) if len(corrected) > 1 else 0.0,
    }


def panel_means(given: Sequence[Given]) -> dict[str, float]:
    """Each panel's plain mean on one film, as its jurors gave it."""
    by_panel: dict[str, list[int]] = defaultdict(list)
    for one in given:
        by_panel[one.panel].append(one.total)
    return {code: round(sum(totals) / len(totals) / 100, 4) for code, totals in sorted(by_panel.items())}


def _rank_means(rows: list[dict[str, Any]]) -> None:
    ranks = places(np.array([row["mean"] for row in rows])) if rows else ()
    for row, rank in zip(rows, ranks, strict=True):
        row["raw_rank"] = int(rank)


def _jurors(round_: Round, found: Calibration) -> list[dict[str, Any]]:
    return [_juror(round_.id, one) for one in found.jurors]


def _juror(round_id: int, one: JurorResult) -> dict[str, Any]:
    return {
        "round_id": round_id,
        "juror_id": int(one.id),
        "n": one.n,
        "offset": one.offset,
        "se": one.se,
        "shared": one.shared,
        "difference": one.difference,
        "difference_se": one.difference_se,
        "slope": one.slope,
        "noise": one.noise,
        "alarm": one.alarm,
        "component": one.component,
    }
