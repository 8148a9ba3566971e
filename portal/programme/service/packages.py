"""Packages: their titles, their films in order and what stands between them.

A change of length moves the end of every coming screening, a change of films the rating.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, db
from portal.calls.models import Edition, Gel
from portal.entries.models import Entry
from portal.errors import Invalid, Stale
from portal.i18n import N_, pick
from portal.policies import Actor
from portal.programme import running_order
from portal.programme.materials import features, owing
from portal.programme.models import Insert, InsertKind, Package, PackageFilm
from portal.programme.queries.readiness import BLOCKING, gap_text, gaps
from portal.programme.settling import length_of, locked, settle_ends, settle_rating, strictest

MOST_BUMPER_S = 14_400


@dataclass(frozen=True, slots=True)
class PackageDraft:
    """What is asked about a package; `bumper_s` stands before each film, `expected` is 0 where nobody knows."""

    title_ko: str
    title_en: str
    subtitle_ko: str = ""
    subtitle_en: str = ""
    gel: Gel = Gel.AI
    least_rating: int = 0
    bumper_s: int = 60
    expected: int = 0


@dataclass(frozen=True, slots=True)
class InsertDraft:
    """What is asked about something between films: it comes before the film at `before`, or after the last."""

    kind: InsertKind
    seconds: int
    before: int = 0
    note: str = ""


def create_package(
    session: Session, edition: Edition, draft: PackageDraft, films: Sequence[Entry] = (), *, by: Actor
) -> Package:
    """A new package of these films; the same Korean title again is the same package. Raises Invalid."""
    _check(draft)
    db.one_at_a_time(session, f"plan {edition.id}")
    same = sa.select(Package).where(Package.edition_id == edition.id, Package.title_ko == draft.title_ko)
    found = session.scalar(same.limit(1))
    if found is not None:
        return found
    package = Package(edition_id=edition.id, rating=draft.least_rating, films=[], inserts=[], **asdict(draft))
    session.add(package)
    session.flush()
    audit.record(session, by, "package.created", package, after=asdict(draft))
    add_films(session, package, films, by=by)
    return package


def edit_package(session: Session, package: Package, draft: PackageDraft, *, rev: int, by: Actor) -> None:
    """Change titles, least rating, bumpers or how many are expected; raises Stale when somebody else was first."""
    _check(draft)
    locked(session, package)
    after = asdict(draft)
    before = {name: getattr(package, name) for name in after}
    if before == after:
        return
    _expect(package, rev)
    with session.no_autoflush:
        for name, value in after.items():
            setattr(package, name, value)
        package.rating = strictest(session, package)
    session.flush()
    audit.record(session, by, "package.edited", package, before=before, after=after)
    settle_ends(session, package)


def _check(draft: PackageDraft) -> None:
    if not 0 <= draft.bumper_s <= MOST_BUMPER_S:
        raise Invalid("bumper_s", N_("A bumper takes 0 to {most} seconds."), most=MOST_BUMPER_S)
    if draft.least_rating not in features.RATINGS:
        raise Invalid("least_rating", N_("Choose one of the ratings."))
    if draft.expected < 0:
        raise Invalid("expected", N_("Write how many people are expected, 0 if nobody knows."))


def add_film(session: Session, package: Package, entry: Entry, *, by: Actor) -> None:
    """Put a film at the end of a package; raises Invalid while the film may not be public. Twice is once."""
    add_films(session, package, [entry], by=by)


def add_films(session: Session, package: Package, entries: Sequence[Entry], *, by: Actor) -> None:
    """Put several films at the end of a package in one go, or none of them. Raises Invalid."""
    if not entries:
        return
    features.held(session, [entry.id for entry in entries])
    locked(session, package)
    inside = {film.entry_id for film in package.films}
    new = [entry for entry in dict.fromkeys(entries) if entry.id not in inside]
    if not new:
        return
    _check_films(session, package, new)
    package.films += [PackageFilm(entry=entry, position=len(package.films) + n) for n, entry in enumerate(new)]
    _changed(session, package, "package.film_added", by, entries=[entry.id for entry in new])
    owing.owe(session, new, by=by)


def _check_films(session: Session, package: Package, entries: Sequence[Entry]) -> None:
    known = gaps(session, [entry.id for entry in entries])
    for entry in entries:
        title = pick(entry.title_ko, entry.title_en)
        if entry.edition_id != package.edition_id:
            raise Invalid("entry", N_("This film belongs to another edition."))
        if entry.runtime_s <= 0:
            raise Invalid("entry", N_("{title}: its running time is not known yet."), title=title)
        for gap in known[entry.id]:
            if gap in BLOCKING:
                raise Invalid("entry", N_("{title} is not ready: {reason}"), title=title, reason=gap_text(gap))


def remove_film(session: Session, package: Package, entry_id: int, *, rev: int, by: Actor) -> None:
    """Take a film out and close the gap; raises Stale. A film that is gone already is gone."""
    locked(session, package)
    at = next((film.position for film in package.films if film.entry_id == entry_id), None)
    if at is None:
        return
    _expect(package, rev)
    package.films[:] = [film for film in package.films if film.entry_id != entry_id]
    for insert in package.inserts:
        insert.before_position -= insert.before_position > at
    _changed(session, package, "package.film_removed", by, entry=entry_id)


def shift_film(session: Session, package: Package, entry_id: int, *, by_places: int, rev: int, by: Actor) -> None:
    """Move a film up (-1) or down (+1) past what is beside it; raises Stale."""
    shift(session, package, f"f{entry_id}", by_places=by_places, rev=rev, by=by)


def shift(session: Session, package: Package, key: str, *, by_places: int, rev: int, by: Actor) -> None:
    """Move a film or an insert by its key (see running_order) up or down by one; raises Stale."""
    locked(session, package)
    _expect(package, rev)
    keys = running_order.moved(_keys(package), key, by_places)
    arrange(session, package, keys, rev=rev, by=by)


def arrange(session: Session, package: Package, keys: Sequence[str], *, rev: int, by: Actor) -> None:
    """Give films and inserts another order; `keys` names each of them once (see running_order). Raises Stale."""
    locked(session, package)
    now = _keys(package)
    if list(keys) == now:
        return
    _expect(package, rev)
    if sorted(keys) != sorted(now):
        raise Stale
    films, inserts = running_order.split(keys)
    package.films.sort(key=lambda film: films.index(film.entry_id))
    for insert in package.inserts:
        insert.before_position, insert.turn = inserts[insert.id]
    _changed(session, package, "package.reordered", by, keys=list(keys))


def add_insert(session: Session, package: Package, draft: InsertDraft, *, by: Actor) -> None:
    """Put something between the films, last of what stands there; the same again is the same. Raises Invalid."""
    _check_insert(draft)
    locked(session, package)
    place = min(max(draft.before, 0), len(package.films))
    there = [one for one in package.inserts if one.before_position == place]
    if any((one.kind, one.seconds, one.note) == (draft.kind, draft.seconds, draft.note) for one in there):
        return
    turn = 1 + max((one.turn for one in there), default=-1)
    package.inserts.append(
        Insert(kind=draft.kind, seconds=draft.seconds, note=draft.note, before_position=place, turn=turn)
    )
    _changed(session, package, "package.insert_added", by, kind=draft.kind, seconds=draft.seconds, before=place)


def edit_insert(
    session: Session, package: Package, insert_id: int, *, seconds: int, note: str, rev: int, by: Actor
) -> None:
    """Change how long an insert takes and its note. Raises Invalid, Stale."""
    locked(session, package)
    insert = next((one for one in package.inserts if one.id == insert_id), None)
    if insert is None:
        raise Stale
    _check_insert(InsertDraft(insert.kind, seconds))
    if (insert.seconds, insert.note) == (seconds, note):
        return
    _expect(package, rev)
    insert.seconds, insert.note = seconds, note
    _changed(session, package, "package.insert_edited", by, insert=insert_id, seconds=seconds)


def remove_insert(session: Session, package: Package, insert_id: int, *, rev: int, by: Actor) -> None:
    """Take an insert out; one that is gone already is gone. Raises Stale."""
    locked(session, package)
    if all(one.id != insert_id for one in package.inserts):
        return
    _expect(package, rev)
    package.inserts[:] = [one for one in package.inserts if one.id != insert_id]
    _changed(session, package, "package.insert_removed", by, insert=insert_id)


def _check_insert(draft: InsertDraft) -> None:
    least, most = running_order.LEAST_SECONDS, running_order.MOST_SECONDS
    if not least <= draft.seconds <= most:
        raise Invalid("seconds", N_("It takes {least} to {most} seconds."), least=least, most=most)


def _keys(package: Package) -> list[str]:
    return [item.key for item in running_order.order(package.films, package.inserts, package.bumper_s)]


def _expect(package: Package, rev: int) -> None:
    if package.rev != rev:
        raise Stale


def _changed(session: Session, package: Package, verb: str, by: Actor, **told: object) -> None:
    for position, film in enumerate(package.films):
        film.position = position
    # the order lives in other rows: the package's own revision has to say that somebody changed it
    sa.orm.attributes.flag_modified(package, "bumper_s")
    session.flush()
    order = [film.entry_id for film in package.films]
    audit.record(session, by, verb, package, order=order, **told)
    settle_rating(session, package)
    settle_ends(session, package)


__all__ = [
    "InsertDraft",
    "PackageDraft",
    "add_film",
    "add_films",
    "add_insert",
    "arrange",
    "create_package",
    "edit_insert",
    "edit_package",
    "length_of",
    "remove_film",
    "remove_insert",
    "shift",
    "shift_film",
]
