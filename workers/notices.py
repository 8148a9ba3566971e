"""Tasks of notices: the daily letter, and telling people on their devices."""

from __future__ import annotations

from portal.notices import daily
from portal.notices.push import delivery
from workers.app import app
from workers.context import work


@app.task(name="mail.digest")
def digest(mail_id: int) -> None:
    """Write the daily letter whose first mail this is."""
    with work() as session:
        daily.write(session, mail_id)


@app.task(name="mail.push")
def push(mail_id: int) -> None:
    """Tell of this mail on its reader's devices."""
    delivery.deliver(work, mail_id)
