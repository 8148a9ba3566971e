"""What entries declare, held against what their files say."""

from __future__ import annotations

from portal.entries import service
from workers.app import app
from workers.context import work


@app.task(name="probe.crosscheck")
def crosscheck(entry_id: int) -> None:
    """Compare one entry's disclosure with its film and clips."""
    with work() as session:
        service.check(session, entry_id)
