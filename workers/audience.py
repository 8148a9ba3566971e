"""Tasks of the audience: offers that run out, and news after a release."""

from __future__ import annotations

from portal.audience import service
from portal.programme.service import take_effect
from workers.app import app
from workers.context import work


@app.task(name="audience.offer")
def offer(screening_id: int) -> None:
    """End offers that ran out and offer the seats to the next that fits."""
    with work() as session:
        service.turn_over(session, screening_id)


@app.task(name="audience.tell")
def tell(release_id: int) -> None:
    """At a release's moment: what is new in it opens, and everybody whose screening it changed is written to, once."""
    with work() as session:
        release = take_effect(session, release_id)
        if release is not None:
            service.tell(session, release)
