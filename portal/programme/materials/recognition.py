"""What the portal has already: a film's files and its label, noticed as things the film owed.

The master is the film that was handed in, its original file with its SHA-256; a copy that travels otherwise is written
down beside it. Nobody knows the language of a subtitle file before reading it, so the newest one counts for every
language that is owed, and the desk accepts or refuses it. The label card is the newest declared revision while the
label is green, named by its digest.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import clock
from portal.disclosure.models import Disclosure, DisclosureRevision
from portal.lifecycles import AssetState, MaterialState, advance
from portal.media.models import Asset
from portal.policies import SYSTEM
from portal.programme.materials.dues import SLOTS
from portal.programme.materials.models import Material, MaterialKind
from portal.programme.queries.holding import unlabelled
from portal.programme.settling import packages_with, settle_ends

_M = MaterialState
_SLOT_OF = sa.case({kind: slot.value for kind, slot in SLOTS.items()}, value=Material.kind)


def _newest_file() -> sa.ScalarSelect[Any]:
    """The newest file that plays, or shows, in the slot of the thing."""
    wanted = sa.select(sa.func.max(Asset.id)).where(
        Asset.entry_id == Material.entry_id,
        Asset.slot == _SLOT_OF,
        Asset.state == AssetState.PLAYABLE,
        Asset.superseded_at.is_(None),
    )
    return wanted.correlate(Material).scalar_subquery()


def _declared() -> sa.ScalarSelect[Any]:
    """The digest of the newest declared revision of a film whose label is green."""
    wanted = (
        sa.select(DisclosureRevision.digest)
        .join(Disclosure, Disclosure.id == DisclosureRevision.disclosure_id)
        .where(Disclosure.entry_id == Material.entry_id, ~unlabelled(Disclosure.entry_id))
        .order_by(DisclosureRevision.revision.desc())
        .limit(1)
    )
    return wanted.correlate(Material).scalar_subquery()


_FILE, _DIGEST = _newest_file(), _declared()
_IS_CARD = Material.kind == MaterialKind.LABEL_CARD
_CHANGED = sa.or_(
    sa.and_(~_IS_CARD, _FILE.is_distinct_from(Material.asset_id)),
    sa.and_(_IS_CARD, sa.func.coalesce(_DIGEST, "") != Material.reference),
)


def waiting(session: Session, limit: int = 50) -> Sequence[int]:
    """Films whose files or label are others than their materials say; one statement."""
    wanted = sa.select(Material.entry_id).where(Material.state != _M.WAIVED, _CHANGED)
    return session.scalars(wanted.distinct().order_by(Material.entry_id).limit(limit)).all()


def recognise(session: Session, entry_id: int) -> None:
    """Bring a film's materials up to date with what the portal has. Twice is once.

    Another file than the one that was accepted has to be accepted anew; a film of another length moves the ends of its
    coming screenings.
    """
    wanted = (
        sa.select(Material, _FILE.label("file"), _DIGEST.label("digest"))
        .where(Material.entry_id == entry_id, Material.state != _M.WAIVED, _CHANGED)
        .order_by(Material.id)
        .with_for_update(of=Material)
    )
    for material, file, digest in session.execute(wanted.execution_options(populate_existing=True)).all():
        another_film = material.kind == MaterialKind.MASTER and None not in (material.asset_id, file)
        if material.kind == MaterialKind.LABEL_CARD:
            material.reference = digest or ""
        else:
            material.asset_id = file
        _move(session, material, here=bool(material.asset_id or material.reference))
        if another_film:
            for package in packages_with(session, [entry_id]):
                settle_ends(session, package)
    session.flush()


def _move(session: Session, material: Material, *, here: bool) -> None:
    if here:
        material.received_at, material.reason = clock.now(), ""
        advance(session, material, _M.RECEIVED, by=SYSTEM, kind=material.kind)
    elif material.state in (_M.RECEIVED, _M.ACCEPTED):
        material.received_at = None
        advance(session, material, _M.AWAITED, by=SYSTEM, kind=material.kind)
