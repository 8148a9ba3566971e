"""What the clock does to consents."""

from __future__ import annotations

from portal import clock
from portal.disclosure import consents
from portal.policies import SYSTEM
from workers.app import app
from workers.context import work


@app.task(name="sweep.expire_consents")
def expire_consents() -> None:
    """Close the links that nobody answered within their fourteen days."""
    with work() as session:
        consents.expire(session, at=clock.now(), by=SYSTEM)
