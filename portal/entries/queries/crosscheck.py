"""What an entry's disclosure is held against: its film and its clips, and which entries wait for it."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.disclosure.crosscheck import queries as crosscheck_queries
from portal.disclosure.crosscheck.file_facts import FileFacts, facts_of
from portal.disclosure.crosscheck.models import CrossCheck
from portal.disclosure.models import Disclosure, DisclosureRevision
from portal.lifecycles import AssetState
from portal.media import queries as media
from portal.media.models import Asset, Slot

CHECKED = (Slot.FILM, Slot.EVIDENCE)
_READY = (Asset.slot.in_(CHECKED), Asset.state == AssetState.PLAYABLE)


def examined_files(session: Session, entry_id: int) -> list[Asset]:
    """The film that counts and the clips, as far as somebody has looked where they come from; the film first."""
    held = media.living(session, entry_id, *CHECKED)
    film = media.by_slot(one for one in held if one.slot == Slot.FILM)[Slot.FILM].get(entry_id)
    files = [*([film] if film else []), *(one for one in held if one.slot == Slot.EVIDENCE)]
    return [one for one in files if one.state == AssetState.PLAYABLE and "provenance" in one.probe]


def file_facts(asset: Asset) -> FileFacts:
    """What is known of one of them."""
    clip = asset.slot == Slot.EVIDENCE
    probed = asset.probe.get("provenance") or {}
    return facts_of(asset.id, asset.file_name, clip=clip, made_with=asset.made_with, probed=probed)


def needs_review(session: Session, entry_id: int) -> bool:
    """Whether something grave about the entry waits for the office."""
    return bool(session.scalar(sa.select(crosscheck_queries.needs_review(entry_id))))


def to_crosscheck(session: Session, limit: int = 500) -> Sequence[int]:
    """Entries whose files or disclosure changed since they were last compared: what the sweep rings for."""
    seen = CrossCheck.seen_until
    revised = sa.select(sa.func.max(DisclosureRevision.created_at)).where(
        DisclosureRevision.disclosure_id == Disclosure.id
    )
    changed = sa.or_(
        seen.is_(None),
        Asset.settled_at > seen,
        Asset.superseded_at > seen,
        Disclosure.updated_at > seen,
        revised.scalar_subquery() > seen,
    )
    wanted = (
        sa.select(Asset.entry_id)
        .join(Disclosure, Disclosure.entry_id == Asset.entry_id)
        .outerjoin(CrossCheck, CrossCheck.entry_id == Asset.entry_id)
        .where(*_READY, changed)
        .distinct()
        .order_by(Asset.entry_id)
    )
    return session.scalars(wanted.limit(limit)).all()
