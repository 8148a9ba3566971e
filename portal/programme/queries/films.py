"""What a programmer has to know of each film of a package: its rating, its label, its parts, its copy's length."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.disclosure import films as parts
from portal.disclosure import queries as disclosures
from portal.disclosure.label import CardLabel, PublicLabel
from portal.disclosure.models import Disclosure, DisclosureRevision
from portal.disclosure.publication import of_revision
from portal.entries.models import Entry
from portal.media.models import Asset
from portal.programme.materials.models import Feature
from portal.programme.queries.holding import shown_film


@dataclass(frozen=True, slots=True)
class Part:
    """A film of an omnibus inside its one entry; `label` is None before anything was declared."""

    title: str
    directors: str
    label: PublicLabel | None


@dataclass(frozen=True, slots=True)
class FilmFacts:
    """A film as the desk sees it; `parts` is empty for a film alone, `measured_s` None while none plays."""

    rating: int
    label: CardLabel | None
    parts: tuple[Part, ...]
    measured_s: int | None


def film_facts(session: Session, entry_ids: Collection[int]) -> dict[int, FilmFacts]:
    """The facts of these films, by entry; two statements at most."""
    if not entry_ids:
        return {}
    length = sa.select(sa.func.max(Asset.duration_ms)).where(shown_film(Entry.id)).correlate(Entry).scalar_subquery()
    columns = (Entry.id, Feature.rating, Disclosure.id.label("disclosure_id"), Disclosure.ledger)
    query = (
        sa.select(*columns, *disclosures.CARD_COLUMNS, length.label("duration_ms"))
        .outerjoin(Feature, Feature.entry_id == Entry.id)
        .outerjoin(Disclosure, Disclosure.entry_id == Entry.id)
        .where(Entry.id.in_(entry_ids))
    )
    found = session.execute(query).all()
    heads = {row.disclosure_id: parts.heads(row.ledger) for row in found if row.ledger}
    labels = _part_labels(session, [one for one, listed in heads.items() if listed])
    return {row.id: _facts(row, heads.get(row.disclosure_id, []), labels.get(row.disclosure_id, {})) for row in found}


def _facts(
    row: sa.Row[*tuple[Any, ...]], heads: Collection[parts.Head], labels: Mapping[str, PublicLabel]
) -> FilmFacts:
    listed = tuple(Part(head.shown, ", ".join(head.directors), labels.get(head.shown)) for head in heads)
    measured = None if row.duration_ms is None else round(row.duration_ms / 1000)
    return FilmFacts(row.rating or 0, disclosures.card(row), listed, measured)


def _part_labels(session: Session, disclosure_ids: Collection[int]) -> dict[int, dict[str, PublicLabel]]:
    """The labels of the films of each omnibus by their titles, from what was declared last."""
    if not disclosure_ids:
        return {}
    newest = (
        sa.select(sa.func.max(DisclosureRevision.id))
        .where(DisclosureRevision.disclosure_id.in_(disclosure_ids))
        .group_by(DisclosureRevision.disclosure_id)
    )
    columns = (DisclosureRevision.disclosure_id, DisclosureRevision.revision, DisclosureRevision.body)
    rows = session.execute(
        sa.select(
            *columns, DisclosureRevision.digest, DisclosureRevision.created_at, sa.literal(0).label("verified_clips")
        ).where(DisclosureRevision.id.in_(newest))
    )
    return {row.disclosure_id: {part.title: part.label for part in of_revision(row).label.parts} for row in rows}
