"""Tasks of the mail queue."""

from __future__ import annotations

from functools import partial

from portal import db
from portal.mail import delivery, smtp
from portal.settings import Settings
from workers.app import app


@app.task(name="mail.deliver")
def deliver(mail_id: int) -> None:
    """Send this mail and the others that wait; without a server they wait on."""
    settings = Settings.from_env()
    if settings.smtp_url:
        server = smtp.Server.from_url(settings.smtp_url)
        with smtp.lines(server) as lines, db.sessions_in_turn(settings) as sessions:
            delivery.deliver(partial(db.unit_of_work, sessions), lines, mail_id)
