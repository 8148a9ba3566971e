"""A new cut takes the place of the film that was handed in; the earlier one is kept."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, clock
from portal.lifecycles import AssetState
from portal.media.models import Asset, Slot
from portal.policies import Actor


def put_in_place(session: Session, cut: Asset, *, by: Actor) -> None:
    """Makes a playable new cut the entry's film, held like everything that was handed in."""
    moment = clock.now()
    wanted = sa.select(Asset).where(
        Asset.entry_id == cut.entry_id, Asset.slot == Slot.FILM, Asset.superseded_at.is_(None)
    )
    earlier = session.scalars(wanted.with_for_update()).all()
    for film in earlier:
        film.superseded_at = moment
    cut.slot, cut.frozen_at = Slot.FILM, moment
    audit.record(session, by, "asset.in_place", cut, earlier=[film.code for film in earlier if _plays(film)])
    session.flush()


def _plays(film: Asset) -> bool:
    return film.state == AssetState.PLAYABLE
