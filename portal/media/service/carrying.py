"""The same file for another entry: a second key for its bytes, found sound already; nothing is sent or made again."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, clock, doorbell
from portal.lifecycles import AssetState
from portal.media import storage
from portal.media.checks import Rule
from portal.media.contract import Storage
from portal.media.models import Asset, Fingerprint, Likeness, Rendition, Slot
from portal.media.service.work import judge_again
from portal.policies import Actor

# What the examination found, which is true of the bytes wherever they are entered.
_FOUND = (
    *("slot", "state", "uploaded_by_id", "file_name", "content_type", "size", "sha256", "made_with"),
    *("duration_ms", "width", "height", "fps_num", "fps_den", "audio_channels", "credits_from_ms"),
    *("findings", "alt_ko", "alt_en", "progress_bp", "judged_at"),
)
_MADE = ("kind", "name", "content_type", "size", "width", "height")
_WHOLE = 10_000


def carry(session: Session, files: Iterable[Asset], entry_id: int, rule: Rule, *, by: Actor) -> list[Asset]:
    """These playable files for another entry, whose category asks `rule` of its film; they come with renditions.

    What an organizer let go for the old category is not let go here.
    """
    return [_carried(session, storage.of(session), one, entry_id, rule, by=by) for one in files]


def _carried(session: Session, store: Storage, source: Asset, entry_id: int, rule: Rule, *, by: Actor) -> Asset:
    assert source.state is AssetState.PLAYABLE
    assert source.storage_key is not None
    found = {name: getattr(source, name) for name in _FOUND}
    probe = {name: value for name, value in source.probe.items() if name != "overridden"}
    moment = clock.now()
    made = Asset(
        **found,
        entry_id=entry_id,
        storage_key=store.again(source.storage_key),
        carried_from_id=source.id,
        probe=probe | {"rule": rule.to_json()} if source.slot == Slot.FILM else probe,
        created_at=moment,
        received_at=moment,
        settled_at=moment,
    )
    if source.slot == Slot.FILM and "film" in made.probe:
        judge_again(made)
    session.add(made)
    session.flush()
    for one in source.renditions:
        values = {name: getattr(one, name) for name in _MADE}
        session.add(Rendition(asset_id=made.id, storage_key=store.again(one.storage_key), **values))
    _carry_prints(session, source, made)
    audit.record(session, by, "asset.carried", made, source=source.id, sha256=source.sha256)
    return made


def _carry_prints(session: Session, source: Asset, made: Asset) -> None:
    """The film is held against all others under its new name too, but never against itself.

    That is its source, and what was carried from there before.
    """
    prints = session.scalar(sa.select(Fingerprint).where(Fingerprint.asset_id == source.id))
    if prints is None:
        return
    session.add(Fingerprint(asset_id=made.id, picture=prints.picture, sound=prints.sound))
    known = sa.select(Likeness.asset_id).join(Asset, Asset.id == Likeness.asset_id)
    settled = (Likeness.earlier_id == source.id, Likeness.dismissed_at.is_not(None), Asset.sha256 == source.sha256)
    family = {source.id, *session.scalars(known.where(*settled))}
    shares = {"picture_bp": _WHOLE, "sound_bp": _WHOLE, "dismissed_at": clock.now()}
    session.add_all(Likeness(asset_id=made.id, earlier_id=other, **shares) for other in family)
    doorbell.after_commit(session, "probe.compare", made.id)
