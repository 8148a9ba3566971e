"""Tasks for the guests of talks: reminders and the letter before the evening."""

from __future__ import annotations

from portal.programme.service.reminding import write_due
from workers.app import app
from workers.context import work


@app.task(name="audience.remind")
def remind(guest_id: int) -> None:
    """Write to a guest whose letter is due."""
    with work() as session:
        write_due(session, guest_id)
