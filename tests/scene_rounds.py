"""A round that is being set up on the stage: one panel, and plans that were compared."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import clock
from portal.calls.models import Call
from portal.jury import queries
from portal.jury.models import Round
from portal.jury.rounds import panels, setup
from portal.policies import Actor

NAMES = {"name_ko": "본심", "name_en": "Round of the best"}
FORECAST = {"precision": 0.6, "spread": 0.07, "error": 0.004, "hours": 120, "hours_per_juror": 10, "viewings": 900}
COMPARISON = {
    "state": "done",
    "asked": {"hours": 120, "jurors": 12, "basis": "nips"},
    "basis": "nips",
    "shares": {"film": 0.46, "juror": 0.09, "noise": 0.46},
    "films": 300,
    "places": 24,
    "forecasts": [FORECAST | {"stages": stages} for stages in ([[300, 3]], [[300, 2], [60, 5]])],
    "recommended": 0,
    "reason": {"code": "no_clear_gain", "against": 1, "gain": 0.01, "gain_error": 0.01},
}


def with_a_round(session: Session, call_id: int, chair: Actor) -> None:
    """Make it."""
    call, due = session.get_one(Call, call_id), clock.now() + timedelta(days=21)
    made = setup.make_round(session, call, **NAMES, due_at=due, by=chair)
    panels.use_preset(session, _whole(session, made.code), "one", rev=made.rev, by=chair)
    made.comparison = COMPARISON
    session.flush()


def _whole(session: Session, code: str) -> Round:
    session.expire_all()
    found = queries.round_by_code(session, code)
    assert found is not None
    return found


def things(session: Session) -> dict[str, Any]:
    """The round, its panel and a criterion, for addresses."""
    code = session.scalars(sa.select(Round.code).where(Round.name_en == NAMES["name_en"])).one()
    fresh = _whole(session, code)
    panel = fresh.panels[0]
    return {"round_new": code, "panel_new": panel.id, "criterion_new": panel.criteria[0].id}
