"""What is loaded together with a screening."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.interfaces import ORMOption

from portal.entries.models import Entry
from portal.programme.materials.models import Feature
from portal.programme.models import Hall, Package, PackageFilm, QASession, Screening


def for_the_desk() -> tuple[ORMOption, ...]:
    """Package with films in order, hall with venue, talk with guests."""
    return (
        joinedload(Screening.hall).joinedload(Hall.venue),
        joinedload(Screening.package).selectinload(Package.films).joinedload(PackageFilm.entry),
        joinedload(Screening.qa_session).selectinload(QASession.guests),
    )


def with_everything() -> tuple[ORMOption, ...]:
    """The same, each film's credits and the breaks between them: what a release freezes, with `features_of`."""
    package = joinedload(Screening.package)
    films = package.selectinload(Package.films).joinedload(PackageFilm.entry)
    return (*for_the_desk(), films.selectinload(Entry.credits), package.selectinload(Package.inserts))


def features_of(session: Session, screenings: Iterable[Screening]) -> dict[int, Feature]:
    """What the programme says of each of these screenings' films, by entry; one statement."""
    entries = {place.entry_id for one in screenings for place in one.package.films}
    found = session.scalars(sa.select(Feature).where(Feature.entry_id.in_(entries)))
    return {feature.entry_id: feature for feature in found}


def all_screenings(session: Session, edition_id: int) -> Sequence[Screening]:
    """Every screening of the plan by time, loaded for the desk."""
    query = sa.select(Screening).where(Screening.edition_id == edition_id).order_by(Screening.starts_at, Screening.id)
    return session.scalars(query.options(*for_the_desk())).unique().all()
