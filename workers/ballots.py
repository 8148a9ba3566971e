"""The task of the audience's ballot: a box whose time has run out is noted as closed."""

from __future__ import annotations

from portal.live.ballots import service
from workers.app import app
from workers.context import work


@app.task(name="audience.close_ballot")
def close_ballot(box_id: int) -> None:
    """Close a box at the moment its clock named; ballots that came later were refused without this."""
    with work() as session:
        service.close_by_clock(session, box_id)
