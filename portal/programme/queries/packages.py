"""Packages with their films, venues with their halls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from portal.calls.models import Category, Gel
from portal.entries.models import Entry
from portal.i18n import pick
from portal.lifecycles import ScreeningState
from portal.programme.length import total_seconds
from portal.programme.models import Hall, Insert, Package, PackageFilm, Screening, Venue
from portal.programme.queries.readiness import announced


@dataclass(frozen=True, slots=True)
class PackageLine:
    """A package in a list."""

    id: int
    code: str
    title: str
    subtitle: str
    gel: Gel
    rating: int
    films: int
    seconds: int
    screenings: int
    expected: int


def film_sums() -> sa.Subquery:
    """The films of each package and their seconds."""
    return (
        sa.select(
            PackageFilm.package_id,
            sa.func.count(PackageFilm.id).label("films"),
            sa.func.sum(Entry.runtime_s).label("seconds"),
        )
        .join(Entry, Entry.id == PackageFilm.entry_id)
        .group_by(PackageFilm.package_id)
        .subquery("film_sums")
    )


def insert_sums() -> sa.Subquery:
    """The seconds of each package that are no film."""
    seconds = sa.func.sum(Insert.seconds).label("seconds")
    return sa.select(Insert.package_id, seconds).group_by(Insert.package_id).subquery("insert_sums")


def packages(session: Session, edition_id: int) -> list[PackageLine]:
    """Every package of an edition with its length and how often it is planned; one statement."""
    sums, between = film_sums(), insert_sums()
    shown = (
        sa.select(sa.func.count(Screening.id))
        .where(Screening.package_id == Package.id, Screening.state != ScreeningState.CANCELLED)
        .correlate(Package)
        .scalar_subquery()
    )
    columns = (Package.id, Package.code, Package.gel, Package.rating, Package.bumper_s, Package.expected)
    words = (Package.title_ko, Package.title_en, Package.subtitle_ko, Package.subtitle_en)
    query = (
        sa.select(*columns, *words, sums.c.films, sums.c.seconds, shown.label("shown"))
        .add_columns(between.c.seconds.label("between_s"))
        .outerjoin(sums, sums.c.package_id == Package.id)
        .outerjoin(between, between.c.package_id == Package.id)
        .where(Package.edition_id == edition_id)
        .order_by(Package.title_ko, Package.id)
    )
    return [_line(row) for row in session.execute(query)]


def _line(row: sa.Row[*tuple[Any, ...]]) -> PackageLine:
    count = row.films or 0
    return PackageLine(
        id=row.id,
        code=row.code,
        title=pick(row.title_ko, row.title_en),
        subtitle=pick(row.subtitle_ko, row.subtitle_en),
        gel=row.gel,
        rating=row.rating,
        films=count,
        seconds=int(row.seconds or 0) + total_seconds([0] * count, row.bumper_s, int(row.between_s or 0)),
        screenings=row.shown,
        expected=row.expected,
    )


def package_by_code(session: Session, code: str) -> Package | None:
    """A package with its films in order and what stands between them."""
    loaded = (selectinload(Package.films).joinedload(PackageFilm.entry), selectinload(Package.inserts))
    return session.scalar(sa.select(Package).where(Package.code == code).options(*loaded))


def selectable_films(session: Session, package: Package, limit: int = 300) -> Sequence[tuple[int, str, str, int, Gel]]:
    """Announced selections of the edition that are not in this package: id, titles, seconds, gel."""
    there = sa.exists().where(PackageFilm.package_id == package.id, PackageFilm.entry_id == Entry.id)
    query = (
        sa.select(Entry.id, Entry.title_ko, Entry.title_en, Entry.runtime_s, Category.gel)
        .join(Category, Category.id == Entry.category_id)
        .where(Entry.edition_id == package.edition_id, announced(), ~there)
        .order_by(Entry.title_ko, Entry.id)
        .limit(limit)
    )
    return session.execute(query).all()


def unpackaged_films(session: Session, edition_id: int, limit: int = 300) -> Sequence[tuple[int, str, str, int, Gel]]:
    """Announced selections of an edition that are in no package yet: id, titles, seconds, gel."""
    inside = sa.exists().where(PackageFilm.entry_id == Entry.id)
    query = (
        sa.select(Entry.id, Entry.title_ko, Entry.title_en, Entry.runtime_s, Category.gel)
        .join(Category, Category.id == Entry.category_id)
        .where(Entry.edition_id == edition_id, announced(), ~inside)
        .order_by(Entry.title_ko, Entry.id)
        .limit(limit)
    )
    return session.execute(query).all()


def entries_of(session: Session, edition_id: int, entry_ids: Sequence[int]) -> list[Entry]:
    """These entries of an edition in the order they are named; others are left out."""
    found = {
        entry.id: entry
        for entry in session.scalars(sa.select(Entry).where(Entry.id.in_(entry_ids), Entry.edition_id == edition_id))
    }
    return [found[one] for one in dict.fromkeys(entry_ids) if one in found]


def venues(session: Session, edition_id: int) -> Sequence[Venue]:
    """The venues of an edition with their halls."""
    query = sa.select(Venue).where(Venue.edition_id == edition_id).order_by(Venue.id)
    return session.scalars(query.options(selectinload(Venue.halls))).all()


def hall_choices(session: Session, edition_id: int) -> Sequence[Hall]:
    """The halls of an edition in their order, each with its venue."""
    query = (
        sa.select(Hall)
        .join(Hall.venue)
        .where(Venue.edition_id == edition_id)
        .order_by(Venue.id, Hall.position, Hall.id)
        .options(joinedload(Hall.venue))
    )
    return session.scalars(query).all()
