"""What the page of a screening says beyond its published version: labels, subtitles, guests, wheelchair spaces."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.disclosure import queries as disclosures
from portal.disclosure.label import CardLabel
from portal.disclosure.models import Disclosure
from portal.entries.models import Credit, CreditRole, Entry
from portal.lifecycles import MaterialState
from portal.programme.materials.models import Material, MaterialKind
from portal.programme.models import Guest, GuestRole, Hall, QASession, Venue


@dataclass(frozen=True, slots=True)
class Billed:
    """A film beside its rating and notes; `subtitles` are those the hall has accepted."""

    label: CardLabel | None
    korean_subtitles: bool
    english_subtitles: bool


@dataclass(frozen=True, slots=True)
class Part:
    """Whose film a guest comes for, and as what; `role` is None for somebody its credits do not name."""

    film: str
    role: CreditRole | None


def billed(session: Session, numbers: Collection[str]) -> dict[str, Billed]:
    """What is told of these films, by number; one statement. The caller names only films that may be public."""
    if not numbers:
        return {}
    query = (
        sa.select(
            Entry.number,
            *disclosures.CARD_COLUMNS,
            _accepted(MaterialKind.SUBTITLES_KO).label("korean"),
            _accepted(MaterialKind.SUBTITLES_EN).label("english"),
        )
        .outerjoin(Disclosure, Disclosure.entry_id == Entry.id)
        .where(Entry.number.in_(numbers))
    )
    return {
        row.number: Billed(disclosures.card(row), bool(row.korean), bool(row.english)) for row in session.execute(query)
    }


def _accepted(kind: MaterialKind) -> sa.Exists:
    there = (Material.kind == kind, Material.state == MaterialState.ACCEPTED)
    return sa.exists().where(Material.entry_id == Entry.id, *there)


def parts_of_guests(session: Session, screening_id: int) -> dict[str, Part]:
    """The parts of a talk's guests by their names; one statement. Whether somebody comes is the version's to say."""
    named = sa.or_(Credit.native_name == Guest.name, Credit.latin_name == Guest.name)
    query = (
        sa.select(Guest.name, Entry.number, Credit.role)
        .join(QASession, QASession.id == Guest.qa_session_id)
        .join(Entry, Entry.id == Guest.entry_id)
        .outerjoin(Credit, sa.and_(Credit.entry_id == Entry.id, named))
        .where(QASession.screening_id == screening_id, Guest.role == GuestRole.GUEST)
        .order_by(Guest.id, Credit.position)
    )
    found: dict[str, Part] = {}
    for name, number, role in session.execute(query):
        found.setdefault(name, Part(number, role))
    return found


def wheelchair_spaces(session: Session, edition_id: int, place: str) -> int:
    """The wheelchair spaces of the hall that a version names (`Showing.place`); one statement."""
    query = (
        sa.select(Hall.accessible_seats)
        .join(Venue, Venue.id == Hall.venue_id)
        .where(Venue.edition_id == edition_id, Venue.name_ko + " " + Hall.name_ko == place)
    )
    return session.scalar(query.order_by(Hall.id).limit(1)) or 0
