"""Packages: their titles and their films in order. A change of length moves the end of every coming screening."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit
from portal.calls.models import Edition, Gel
from portal.entries.models import Entry
from portal.errors import Invalid, Stale
from portal.i18n import N_
from portal.lifecycles import ScreeningState
from portal.policies import Actor
from portal.programme.length import films_end, total_seconds
from portal.programme.models import Package, PackageFilm, Screening
from portal.programme.queries.readiness import BLOCKING, gap_text, gaps

_COMING = (ScreeningState.PLANNED, ScreeningState.CONFIRMED, ScreeningState.RELEASED, ScreeningState.BOOKING)


@dataclass(frozen=True, slots=True)
class PackageDraft:
    """What is asked about a package; `bumper_s` stands before each film."""

    title_ko: str
    title_en: str
    subtitle_ko: str = ""
    subtitle_en: str = ""
    gel: Gel = Gel.AI
    rating: int = 0
    bumper_s: int = 60


def create_package(session: Session, edition: Edition, draft: PackageDraft, *, by: Actor) -> Package:
    """A new, empty package; the same Korean title again is the same package."""
    same = sa.select(Package).where(Package.edition_id == edition.id, Package.title_ko == draft.title_ko)
    found = session.scalar(same.limit(1))
    if found is not None:
        return found
    package = Package(edition_id=edition.id, **asdict(draft))
    session.add(package)
    session.flush()
    audit.record(session, by, "package.created", package, after=asdict(draft))
    return package


def edit_package(session: Session, package: Package, draft: PackageDraft, *, rev: int, by: Actor) -> None:
    """Change titles, rating or bumpers; raises Stale when somebody else was first."""
    _expect(package, rev)
    after = asdict(draft)
    before = {name: getattr(package, name) for name in after}
    if before == after:
        return
    for name, value in after.items():
        setattr(package, name, value)
    session.flush()
    audit.record(session, by, "package.edited", package, before=before, after=after)
    _settle_ends(session, package)


def add_film(session: Session, package: Package, entry: Entry, *, by: Actor) -> None:
    """Put a film at the end of a package; raises Invalid while the film may not be public. Twice is once."""
    if any(film.entry_id == entry.id for film in package.films):
        return
    if entry.edition_id != package.edition_id:
        raise Invalid("entry", N_("This film belongs to another edition."))
    open_gaps = [gap for gap in gaps(session, [entry.id])[entry.id] if gap in BLOCKING]
    if open_gaps:
        raise Invalid("entry", N_("This film is not ready: {reason}"), reason=gap_text(open_gaps[0]))
    package.films.append(PackageFilm(entry=entry, position=len(package.films)))
    _films_changed(session, package, "package.film_added", entry.id, by)


def remove_film(session: Session, package: Package, entry_id: int, *, rev: int, by: Actor) -> None:
    """Take a film out and close the gap; raises Stale."""
    _expect(package, rev)
    package.films[:] = [film for film in package.films if film.entry_id != entry_id]
    _films_changed(session, package, "package.film_removed", entry_id, by)


def shift_film(session: Session, package: Package, entry_id: int, *, by_places: int, rev: int, by: Actor) -> None:
    """Move a film up (-1) or down (+1) in the order; raises Stale."""
    _expect(package, rev)
    order = sorted(package.films, key=lambda film: film.position)
    at = next((n for n, film in enumerate(order) if film.entry_id == entry_id), None)
    to = None if at is None else at + by_places
    if at is None or to is None or not 0 <= to < len(order):
        return
    order.insert(to, order.pop(at))
    package.films[:] = order
    _films_changed(session, package, "package.reordered", entry_id, by)


def _expect(package: Package, rev: int) -> None:
    if package.rev != rev:
        raise Stale


def _films_changed(session: Session, package: Package, verb: str, entry_id: int, by: Actor) -> None:
    for position, film in enumerate(package.films):
        film.position = position
    # the order lives in other rows: the package's own revision has to say that somebody changed it
    sa.orm.attributes.flag_modified(package, "bumper_s")
    session.flush()
    order = [film.entry_id for film in package.films]
    audit.record(session, by, verb, package, entry=entry_id, order=order)
    _settle_ends(session, package)


def length_of(session: Session, package: Package) -> int:
    """Seconds of a package, from the database."""
    runtimes = session.scalars(
        sa.select(Entry.runtime_s).join(PackageFilm).where(PackageFilm.package_id == package.id)
    ).all()
    return total_seconds(runtimes, package.bumper_s)


def _settle_ends(session: Session, package: Package) -> None:
    seconds = length_of(session, package)
    coming = sa.select(Screening).where(Screening.package_id == package.id, Screening.state.in_(_COMING))
    for screening in session.scalars(coming):
        screening.ends_at = films_end(screening.starts_at, seconds)
    session.flush()
