"""Consent papers after their examination: encrypted, the plain bytes deleted, and both again after a crash.

In two transactions: the row names the sealed file before the plain one is deleted, so that a crash in between loses
nothing, and the sweep finds the row and deletes what is left.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, clock
from portal.disclosure.consent import papers
from portal.lifecycles import AssetState
from portal.media import child, storage, vault
from portal.media.models import Asset, Slot
from portal.policies import SYSTEM, Actor

_SETTLED = (AssetState.PLAYABLE, AssetState.REFUSED)


def to_seal(session: Session) -> Sequence[int]:
    """Examined papers whose plain bytes still lie somewhere: what the sweep rings `probe.seal` for."""
    waits = sa.or_(Asset.plain_key.is_not(None), sa.and_(Asset.sealed_at.is_(None), Asset.storage_key.is_not(None)))
    wanted = sa.select(Asset.id).where(Asset.slot == Slot.CONSENT, Asset.state.in_(_SETTLED), waits)
    return session.scalars(wanted.order_by(Asset.id)).all()


def seal(session: Session, asset_id: int) -> None:
    """Encrypt a sound paper and give up an unsound one; the plain file is named for deletion either way."""
    asset = session.get(Asset, asset_id, with_for_update=True, populate_existing=True)
    if asset is None or asset.slot != Slot.CONSENT or asset.state not in _SETTLED or asset.sealed_at is not None:
        return
    asset.plain_key, asset.sealed_at = asset.storage_key, clock.now()
    if asset.state == AssetState.REFUSED:
        asset.storage_key = None
        papers.give_up(session, asset.id, by=SYSTEM)
        return
    asset.storage_key = _sealed(session, asset)
    audit.record(session, SYSTEM, "paper.sealed", asset, sha256=asset.sha256)
    papers.arrive(session, asset.id, asset.sha256 or "", by=SYSTEM)


def _sealed(session: Session, asset: Asset) -> str:
    store = storage.of(session)
    plain = store.head(asset.plain_key or "", asset.size)
    with child.job_directory(store.jobs) as folder:
        made = folder / "sealed"
        made.write_bytes(vault.of(session).seal(plain, asset.code))
        return store.adopt(made)


def drop_plain(session: Session, asset_id: int) -> None:
    """Delete the plain bytes of a paper whose row already names the sealed ones."""
    asset = session.get(Asset, asset_id, with_for_update=True, populate_existing=True)
    if asset is not None and asset.plain_key is not None:
        storage.of(session).delete(asset.plain_key)
        asset.plain_key = None


def opened(session: Session, asset: Asset) -> bytes:
    """The paper's bytes as they came; raises vault.Unreadable, or FileNotFoundError once it was deleted."""
    store = storage.of(session)
    return vault.of(session).open(store.head(asset.storage_key or "", asset.size + 100), asset.code)


def shred(session: Session, asset: Asset, *, by: Actor) -> None:
    """Delete a paper's bytes for good; what its consent says of it stays."""
    for key in (asset.plain_key, asset.storage_key):
        if key is not None:
            storage.of(session).delete(key)
    asset.plain_key = asset.storage_key = None
    audit.record(session, by, "paper.deleted", asset, sha256=asset.sha256)
