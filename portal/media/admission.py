"""Whether a file may still be given out: a ticket issued before a hold is no way around it."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import clock, db, policies
from portal.disclosure.consent.public_view import held, kept_back
from portal.media.models import Asset, EndedRight, Rendition, Slot
from portal.policies import Actor

_KEPT_BACK = sa.select(kept_back(Asset.entry_id)).where(Asset.id == sa.bindparam("asset"))
_ENDED = sa.exists().where(EndedRight.key == sa.bindparam("under"))
_HELD = sa.select(held(Asset.entry_id).label("held"), _ENDED.label("ended"), Asset.slot, Asset.uploaded_by_id).where(
    Asset.id == sa.bindparam("asset")
)


def open_to_all(session: Session, picture: Rendition) -> bool:
    """Whether everybody may see a picture now; no row of a kept-back film says so."""
    return session.scalar(_KEPT_BACK, {"asset": picture.asset_id}) is False


def open_to(session: Session, file: Rendition | Asset, viewer: Actor, *, under: str = "") -> bool:
    """Whether the holder of a ticket may see a file now: of a held film only who brought it and the desk.

    Once the right `under` which it was issued has ended, nobody sees anything by it.

    Consent papers never go out by ticket; see `entries.views.officers`.
    """
    asset_id = file.id if isinstance(file, Asset) else file.asset_id
    row = session.execute(_HELD, {"asset": asset_id, "under": under}).one()
    if row.slot == Slot.CONSENT or row.ended:
        return False
    return not row.held or sees_held(viewer, row.uploaded_by_id)


def end(session: Session, *rights: str) -> None:
    """End rights that tickets were issued under; ending one twice changes nothing."""
    rows = [{"key": one, "at": clock.now()} for one in rights]
    if rows:
        session.execute(db.insert(session, EndedRight).on_conflict_do_nothing(), rows)


def ended(session: Session, right: str) -> bool:
    """Whether a right has ended."""
    return session.get(EndedRight, right) is not None


def sees_held(viewer: Actor, uploaded_by_id: int | None) -> bool:
    """Whether somebody still sees the files of a held film: who brought them, and the desk that has to judge."""
    own = viewer.person_id is not None and viewer.person_id == uploaded_by_id
    return own or policies.enter_desk(viewer)
