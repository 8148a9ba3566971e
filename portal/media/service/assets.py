"""What people decide about files that have arrived."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from portal import audit, clock, doorbell
from portal.db import UtcDateTime
from portal.errors import Invalid, Stale
from portal.i18n import N_
from portal.lifecycles import AssetState, advance
from portal.media import queries
from portal.media.models import Asset, Upload
from portal.media.service.uploads import discard
from portal.policies import Actor


def override(session: Session, asset: Asset, *, reason: str, by: Actor) -> None:
    """Takes a film in spite of its category's rule; the findings stay to be seen, the reason is on record."""
    if not reason.strip():
        raise Invalid("reason", N_("Say why this file is taken all the same."))
    if queries.film_of(asset) is None:
        raise Invalid("file", N_("This file can't be played at all, so it can't be taken."))
    asset.probe = {**asset.probe, "overridden": True}
    _start_over(asset)
    advance(session, asset, AssetState.TRANSCODING, by=by, reason=reason)
    doorbell.after_commit(session, "media.transcode", asset.id)
    session.flush()


def examine_again(session: Session, asset: Asset, *, by: Actor) -> None:
    """Gives a refused file three more tries, after whatever stopped it was put right."""
    _start_over(asset)
    advance(session, asset, AssetState.PROBING, by=by)
    doorbell.after_commit(session, "probe.asset", asset.id)
    session.flush()


def remove(session: Session, asset: Asset, *, by: Actor) -> None:
    """Takes a file out of its entry; what a receipt froze of it stays."""
    asset.superseded_at = clock.now()
    audit.record(session, by, "asset.remove", asset)
    session.flush()


# All files in one statement, however many: the playable ones are held, the others are over.
_PLAYABLE = Asset.state == AssetState.PLAYABLE
_MOMENT = sa.bindparam("moment", type_=UtcDateTime())
_FREEZE = (
    sa.update(Asset)
    .values(
        frozen_at=sa.case((_PLAYABLE, _MOMENT), else_=Asset.frozen_at),
        superseded_at=sa.case((_PLAYABLE, Asset.superseded_at), else_=_MOMENT),
        rev=Asset.rev + 1,
    )
    .execution_options(synchronize_session=False)
)


def freeze(session: Session, files: Sequence[Asset], uploads: Sequence[Upload] = ()) -> None:
    """Holds an entry's living files as they are handed in: what is on its way ends, and earlier tickets are void.

    Raises Stale when one of the files changed since it was read.
    """
    for upload in uploads:
        discard(session, upload)
    ended = {upload.asset_id for upload in uploads}
    kept = [asset for asset in files if asset.id not in ended]
    moment = clock.now()
    seen = sa.tuple_(Asset.id, Asset.rev).in_([(asset.id, asset.rev) for asset in kept])
    frozen = session.execute(_FREEZE.where(seen), {"moment": moment})
    if frozen.rowcount != len(kept):  # type: ignore[attr-defined]
        raise Stale
    for asset in kept:
        set_committed_value(asset, "rev", asset.rev + 1)
        set_committed_value(asset, "frozen_at" if asset.state == AssetState.PLAYABLE else "superseded_at", moment)


def _start_over(asset: Asset) -> None:
    asset.attempts, asset.lease_until, asset.settled_at, asset.progress_bp = 0, None, None, 0
