"""What is loaded together with a screening."""

from __future__ import annotations

from sqlalchemy.orm import joinedload
from sqlalchemy.orm.interfaces import ORMOption

from portal.entries.models import Entry
from portal.programme.models import Hall, Package, PackageFilm, QASession, Screening


def for_the_desk() -> tuple[ORMOption, ...]:
    """Package with films in order, hall with venue, talk with guests."""
    return (
        joinedload(Screening.hall).joinedload(Hall.venue),
        joinedload(Screening.package).selectinload(Package.films).joinedload(PackageFilm.entry),
        joinedload(Screening.qa_session).selectinload(QASession.guests),
    )


def with_everything() -> tuple[ORMOption, ...]:
    """The same and each film's credits: what a release freezes."""
    films = joinedload(Screening.package).selectinload(Package.films).joinedload(PackageFilm.entry)
    return (*for_the_desk(), films.selectinload(Entry.credits))
