"""The task that notices what films owe and the portal has already."""

from __future__ import annotations

from portal.programme.materials.recognition import recognise
from workers.app import app
from workers.context import work


@app.task(name="probe.materials")
def materials(entry_id: int) -> None:
    """Bring a film's materials up to date with its files and its label."""
    with work() as session:
        recognise(session, entry_id)
