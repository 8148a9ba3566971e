"""Films held against all others: what a worker takes, what it may read, and what it leaves on the row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal import audit, claims, clock
from portal.media import queries
from portal.media.models import Asset, Fingerprint, Likeness
from portal.media.pipeline import Job
from portal.media.prints import Alike, Prints
from portal.media.service.work import LEASE, held
from portal.policies import SYSTEM, Actor

_AT_A_TIME = 200


def claim_comparison(session: Session, asset_id: int) -> Job | None:
    """Takes a playable film to hold it against the others; after three tries it stays uncompared, on record."""
    asset = claims.claim(session, Asset, asset_id, *queries.COMPARABLE, lease=LEASE)
    if asset is None:
        return None
    if asset.attempts <= claims.MAX_ATTEMPTS:
        return Job(asset.id, asset.attempts, asset.slot, asset.storage_key or "")
    claims.settle(asset, error=asset.last_error)
    asset.compared_at = clock.now()
    audit.record(session, SYSTEM, "asset.uncompared", asset, reason=asset.last_error)
    return None


def prints_of(session: Session, asset_id: int) -> Prints:
    """The fingerprints of one film."""
    return next(_prints(session, Fingerprint.asset_id == asset_id))


def others(session: Session, asset_id: int) -> Iterator[Prints]:
    """The fingerprints of all films of other entries, of every edition, a few at a time."""
    entry = sa.select(Asset.entry_id).where(Asset.id == asset_id).scalar_subquery()
    return _prints(session, Asset.entry_id != entry)


def settle_comparison(session: Session, job: Job, found: Iterable[Alike]) -> None:
    """Writes down which films are alike; the same pair found from both sides is one."""
    asset = held(session, job)
    if asset is None:
        return
    claims.settle(asset)
    asset.attempts, asset.compared_at = 0, clock.now()
    for alike in found:
        _note(session, asset, alike)
    session.flush()


def dismiss_likeness(session: Session, likeness: Likeness, *, by: Actor) -> None:
    """Somebody looked: the two films may be as alike as they are."""
    if likeness.dismissed_at is not None:
        return
    likeness.dismissed_at = clock.now()
    audit.record(session, by, "likeness.dismiss", likeness)
    session.flush()


def _note(session: Session, asset: Asset, alike: Alike) -> None:
    later, earlier = max(asset.id, alike.other_id), min(asset.id, alike.other_id)
    shares = {"picture_bp": alike.picture_bp, "sound_bp": alike.sound_bp}
    pair = (Likeness.asset_id == later, Likeness.earlier_id == earlier)
    if session.scalar(sa.select(Likeness.id).where(*pair)) is not None:
        return
    try:
        with session.begin_nested():
            session.add(Likeness(asset_id=later, earlier_id=earlier, **shares))
    except IntegrityError:
        # The other film's worker found the same pair in the same moment, and has it on record.
        return
    audit.record(session, SYSTEM, "asset.alike", asset, other=alike.other_id, **shares)


def _prints(session: Session, *wanted: sa.ColumnElement[bool]) -> Iterator[Prints]:
    columns = (Fingerprint.asset_id, Fingerprint.picture, Fingerprint.sound)
    rows = sa.select(*columns).join(Asset, Asset.id == Fingerprint.asset_id).where(*wanted).order_by(Fingerprint.id)
    for row in session.execute(rows.execution_options(yield_per=_AT_A_TIME)):
        yield Prints(*row)
