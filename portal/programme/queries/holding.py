"""What keeps a film out of the programme that anybody may read: its consents, and its label."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from portal.disclosure.consent.public_view import kept_back
from portal.disclosure.models import Disclosure
from portal.lifecycles import AssetState, DisclosureState
from portal.media.models import Asset, Slot

# Declared, and nobody waits for another answer.
GREEN = (DisclosureState.SUBMITTED, DisclosureState.CORRECTED, DisclosureState.ACCEPTED)


def shown_film(entry_id: Any) -> sa.ColumnElement[bool]:
    """Whether an asset is the film of this entry that is shown: the one that plays and that nothing replaced."""
    return sa.and_(
        Asset.entry_id == entry_id,
        Asset.slot == Slot.FILM,
        Asset.state == AssetState.PLAYABLE,
        Asset.superseded_at.is_(None),
    )


def unlabelled(entry_id: Any) -> sa.ColumnElement[bool]:
    """Whether the label of the entry is not green: nothing handed in, a question open, or signed for another film.

    One disclosure holds every film of an omnibus, so that the label of each part is green or none is.
    """
    another = sa.exists().where(shown_film(Disclosure.entry_id), Asset.sha256 != Disclosure.film_sha256)
    signed = (Disclosure.attested_at.is_not(None), Disclosure.film_sha256.is_not(None), ~another)
    return ~sa.exists().where(Disclosure.entry_id == entry_id, Disclosure.state.in_(GREEN), *signed)


def not_public(entry_id: Any) -> sa.ColumnElement[bool]:
    """Whether no programme may name the film now."""
    return sa.or_(kept_back(entry_id), unlabelled(entry_id))
