"""What the clock does to consents and to the chains of disclosures."""

from __future__ import annotations

from portal import clock
from portal.disclosure.consent import requests as consents
from portal.disclosure.revisions import proof
from portal.policies import SYSTEM
from workers.app import app
from workers.context import work


@app.task(name="sweep.seal_disclosures")
def seal_disclosures() -> None:
    """Write the head of all chains into the audit trail, once a day."""
    with work() as session:
        proof.seal(session, at=clock.now())


@app.task(name="sweep.expire_consents")
def expire_consents() -> None:
    """Close the links that nobody answered within their fourteen days."""
    with work() as session:
        consents.expire(session, at=clock.now(), by=SYSTEM)
