"""Filling days of the programme; on the jury's queue, where solvers run."""

from __future__ import annotations

from portal.programme.placing import service, solving
from workers.app import app
from workers.context import work


@app.task(name="jury.fill_days")
def fill_days(placing_id: int) -> None:
    """Work out a wanted filling of days and store it; a killed worker leaves the request standing."""
    with work() as session:
        instance = service.take(session, placing_id)
    if instance is None:
        return
    try:
        solved = solving.solve(instance)
        with work() as session:
            service.store(session, placing_id, instance, solved)
    except Exception as error:
        with work() as session:
            service.give_back(session, placing_id, repr(error))
        raise
