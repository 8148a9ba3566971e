"""Consent papers: sealed as soon as they were examined, deleted when their time is over."""

from __future__ import annotations

from portal.entries import service as entries
from portal.media.service import sealing
from portal.policies import SYSTEM
from workers.app import app
from workers.context import work


@app.task(name="probe.seal")
def seal(asset_id: int) -> None:
    """Encrypt a paper; its plain bytes go in a second transaction, so that a crash in between loses nothing."""
    with work() as session:
        sealing.seal(session, asset_id)
    with work() as session:
        sealing.drop_plain(session, asset_id)


@app.task(name="sweep.shred_papers")
def shred_papers() -> None:
    """Delete the papers of editions that are long over."""
    with work() as session:
        entries.shred_papers(session, by=SYSTEM)
