"""What the public reads: the newest released version of the programme, and the seats left right now."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import clock
from portal.calls.models import Edition
from portal.entries.models import Entry
from portal.i18n import language
from portal.lifecycles import ScreeningState
from portal.programme import frozen
from portal.programme.agenda import Seats, Showing, showing, showings
from portal.programme.models import Release, Screening
from portal.programme.queries.holding import not_public
from portal.programme.queries.loading import with_everything

_JUST_BEGUN = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Published:
    """The newest published edition and its newest version; `version` is 0 before the first release."""

    edition_id: int
    name_ko: str
    name_en: str
    starts_on: date
    ends_on: date
    release_id: int
    version: int
    digest: str
    changes: list[Any]
    released_at: datetime | None


_COLUMNS = (
    Edition.id.label("edition_id"),
    Edition.name_ko,
    Edition.name_en,
    Edition.starts_on,
    Edition.ends_on,
    sa.func.coalesce(Release.id, 0).label("release_id"),
    sa.func.coalesce(Release.version, 0).label("version"),
    sa.func.coalesce(Release.digest, "").label("digest"),
    Release.changes,
    Release.released_at,
)


def published(session: Session) -> Published | None:
    """What visitors may see of the newest edition, without the programme itself; None before any is public."""
    query = (
        sa.select(*_COLUMNS)
        .outerjoin(Release, Release.edition_id == Edition.id)
        .where(Edition.published_at.is_not(None))
        .order_by(Edition.starts_on.desc(), Edition.id.desc(), Release.version.desc())
        .limit(1)
    )
    row = session.execute(query).first()
    return Published(**{**row._asdict(), "changes": row.changes or []}) if row else None


def body_of(session: Session, release_id: int) -> dict[str, Any]:
    """The frozen programme of a version."""
    found: dict[str, Any] = session.execute(sa.select(Release.body).where(Release.id == release_id)).scalar_one()
    return found


def public_body(session: Session, release_id: int, held: frozenset[str]) -> dict[str, Any]:
    """The same as anybody may read it now: without the films that are held."""
    return frozen.without(body_of(session, release_id), held)


_KEPT_BACK = sa.select(Entry.number).where(
    Entry.number.in_(sa.bindparam("numbers", expanding=True)), not_public(Entry.id)
)


def held_films(session: Session, numbers: Collection[str]) -> frozenset[str]:
    """Those of these films that may not be public now, although a version was published with them."""
    return frozenset(session.scalars(_KEPT_BACK, {"numbers": list(numbers)})) if numbers else frozenset()


# A version never changes, so each process reads it once for each language and each set of films held back since; the
# digest says which version it is.
_KEPT = 8
_read: dict[tuple[str, str, frozenset[str]], tuple[Showing, ...]] = {}
_numbers: dict[str, tuple[str, ...]] = {}


def held_now(session: Session, release_id: int, digest: str) -> frozenset[str]:
    """The numbers of a version's films that may not be public at this moment; one statement once it is known."""
    if digest not in _numbers:
        _keep(_numbers, digest, frozen.numbers(body_of(session, release_id)))
    return held_films(session, _numbers[digest])


def showings_of(session: Session, release_id: int, digest: str) -> tuple[Showing, ...]:
    """The screenings of a version by time, in the language in use, without films that are held."""
    held = held_now(session, release_id, digest)
    key = (digest, language(), held)
    if key not in _read:
        _keep(_read, key, tuple(showings(public_body(session, release_id, held))))
    return _read[key]


def _keep(kept: dict[Any, Any], key: Any, value: Any) -> None:
    for oldest in list(kept)[: max(0, len(kept) + 1 - _KEPT)]:
        kept.pop(oldest, None)
    kept[key] = value


def current_showings(session: Session, edition_id: int) -> tuple[Showing, ...]:
    """The screenings of an edition's newest version; none before the first."""
    newest = session.execute(
        sa.select(Release.id, Release.digest)
        .where(Release.edition_id == edition_id)
        .order_by(Release.version.desc())
        .limit(1)
    ).first()
    return showings_of(session, newest.id, newest.digest) if newest else ()


def current_version(session: Session, edition_id: int) -> int:
    """The number of an edition's newest version, 0 before the first."""
    return session.scalar(sa.select(sa.func.max(Release.version)).where(Release.edition_id == edition_id)) or 0


def current_release(session: Session, edition_id: int) -> Release | None:
    """The newest version of an edition's programme."""
    query = sa.select(Release).where(Release.edition_id == edition_id).order_by(Release.version.desc()).limit(1)
    return session.scalar(query)


def all_releases(session: Session, edition_id: int) -> Sequence[sa.Row[*tuple[Any, ...]]]:
    """Every version with its changes, the newest first, without the bodies."""
    query = sa.select(Release.version, Release.digest, Release.changes, Release.released_at)
    return session.execute(query.where(Release.edition_id == edition_id).order_by(Release.version.desc())).all()


def seats_of(session: Session, codes: Collection[str]) -> dict[str, Seats]:
    """The seats left of screenings, by code; one statement."""
    if not codes:
        return {}
    columns = (Screening.code, Screening.seats, Screening.taken, Screening.state, Screening.starts_at)
    now = clock.now()
    return {
        row.code: Seats(
            left=row.seats - row.taken,
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


def showing_of(session: Session, screening: Screening) -> Showing:
    """A screening as the newest version tells it; as it is planned while no version does."""
    return released_showing(session, screening) or _planned(session, screening)


def _planned(session: Session, screening: Screening) -> Showing:
    query = sa.select(Screening).where(Screening.id == screening.id).options(*with_everything())
    loaded = session.scalars(query.execution_options(populate_existing=True)).unique().one()
    item = frozen.screening(loaded)
    held = held_films(session, [film["number"] for film in item["package"]["films"]])
    return showing(frozen.without_films(item, held))
