"""Venues and halls."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit
from portal.calls.models import Edition
from portal.errors import Invalid
from portal.i18n import N_
from portal.policies import Actor
from portal.programme.models import Hall, Venue

Place = TypeVar("Place", Venue, Hall)


@dataclass(frozen=True, slots=True)
class VenueDraft:
    """What is asked about a venue."""

    name_ko: str
    name_en: str
    address_ko: str = ""
    address_en: str = ""


@dataclass(frozen=True, slots=True)
class HallDraft:
    """What is asked about a hall."""

    name_ko: str
    name_en: str
    seats: int
    accessible_seats: int = 0
    turnaround_min: int = 20


def add_venue(session: Session, edition: Edition, draft: VenueDraft, *, by: Actor) -> Venue:
    """Add a venue; the same name again is the same venue."""
    same = sa.select(Venue).where(Venue.edition_id == edition.id, Venue.name_ko == draft.name_ko)
    found = session.scalar(same.limit(1))
    if found is not None:
        return found
    venue = Venue(edition_id=edition.id, **asdict(draft))
    return _added(session, venue, "venue.added", draft, by)


def edit_venue(session: Session, venue: Venue, draft: VenueDraft, *, by: Actor) -> None:
    """Rename or readdress a venue."""
    _edit(session, venue, draft, "venue.edited", by)


def add_hall(session: Session, venue: Venue, draft: HallDraft, *, by: Actor) -> Hall:
    """Add a hall at the end; the same name again is the same hall. Raises Invalid."""
    _check_seats(draft)
    same = sa.select(Hall).where(Hall.venue_id == venue.id, Hall.name_ko == draft.name_ko)
    found = session.scalar(same.limit(1))
    if found is not None:
        return found
    count = session.scalar(sa.select(sa.func.count(Hall.id)).where(Hall.venue_id == venue.id)) or 0
    hall = Hall(venue_id=venue.id, position=count, **asdict(draft))
    return _added(session, hall, "hall.added", draft, by)


def edit_hall(session: Session, hall: Hall, draft: HallDraft, *, by: Actor) -> None:
    """Change a hall; screenings keep the seats they sell. Raises Invalid."""
    _check_seats(draft)
    _edit(session, hall, draft, "hall.edited", by)


def _check_seats(draft: HallDraft) -> None:
    if draft.accessible_seats > draft.seats:
        raise Invalid("accessible_seats", N_("A hall cannot have more wheelchair spaces than seats."))


def _added(session: Session, row: Place, verb: str, draft: Any, by: Actor) -> Place:
    session.add(row)
    session.flush()
    audit.record(session, by, verb, row, after=asdict(draft))
    return row


def _edit(session: Session, row: Place, draft: Any, verb: str, by: Actor) -> None:
    after = asdict(draft)
    before = {name: getattr(row, name) for name in after}
    if before == after:
        return
    for name, value in after.items():
        setattr(row, name, value)
    session.flush()
    audit.record(session, by, verb, row, before=before, after=after)
