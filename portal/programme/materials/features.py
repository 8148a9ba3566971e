"""Films as they are programmed: their rating and notes, and the lock on the copy that is shown."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, clock, db
from portal.entries.models import Entry
from portal.entries.service.locking import locked as entry_locked
from portal.errors import Invalid, Stale
from portal.i18n import N_
from portal.media.models import Asset
from portal.policies import Actor
from portal.programme.materials.models import Feature
from portal.programme.queries.holding import shown_film
from portal.programme.settling import packages_with, settle_rating

RATINGS = (0, 12, 15, 19)


def held(session: Session, entry_ids: Collection[int]) -> list[Feature]:
    """The features of these films, made on first use and kept from everybody else until the transaction ends."""
    if not entry_ids:
        return []
    rows = [{"entry_id": one, "rating": 0, "notes_ko": "", "notes_en": "", "rev": 1} for one in sorted(set(entry_ids))]
    first = db.insert(session, Feature).values(rows)
    session.execute(first.on_conflict_do_nothing(index_elements=["entry_id"]))
    wanted = sa.select(Feature).where(Feature.entry_id.in_(entry_ids)).order_by(Feature.entry_id)
    return list(session.scalars(wanted.with_for_update().execution_options(populate_existing=True)))


def rate(
    session: Session, feature: Feature, rating: int, *, notes_ko: str = "", notes_en: str = "", rev: int, by: Actor
) -> None:
    """Give a film its rating and content notes; every package it is in follows. Raises Invalid, Stale."""
    if rating not in RATINGS:
        raise Invalid("rating", N_("Choose one of the ratings."))
    [feature] = held(session, [feature.entry_id])
    after = {"rating": rating, "notes_ko": notes_ko, "notes_en": notes_en}
    before = {name: getattr(feature, name) for name in after}
    if before == after:
        return
    if feature.rev != rev:
        raise Stale
    feature.rating, feature.notes_ko, feature.notes_en = rating, notes_ko, notes_en
    session.flush()
    audit.record(session, by, "feature.rated", feature, before=before, after=after, entry=feature.entry_id)
    for package in packages_with(session, [feature.entry_id]):
        settle_rating(session, package)


def copy_of(session: Session, entry_id: int) -> Asset | None:
    """The copy a hall would show now."""
    wanted = sa.select(Asset).where(shown_film(entry_id)).order_by(Asset.id.desc()).limit(1)
    return session.scalar(wanted.execution_options(populate_existing=True))


def lock_copy(session: Session, entry: Entry, sha256: str, *, by: Actor) -> None:
    """From now on this very copy is the one that is shown, and no new cut takes its place; twice is once.

    Raises Stale when the film is another one than the person saw, Invalid while there is none.
    """
    entry_locked(session, entry)
    feature, copy = held(session, [entry.id])[0], copy_of(session, entry.id)
    if copy is None:
        raise Invalid("copy", N_("There is no playable film here to lock."))
    if copy.sha256 != sha256:
        raise Stale
    if feature.locked_sha256 == sha256:
        return
    moment = clock.now()
    feature.locked_sha256, feature.locked_at, feature.locked_by_id = sha256, moment, by.person_id
    entry.copy_locked_at = moment
    session.flush()
    audit.record(session, by, "feature.locked", feature, entry=entry.id, sha256=sha256)


def unlock_copy(session: Session, entry: Entry, *, by: Actor) -> None:
    """Let the makers ask for a new cut again; twice is once."""
    entry_locked(session, entry)
    [feature] = held(session, [entry.id])
    if feature.locked_at is None:
        return
    before = feature.locked_sha256
    feature.locked_sha256 = feature.locked_at = feature.locked_by_id = None
    entry.copy_locked_at = None
    session.flush()
    audit.record(session, by, "feature.unlocked", feature, entry=entry.id, sha256=before)
