"""What follows when a film, its rating or what stands around it changes: ratings of packages, ends of screenings.

Whoever puts a film into a package holds the film's feature; whoever changes a feature holds it too and settles every
package it is in. So neither misses the other, and everybody takes features first, by id, and packages after them.
"""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from portal.entries.models import Entry
from portal.lifecycles import ScreeningState
from portal.programme.length import films_end, total_seconds
from portal.programme.materials.models import Feature
from portal.programme.models import Insert, Package, PackageFilm, Screening

COMING = (
    ScreeningState.PLANNED,
    ScreeningState.CONFIRMED,
    ScreeningState.RELEASED,
    ScreeningState.BOOKING,
    ScreeningState.CLOSED,
)


def locked(session: Session, package: Package) -> None:
    """Wait for whoever changes the package now, and see what they left: its films in order and its inserts."""
    session.flush()
    whole = (selectinload(Package.films), selectinload(Package.inserts))
    held = sa.select(Package).where(Package.id == package.id).with_for_update().options(*whole)
    session.scalars(held.execution_options(populate_existing=True)).one()
    # in a second step, so that what a caller has loaded of the films stays loaded
    inside = sa.select(PackageFilm).where(PackageFilm.package_id == package.id)
    session.scalars(inside.options(joinedload(PackageFilm.entry))).all()


def length_of(session: Session, package: Package) -> int:
    """Seconds of a package, from the database."""
    runtimes = session.scalars(
        sa.select(Entry.runtime_s).join(PackageFilm).where(PackageFilm.package_id == package.id)
    ).all()
    inserts = session.scalar(sa.select(sa.func.sum(Insert.seconds)).where(Insert.package_id == package.id))
    return total_seconds(runtimes, package.bumper_s, inserts or 0)


def settle_ends(session: Session, package: Package) -> None:
    """The ends of a package's coming screenings, after its length changed."""
    seconds = length_of(session, package)
    coming = sa.select(Screening).where(Screening.package_id == package.id, Screening.state.in_(COMING))
    for screening in session.scalars(coming):
        screening.ends_at = films_end(screening.starts_at, seconds)
    session.flush()


def strictest(session: Session, package: Package) -> int:
    """The rating of a package: the strictest of what was asked for and of every film in it."""
    rated = (
        sa.select(sa.func.max(Feature.rating))
        .join(PackageFilm, PackageFilm.entry_id == Feature.entry_id)
        .where(PackageFilm.package_id == package.id)
    )
    return max(package.least_rating, session.scalar(rated) or 0)


def settle_rating(session: Session, package: Package) -> None:
    """Bring a package's rating up to date; the caller holds what it changed."""
    rating = strictest(session, package)
    if package.rating != rating:
        package.rating = rating
        session.flush()


def packages_with(session: Session, entry_ids: Collection[int]) -> list[Package]:
    """The packages these films are in, held until the transaction ends."""
    inside = sa.select(PackageFilm.package_id).where(PackageFilm.entry_id.in_(entry_ids))
    wanted = sa.select(Package).where(Package.id.in_(inside)).order_by(Package.id).with_for_update()
    found = list(session.scalars(wanted))
    for package in found:
        session.refresh(package, attribute_names=_COLUMNS)
    return found


_COLUMNS = [column.key for column in sa.inspect(Package).column_attrs]
