"""The worker's side of the round planner: which plan makes the most of the jury's hours. Brings numpy along."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.jury.calibration.intrafilm import Score
from portal.jury.calibration.round_plans import (
    CANNES_LIKE,
    NIPS_LIKE,
    Comparison,
    Field,
    Forecast,
    RoundPlan,
    Shares,
    compare_plans,
    variance_shares,
)
from portal.jury.models import Round
from portal.jury.results import queries as results
from portal.jury.rounds import comparing
from portal.jury.rounds import queries as reads

_NAMED = {"nips": NIPS_LIKE, "cannes": CANNES_LIKE}
SHOWN = 12


@dataclass(frozen=True)
class Question:
    """Everything a comparison depends on, read in one go."""

    round_id: int
    asked: dict[str, Any]
    comparison: dict[str, Any]
    field: Field
    shares: Shares
    basis: str
    seed: int


def question_of(session: Session, round_: Round) -> Question:
    """What the chair asked, with the round's films and an earlier round's variance shares."""
    asked, burden = round_.comparison["asked"], reads.burden(session, round_)
    minutes = burden.seconds / 60 / burden.films if burden.films else 1.0
    field = Field(burden.films, asked["jurors"], min(round_.places, burden.films), max(minutes, 0.1), asked["hours"])
    shares, basis = _shares(session, asked["basis"])
    return Question(round_.id, asked, round_.comparison, field, shares, basis, round_.seed)


def _shares(session: Session, basis: str) -> tuple[Shares, str]:
    """The shares of a round's scores, or of a well-known field where they say nothing yet."""
    if basis.isdecimal():
        scores = [
            Score(str(one.entry_id), str(one.juror_id), one.total / 100) for one in results.counted(session, int(basis))
        ]
        found = variance_shares(scores)
        if found is not None:
            return found, basis
    named = basis if basis in _NAMED else "nips"
    return _NAMED[named], named


def answer(question: Question) -> dict[str, Any]:
    """The comparison as it is kept; pure, and the same question gives the same answer."""
    found = compare_plans(question.field, question.shares, seed=question.seed)
    forecasts = _shown(found)
    plans = [one.plan for one in forecasts]
    reason = found.reason
    return {
        **question.comparison,
        "state": "done",
        "basis": question.basis,
        "shares": asdict(question.shares),
        "films": question.field.films,
        "places": question.field.places,
        "forecasts": [_forecast(one) for one in forecasts],
        "recommended": plans.index(found.recommended.plan) if found.recommended else None,
        "reason": {
            "code": reason.code,
            "against": plans.index(reason.against) if reason.against else None,
            "gain": round(reason.gain, 5),
            "gain_error": round(reason.gain_error, 5),
        },
    }


def _shown(found: Comparison) -> list[Forecast]:
    """The best, and whichever the reason names."""
    named: set[RoundPlan | None] = {found.recommended.plan if found.recommended else None, found.reason.against}
    return [one for n, one in enumerate(found.forecasts) if n < SHOWN or one.plan in named]


def _forecast(one: Forecast) -> dict[str, Any]:
    return {
        "stages": [[stage.films, stage.each] for stage in one.plan.stages],
        "precision": round(one.precision, 4),
        "spread": round(one.spread, 4),
        "error": round(one.error, 5),
        "viewings": one.viewings,
        "hours": round(one.hours, 2),
        "hours_per_juror": round(one.hours_per_juror, 2),
    }


def store(session: Session, question: Question, found: dict[str, Any]) -> None:
    """Keep the answer, unless something else has been asked meanwhile."""
    asked = sa.select(Round.comparison).where(Round.id == question.round_id).with_for_update()
    if session.scalar(asked) == question.comparison:
        comparing.settle(session, question.round_id, found)
