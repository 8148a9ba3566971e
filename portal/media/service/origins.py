"""Looks again where kept files say they come from, after the trusted lists changed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import doorbell
from portal.disclosure.crosscheck.models import CrossCheck
from portal.lifecycles import AssetState
from portal.media import child, provenance
from portal.media.contract import Storage
from portal.media.models import Asset, Slot

_TELLING = (Slot.FILM, Slot.REPLACEMENT, Slot.EVIDENCE)


def with_origin(session: Session) -> Sequence[tuple[int, str]]:
    """The living films and clips, as ids and storage keys."""
    wanted = sa.select(Asset.id, Asset.storage_key).where(
        Asset.slot.in_(_TELLING),
        Asset.state == AssetState.PLAYABLE,
        Asset.superseded_at.is_(None),
        Asset.storage_key.is_not(None),
    )
    return [(row.id, row.storage_key) for row in session.execute(wanted.order_by(Asset.id))]


def look(store: Storage, key: str, anchors: str) -> dict[str, Any]:
    """Where the file behind a key says it comes from; without a database, for a large film takes seconds."""
    with child.job_directory(store.jobs) as folder, store.fetched(key, folder) as path:
        return provenance.probe(path, _opening(path), folder, anchors=anchors)


def _opening(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(provenance.OPENING_BYTES)


def keep_origin(session: Session, asset_id: int, found: dict[str, Any]) -> bool:
    """Keeps what was found, and has the entry compared with it; whether it says something else than before."""
    asset = session.get_one(Asset, asset_id, with_for_update={"key_share": True}, populate_existing=True)
    before = asset.probe.get("provenance")
    if before == found:
        return False
    asset.probe = {**asset.probe, "provenance": found}
    session.execute(sa.update(CrossCheck).where(CrossCheck.entry_id == asset.entry_id).values(seen_until=None))
    doorbell.after_commit(session, "probe.crosscheck", asset.entry_id)
    session.flush()
    return True
