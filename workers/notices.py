"""Tasks of notices: the daily letter, telling people on their devices, and forgetting what they were told long ago."""

from __future__ import annotations

from portal.mail import retention as mails
from portal.notices import daily
from portal.notices.push import delivery, devices
from portal.policies import SYSTEM
from portal.reminders import retention as reminders
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


@app.task(name="sweep.forget_told")
def forget() -> None:
    """Delete the mails, notices and reminders whose time is over, and the browsers nobody is signed in in any more."""
    with work() as session:
        devices.forget(session)
        mails.forget(session, by=SYSTEM)
        reminders.forget(session, by=SYSTEM)
