"""What people decide about files that have arrived."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, clock, doorbell
from portal.errors import Invalid
from portal.i18n import N_
from portal.lifecycles import AssetState, advance
from portal.media import queries
from portal.media.models import Asset
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


def freeze(session: Session, entry_id: int) -> None:
    """Holds an entry's files as they are handed in: what is on its way ends, and tickets given before are void."""
    for upload in queries.running_uploads(session, entry_id):
        discard(session, upload)
    moment = clock.now()
    wanted = sa.select(Asset).where(Asset.entry_id == entry_id, Asset.superseded_at.is_(None))
    for asset in session.scalars(wanted):
        if asset.state == AssetState.PLAYABLE:
            asset.probe = {**asset.probe, "frozen_at": moment.isoformat()}
        else:
            asset.superseded_at = moment
    session.flush()


def _start_over(asset: Asset) -> None:
    asset.attempts, asset.lease_until, asset.settled_at, asset.progress_bp = 0, None, None, 0
