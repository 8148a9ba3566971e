"""What the public reads: the newest released version without embargo, and the seats left right now."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, object_session

from portal import clock
from portal.calls.models import Edition
from portal.db import UtcDateTime
from portal.entries.models import Entry
from portal.i18n import language
from portal.lifecycles import ScreeningState
from portal.policies import Actor, see_screening
from portal.programme import frozen
from portal.programme.agenda import Seats, Showing, showing, showings
from portal.programme.models import Release, Screening
from portal.programme.queries.holding import not_public
from portal.programme.queries.loading import features_of, with_everything

_JUST_BEGUN = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Published:
    """The newest published edition and its newest version without embargo; `version` is 0 before the first.

    `released_at` is the moment since which everybody may read it.
    """

    edition_id: int
    name_ko: str
    name_en: str
    starts_on: date
    ends_on: date
    release_id: int
    version: int
    digest: str
    released_at: datetime | None


_Later = aliased(Release)
# The moment since which everybody may read a version.
public_since = sa.func.coalesce(Release.embargo_until, Release.released_at)


def in_force(at: datetime | sa.BindParameter[datetime]) -> sa.ColumnElement[bool]:
    """Whether a version is public, or has been: its embargo is over, and no other took its place while it lasted."""
    replaced = sa.exists().where(
        _Later.edition_id == Release.edition_id,
        _Later.version > Release.version,
        _Later.released_at < Release.embargo_until,
    )
    return sa.or_(Release.embargo_until.is_(None), sa.and_(Release.embargo_until <= at, ~replaced))


_COLUMNS = (
    Edition.id.label("edition_id"),
    Edition.name_ko,
    Edition.name_en,
    Edition.starts_on,
    Edition.ends_on,
    sa.func.coalesce(Release.id, 0).label("release_id"),
    sa.func.coalesce(Release.version, 0).label("version"),
    sa.func.coalesce(Release.digest, "").label("digest"),
    public_since.label("released_at"),
)


_NOW = sa.bindparam("now", type_=UtcDateTime())
_PUBLISHED = (
    sa.select(*_COLUMNS)
    .outerjoin(Release, sa.and_(Release.edition_id == Edition.id, in_force(_NOW)))
    .where(Edition.published_at.is_not(None))
    .order_by(Edition.starts_on.desc(), Edition.id.desc(), Release.version.desc())
    .limit(1)
)


def published(session: Session) -> Published | None:
    """What visitors may see of the newest edition, without the programme itself; None before any is public."""
    row = session.execute(_PUBLISHED, {"now": clock.now()}).first()
    return Published(**row._asdict()) if row else None


def body_of(session: Session, release_id: int) -> dict[str, Any]:
    """The frozen programme of a version."""
    found: dict[str, Any] = session.execute(sa.select(Release.body).where(Release.id == release_id)).scalar_one()
    return found


def public_body(session: Session, release_id: int, held: frozenset[str]) -> dict[str, Any]:
    """The same as anybody may read it now: without the films that are held."""
    return frozen.without(body_of(session, release_id), held)


# An IN is written out and read anew for each request, with as many places as there are films; PostgreSQL takes them in
# one array.
_AMONG = {
    "sqlite": Entry.number.in_(sa.bindparam("numbers", expanding=True)),
    "postgresql": Entry.number == sa.any_(sa.bindparam("numbers", type_=sa.ARRAY(sa.String))),
}
_KEPT_BACK = {dialect: sa.select(Entry.number).where(among, not_public(Entry.id)) for dialect, among in _AMONG.items()}


def held_films(session: Session, numbers: Collection[str]) -> frozenset[str]:
    """Those of these films that may not be public now, although a version was published with them."""
    if not numbers:
        return frozenset()
    query = _KEPT_BACK[session.get_bind().dialect.name]
    return frozenset(session.scalars(query, {"numbers": list(numbers)}))


# A version never changes, so each process reads it once for each language and each set of films held back since; the
# digest says which version it is.
_KEPT = 8
Kept = TypeVar("Kept")
_read: dict[tuple[str, str, frozenset[str]], tuple[Showing, ...]] = {}
_numbers: dict[str, tuple[str, ...]] = {}
_changes: dict[tuple[str, int], list[Any]] = {}


def changes_of(session: Session, release_id: int, digest: str) -> list[Any]:
    """What a version changed; one statement until it is known. A plan that was moved back has its old digest."""
    key = digest, release_id
    changes = _changes.get(key)
    if changes is None:
        query = sa.select(Release.changes).where(Release.id == release_id)
        changes = _keep(_changes, key, session.execute(query).scalar_one())
    return changes


def held_now(session: Session, release_id: int, digest: str) -> frozenset[str]:
    """The numbers of a version's films that may not be public at this moment; one statement once it is known."""
    numbers = _numbers.get(digest)
    if numbers is None:
        numbers = _keep(_numbers, digest, frozen.numbers(body_of(session, release_id)))
    return held_films(session, numbers)


def showings_of(session: Session, release_id: int, digest: str) -> tuple[Showing, ...]:
    """The screenings of a version by time, in the language in use, without films that are held."""
    held = held_now(session, release_id, digest)
    key = (digest, language(), held)
    read = _read.get(key)
    if read is None:
        read = _keep(_read, key, tuple(showings(public_body(session, release_id, held))))
    return read


def _keep(kept: dict[Any, Kept], key: Any, value: Kept) -> Kept:
    """Returns the value: another thread may have dropped it from `kept` already."""
    for oldest in list(kept)[: max(0, len(kept) + 1 - _KEPT)]:
        kept.pop(oldest, None)
    kept[key] = value
    return value


