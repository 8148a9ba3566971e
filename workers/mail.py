"""Tasks of the mail queue."""

from __future__ import annotations

from portal.mail import delivery
from portal.mail.smtp import Line, Server
from portal.settings import Settings
from workers.app import app
from workers.context import work


@app.task(name="mail.deliver")
def deliver(mail_id: int) -> None:
    """Send this mail and the others that wait; without a server they wait on."""
    url = Settings.from_env().smtp_url
    if url:
        with Line(Server.from_url(url)) as line:
            delivery.deliver(work, line, mail_id)
