"""Assigning jurors and recomputing results."""

from __future__ import annotations

from datetime import timedelta

from portal import claims
from portal.jury import planning, results
from portal.jury.models import Round
from portal.lifecycles import RoundState
from workers.app import app
from workers.context import work


@app.task(name="jury.assign")
def assign(round_id: int) -> None:
    """Solve a round's assignment and store the proposal; a killed worker leaves the request standing."""
    with work() as session:
        round_ = claims.claim(session, Round, round_id, Round.state == RoundState.ASSIGNING, lease=timedelta(minutes=2))
        sheet = planning.instance_of(session, round_) if round_ else None
    if sheet is None:
        return
    plan = planning.solve(sheet)
    with work() as session:
        round_ = session.get_one(Round, round_id)
        planning.store(session, round_, sheet, plan)
        claims.settle(round_)


@app.task(name="jury.calibrate")
def calibrate(round_id: int) -> None:
    """Recompute a round's results from its score sheets."""
    with work() as session:
        results.recompute(session, session.get_one(Round, round_id))