def current_showings(session: Session, edition_id: int) -> tuple[Showing, ...]:
    """The screenings of an edition's newest public version; none before the first."""
    newest = session.execute(
        sa.select(Release.id, Release.digest)
        .where(Release.edition_id == edition_id, in_force(clock.now()))
        .order_by(Release.version.desc())
        .limit(1)
    ).first()
    return showings_of(session, newest.id, newest.digest) if newest else ()


def current_version(session: Session, edition_id: int) -> int:
    """The number of an edition's newest version, waiting ones included; 0 before the first."""
    return session.scalar(sa.select(sa.func.max(Release.version)).where(Release.edition_id == edition_id)) or 0


def newest_release(session: Session, edition_id: int) -> Release | None:
    """The newest version of an edition's programme, whether or not it waits for its embargo to end."""
    query = sa.select(Release).where(Release.edition_id == edition_id).order_by(Release.version.desc()).limit(1)
    return session.scalar(query)


def public_release(session: Session, edition_id: int) -> Release | None:
    """The version that everybody reads now."""
    query = sa.select(Release).where(Release.edition_id == edition_id, in_force(clock.now()))
    return session.scalar(query.order_by(Release.version.desc()).limit(1))


class Standing(StrEnum):
    """How a version stands: public or once public, waiting for its moment, or replaced before it came."""

    PUBLIC = "public"
    WAITING = "waiting"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class Version:
    """A version without its body; `since` is when everybody could or can read it."""

    version: int
    digest: str
    changes: list[Any]
    released_at: datetime
    since: datetime
    standing: Standing


def all_releases(session: Session, edition_id: int) -> list[Version]:
    """Every version with its changes, the newest first."""
    now = clock.now()
    query = (
        sa.select(
            Release.version,
            Release.digest,
            Release.changes,
            Release.released_at,
            public_since.label("since"),
            in_force(now).label("public"),
        )
        .where(Release.edition_id == edition_id)
        .order_by(Release.version.desc())
    )
    found = session.execute(query).all()
    return [_version(one, waits=one.since > now and place == 0) for place, one in enumerate(found)]


def _version(row: sa.Row[*tuple[Any, ...]], *, waits: bool) -> Version:
    standing = Standing.PUBLIC if row.public else Standing.WAITING if waits else Standing.REPLACED
    return Version(row.version, row.digest, row.changes, row.released_at, row.since, standing)


def public_versions(session: Session, edition_id: int) -> list[Version]:
    """The versions that have been public, the newest first: the changelog."""
    return [one for one in all_releases(session, edition_id) if one.standing == Standing.PUBLIC]


def to_take_effect(session: Session) -> Sequence[int]:
    """Versions whose moment has come and whose guests and seat holders have not been written to."""
    query = sa.select(Release.id).where(Release.told_at.is_(None), in_force(clock.now()))
    return session.scalars(query.order_by(Release.edition_id, Release.version).limit(50)).all()


def seats_of(session: Session, codes: Collection[str]) -> dict[str, Seats]:
    """The seats left of screenings, by code; one statement."""
    if not codes:
        return {}
    seats = (Screening.seats, Screening.taken, Screening.held)
    columns = (Screening.code, *seats, Screening.state, Screening.starts_at)
    now = clock.now()
    return {
        row.code: Seats(
            left=max(row.seats - row.taken - row.held, 0),
            seats=row.seats,
            bookable=row.state == ScreeningState.BOOKING and row.starts_at > now,
        )
        for row in session.execute(sa.select(*columns).where(Screening.code.in_(codes)))
    }


def upcoming_slots(session: Session, edition_id: int, *, at: datetime, limit: int = 4) -> list[tuple[Showing, Seats]]:
    """The next screenings of the published programme, each with its seats; at most three statements."""
    listed = current_showings(session, edition_id)
    coming = [one for one in listed if one.starts_at > at - _JUST_BEGUN and not one.cancelled][:limit]
    seats = seats_of(session, [one.code for one in coming])
    return [(one, seats.get(one.code, Seats())) for one in coming]


def released_showing(session: Session, screening: Screening) -> Showing | None:
    """A screening as the newest version tells it."""
    listed = current_showings(session, screening.edition_id)
    return next((one for one in listed if one.code == screening.code), None)


def state_now(session: Session, screening: Screening) -> ScreeningState:
    """A screening's state by the clock: at an embargo's end it is public, though no worker has turned it yet."""
    if screening.state != ScreeningState.CONFIRMED:
        return screening.state
    newest = public_release(session, screening.edition_id)
    if newest is None or newest.told_at is not None or released_showing(session, screening) is None:
        return screening.state
    return ScreeningState.BOOKING if newest.opens_booking else ScreeningState.RELEASED


def may_see(actor: Actor, screening: Screening) -> bool:
    """The policy of a screening's public pages, by the clock."""
    session = object_session(screening)
    assert session is not None
    return see_screening(actor, screening, state_now(session, screening))


def showing_of(session: Session, screening: Screening) -> Showing:
    """A screening as the newest version tells it; as it is planned while no version does."""
    return released_showing(session, screening) or _planned(session, screening)


def _planned(session: Session, screening: Screening) -> Showing:
    query = sa.select(Screening).where(Screening.id == screening.id).options(*with_everything())
    loaded = session.scalars(query.execution_options(populate_existing=True)).unique().one()
    item = frozen.screening(loaded, features_of(session, [loaded]))
    held = held_films(session, [film["number"] for film in item["package"]["films"]])
    return showing(frozen.without_films(item, held))
