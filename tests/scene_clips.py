"""Clips on the stage, what they say of themselves, and what the cross-check found in them."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from portal import clock
from portal.disclosure.crosscheck import service as crosscheck_service
from portal.disclosure.crosscheck.comparison import crosscheck, declared_of
from portal.disclosure.ledger import Ledger
from portal.entries import queries
from portal.entries.models import Entry
from portal.lifecycles import AssetState
from portal.media.models import Asset, Slot

SAID: dict[str, Any] = {
    "state": "TRUSTED",
    "kind": "video",
    "signer": "A studio of tools",
    "generator": "Sora",
    "agents": ["Sora"],
    "source_types": ["http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"],
    "tags": {"keys": {"encoder": "Lavf60.16.100"}},
    "requests": 0,
}


def clip(session: Session, entry: Entry, said: dict[str, Any] = SAID, name: str = "clip.mp4") -> Asset:
    """An evidence clip of an entry that says this of itself."""
    arrived = {"received_at": clock.now(), "settled_at": clock.now()}
    made = Asset(entry_id=entry.id, slot=Slot.EVIDENCE, state=AssetState.PLAYABLE, file_name=name, size=1000, **arrived)
    made.probe, made.uploaded_by_id = {"provenance": said}, entry.owner_id
    session.add(made)
    session.flush()
    return made


def with_findings(session: Session, entry: Entry) -> str:
    """A clip whose tool the form does not name; the code of the finding."""
    facts = queries.file_facts(clip(session, entry))
    found = crosscheck(declared_of(Ledger(), deadline=None), [facts])
    crosscheck_service.run(session, entry.id, lambda: found)
    return crosscheck_service.queries.findings(session, entry.id)[0].code
