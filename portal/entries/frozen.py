"""Gathers what a receipt freezes from the entry's rows."""

from __future__ import annotations

import json
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.disclosure.models import DisclosureRevision
from portal.entries import fields, queries
from portal.entries.models import Credit, Entry, Receipt
from portal.entries.snapshot import File, HandedIn, Name
from portal.lifecycles import AssetState
from portal.media.models import Slot


def handed_in(
    session: Session, entry: Entry, receipt: Receipt, revision: DisclosureRevision, *, handed_in_at: datetime
) -> HandedIn:
    """Everything the receipt vouches for, as it is at this moment."""
    return HandedIn(
        receipt=receipt.number,
        entry=entry.number,
        call=entry.call.slug,
        category=entry.category.code,
        regulations=receipt.regulations_version,
        handed_in_at=handed_in_at,
        frozen_at=receipt.created_at,
        film_sha256=receipt.film_sha256,
        film_seconds=entry.runtime_s,
        texts=fields.texts_of(entry),
        rights={"music_cleared": entry.music_cleared, "fonts_cleared": entry.fonts_cleared},
        declarations=tuple(entry.declarations),
        credits=_credits(session, entry.id),
        files=_files(session, entry.id),
        disclosure={"revision": revision.revision, "sha256": revision.digest, "body": json.loads(revision.body)},
    )


def _credits(session: Session, entry_id: int) -> tuple[Name, ...]:
    wanted = sa.select(Credit).where(Credit.entry_id == entry_id).order_by(Credit.position)
    return tuple(Name(one.role, one.native_name, one.latin_name) for one in session.scalars(wanted))


def _files(session: Session, entry_id: int) -> tuple[File, ...]:
    ready = [one for one in queries.living_assets(session, entry_id) if one.state == AssetState.PLAYABLE]
    pictures = [one for one in ready if one.slot != Slot.FILM and one.sha256 is not None]
    film = queries.film_of(ready)
    kept = [film, *pictures] if film is not None else pictures
    return tuple(File(one.slot, one.sha256 or "", one.size) for one in kept)
