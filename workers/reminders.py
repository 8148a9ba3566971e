"""Tasks of reminders: keep their plan up with the world, and send those whose time has come."""

from __future__ import annotations

from portal import clock
from portal.reminders import planning, sending
from workers.app import app
from workers.context import glance, work


@app.task(name="sweep.plan_reminders")
def plan() -> None:
    """Bring the plan up to date; where nothing differs, nothing is written and nobody waits."""
    with glance() as session:
        found = planning.differences(session, now=clock.now())
    if found:
        with work() as session:
            planning.apply(session, found)


@app.task(name="mail.remind")
def remind(reminder_id: int) -> None:
    """Settle one reminder that is due; one whose mail cannot be written rests with the error, and others go on."""
    try:
        with work() as session:
            sending.settle(session, reminder_id)
    except Exception as error:
        with work() as session:
            sending.put_off(session, reminder_id, repr(error))
        raise
