"""The AI labels of an edition for its catalogue: a row for each film, those of an omnibus one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portal.disclosure.crosscheck.queries import verified_clips
from portal.disclosure.exports.shapes import PARTS_HEADER, flags, part_rows
from portal.disclosure.models import Disclosure, DisclosureRevision
from portal.disclosure.publication import Publication, of_revision
from portal.entries.models import Entry
from portal.lifecycles import EntryState

HEADER = ("number", "title_ko", "title_en", "film", *PARTS_HEADER, "label_ko", "label_en", "yt_altered")


def label_rows(session: Session, edition_id: int) -> Sequence[Sequence[Any]]:
    """The label of every eligible entry, as it was handed in last."""
    each = aliased(DisclosureRevision)
    last = sa.select(sa.func.max(each.revision)).where(each.disclosure_id == Disclosure.id).scalar_subquery()
    revision = (DisclosureRevision.revision, DisclosureRevision.body, DisclosureRevision.digest)
    clips = verified_clips(Entry.id).label("verified_clips")
    wanted = (
        sa.select(Entry.number, Entry.title_ko, Entry.title_en, *revision, DisclosureRevision.created_at, clips)
        .join(Disclosure, Disclosure.entry_id == Entry.id)
        .join(DisclosureRevision, DisclosureRevision.disclosure_id == Disclosure.id)
        .where(
            Entry.edition_id == edition_id,
            Entry.state == EntryState.ELIGIBLE,
            DisclosureRevision.revision == last,
        )
        .order_by(Entry.number)
    )
    return [row for entry in session.execute(wanted) for row in _rows(entry, of_revision(entry))]


def _rows(entry: Any, published: Publication) -> Iterator[list[Any]]:
    words = [published.label_in(language).text for language in ("ko", "en")]
    altered = flags(published.figures)["yt_altered"]
    for place, row in enumerate(part_rows(published.ledger, published.figures), start=1):
        yield [entry.number, entry.title_ko, entry.title_en, place, *row, *words, altered]
