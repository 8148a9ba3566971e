"""Whether a file may still be given out: a ticket issued before a hold is no way around it."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import policies
from portal.disclosure.consent.public_view import held, kept_back
from portal.media.models import Asset, Rendition, Slot
from portal.policies import Actor

_KEPT_BACK = sa.select(kept_back(Asset.entry_id)).where(Asset.id == sa.bindparam("asset"))
_HELD = sa.select(held(Asset.entry_id).label("held"), Asset.slot, Asset.uploaded_by_id).where(
    Asset.id == sa.bindparam("asset")
)


def open_to_all(session: Session, picture: Rendition) -> bool:
    """Whether everybody may see a picture now; no row of a kept-back film says so."""
    return session.scalar(_KEPT_BACK, {"asset": picture.asset_id}) is False


def open_to(session: Session, file: Rendition | Asset, viewer: Actor) -> bool:
    """Whether the holder of a ticket may see a file now: of a held film only who brought it and the desk.

    Consent papers never go out by ticket; see `entries.views.officers`.
    """
    asset_id = file.id if isinstance(file, Asset) else file.asset_id
    row = session.execute(_HELD, {"asset": asset_id}).one()
    if row.slot == Slot.CONSENT:
        return False
    return not row.held or sees_held(viewer, row.uploaded_by_id)


def sees_held(viewer: Actor, uploaded_by_id: int | None) -> bool:
    """Whether somebody still sees the files of a held film: who brought them, and the desk that has to judge."""
    own = viewer.person_id is not None and viewer.person_id == uploaded_by_id
    return own or policies.enter_desk(viewer)
