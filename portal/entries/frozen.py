"""Gathers what a receipt freezes from the entry's rows; pure: the rows come loaded."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from portal.disclosure.models import DisclosureRevision
from portal.entries import fields, queries
from portal.entries.models import Entry, Receipt
from portal.entries.queries import Known
from portal.entries.snapshot import File, HandedIn, Name
from portal.lifecycles import AssetState
from portal.media.models import Asset, Slot


def handed_in(
    entry: Entry, known: Known, receipt: Receipt, revision: DisclosureRevision, *, handed_in_at: datetime
) -> HandedIn:
    """Everything the receipt vouches for, as it is at this moment."""
    return HandedIn(
        receipt=receipt.number,
        entry=entry.number,
        call=entry.call.slug,
        category=entry.category.code,
        regulations=receipt.regulations_version,
        ai_rules=entry.rules_version or entry.category.rules_version,
        handed_in_at=handed_in_at,
        frozen_at=receipt.created_at,
        film_sha256=receipt.film_sha256,
        film_seconds=entry.runtime_s,
        texts=fields.texts_of(entry),
        rights={"music_cleared": entry.music_cleared, "fonts_cleared": entry.fonts_cleared},
        declarations=tuple(entry.declarations),
        credits=tuple(Name(one.role, one.native_name, one.latin_name) for one in known.credits),
        files=_files(known.assets),
        disclosure={"revision": revision.revision, "sha256": revision.digest, "body": json.loads(revision.body)},
    )


def _files(assets: Sequence[Asset]) -> tuple[File, ...]:
    ready = [one for one in assets if one.state == AssetState.PLAYABLE]
    pictures = [one for one in ready if one.slot != Slot.FILM and one.sha256 is not None]
    film = queries.film_of(ready)
    kept = [film, *pictures] if film is not None else pictures
    return tuple(File(one.slot, one.sha256 or "", one.size) for one in kept)
