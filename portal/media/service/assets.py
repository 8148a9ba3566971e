"""What people decide about files that have arrived."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from portal import audit, clock, db, doorbell, i18n
from portal.db import UtcDateTime
from portal.errors import Invalid, Stale
from portal.i18n import N_
from portal.lifecycles import AssetState, advance
from portal.media import queries
from portal.media.findings import SENTENCES, Finding
from portal.media.inspection import Facts
from portal.media.models import Asset, Upload
from portal.media.service.uploads import discard
from portal.media.service.work import fits, judge_again
from portal.policies import Actor


def hold(session: Session, asset: Asset) -> None:
    """Waits for the worker that settles this file now and sees what it left: nobody's change is refused for that."""
    db.hold(session, asset, key_share=True)  # as in `held`


def override(session: Session, asset: Asset, *, reason: str, by: Actor) -> None:
    """Takes a film in spite of its category's rule; the findings stay to be seen, the reason is on record."""
    if not reason.strip():
        raise Invalid("reason", N_("Say why this file is taken all the same."))
    hold(session, asset)
    if queries.film_of(asset) is None:
        raise Invalid("file", N_("This file can't be played at all, so it can't be taken."))
    asset.probe = {**asset.probe, "overridden": True}
    _start_over(asset)
    advance(session, asset, AssetState.TRANSCODING, by=by, reason=reason)
    doorbell.after_commit(session, "media.transcode", asset.id)
    session.flush()


def mark_credits(session: Session, asset: Asset, begin_ms: int | None, *, by: Actor) -> None:
    """Notes where the closing credits begin, None for nowhere; the verdict follows from what is known already.

    A film that only now fits its category goes on to its review copy. Raises Invalid for a moment outside the film, and
    for a mark with which a film that was taken would no longer fit.
    """
    hold(session, asset)
    before, asset.credits_from_ms = asset.credits_from_ms, begin_ms
    if before == begin_ms:
        return
    if facts := queries.facts_of(asset):
        _require_within(begin_ms, facts)
        _judge_after_mark(session, asset, judge_again(asset), by=by)
    audit.record(session, by, "asset.credits", asset, before=before, after=begin_ms)
    session.flush()


def _require_within(begin_ms: int | None, facts: Facts) -> None:
    if begin_ms is not None and not 0 < begin_ms <= facts.film.seconds * 1000:
        length = i18n.duration(facts.film.seconds)
        raise Invalid("credits", N_("The film runs {length}. Name a moment within it."), length=length)


def _judge_after_mark(session: Session, asset: Asset, findings: list[Finding], *, by: Actor) -> None:
    if asset.state == AssetState.REFUSED and fits(findings):
        _start_over(asset)
        advance(session, asset, AssetState.TRANSCODING, by=by, reason="credits")
        doorbell.after_commit(session, "media.transcode", asset.id)
    elif asset.state != AssetState.REFUSED and not fits(findings) and not asset.probe.get("overridden"):
        reason = findings[0]
        raise Invalid("credits", SENTENCES[reason.code], **reason.shown)


def examine_again(session: Session, asset: Asset, *, by: Actor) -> None:
    """Gives a refused file three more tries, after whatever stopped it was put right."""
    hold(session, asset)
    _start_over(asset)
    advance(session, asset, AssetState.PROBING, by=by)
    doorbell.after_commit(session, "probe.asset", asset.id)
    session.flush()


def remove(session: Session, asset: Asset, *, by: Actor) -> None:
    """Takes a file out of its entry; what a receipt froze of it stays."""
    hold(session, asset)
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
