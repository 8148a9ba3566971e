"""What is deleted when its time is over: the files of consent papers; their consents keep digest, dates and words."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal import clock
from portal.entries import queries
from portal.media.service import sealing
from portal.policies import Actor


def shred_papers(session: Session, *, by: Actor) -> int:
    """Delete the papers of editions that ended `papers_keep_days` ago; how many."""
    settings = session.info["settings"]
    today = clock.now().astimezone(settings.zone).date()
    outdated = queries.outdated_papers(session, today, settings.papers_keep_days)
    for asset in outdated:
        sealing.shred(session, asset, by=by)
        session.delete(asset)
    session.flush()
    return len(outdated)
