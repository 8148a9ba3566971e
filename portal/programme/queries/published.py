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
from portal.lifecycles import ScreeningState
from portal.programme import frozen
from portal.programme.agenda import Seats, Showing, showing, showings
from portal.programme.models import Release, Screening
from portal.programme.queries.loading import with_everything


@dataclass(frozen=True, slots=True)
class Published:
    """The newest published edition and its newest version; `version` is 0 and `body` None before the first."""

    edition_id: int
    name_ko: str
    name_en: str
    starts_on: date
    ends_on: date
    version: int
    body: dict[str, Any] | None
    digest: str
    changes: list[Any]
    released_at: datetime | None


_COLUMNS = (
    Edition.id.label("edition_id"),
    Edition.name_ko,
    Edition.name_en,
    Edition.starts_on,
    Edition.ends_on,
    sa.func.coalesce(Release.version, 0).label("version"),
    Release.body,
    sa.func.coalesce(Release.digest, "").label("digest"),
    Release.changes,
    Release.released_at,
)


def published(session: Session) -> Published | None:
    """What visitors may see of the newest edition; None before any edition is public. One statement."""
    query = (
        sa.select(*_COLUMNS)
        .outerjoin(Release, Release.edition_id == Edition.id)
        .where(Edition.published_at.is_not(None))
        .order_by(Edition.starts_on.desc(), Edition.id.desc(), Release.version.desc())
        .limit(1)
    )
    row = session.execute(query).first()
    return Published(**{**row._asdict(), "changes": row.changes or []}) if row else None


def published_digest(session: Session) -> str:
    """The digest of what `published` would give, without reading its body."""
    query = (
        sa.select(Release.digest)
        .select_from(Edition)
        .outerjoin(Release, Release.edition_id == Edition.id)
        .where(Edition.published_at.is_not(None))
        .order_by(Edition.starts_on.desc(), Edition.id.desc(), Release.version.desc())
        .limit(1)
    )
    return session.scalar(query) or ""


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
    """The next screenings of the published programme, each with its seats; two statements."""
    body = session.scalar(
        sa.select(Release.body).where(Release.edition_id == edition_id).order_by(Release.version.desc()).limit(1)
    )
    coming = [one for one in showings(body) if one.starts_at > at - timedelta(minutes=10) and not one.cancelled]
    seats = seats_of(session, [one.code for one in coming[:limit]])
    return [(one, seats.get(one.code, Seats())) for one in coming[:limit]]


def showing_of(session: Session, screening: Screening) -> Showing:
    """A screening as the newest version tells it; as it is planned while no version does."""
    newest = current_release(session, screening.edition_id)
    items = newest.body["screenings"] if newest else []
    found = next((item for item in items if item["code"] == screening.code), None)
    return showing(found) if found else _planned(session, screening)


def _planned(session: Session, screening: Screening) -> Showing:
    query = sa.select(Screening).where(Screening.id == screening.id).options(*with_everything())
    loaded = session.scalars(query.execution_options(populate_existing=True)).unique().one()
    return showing(frozen.screening(loaded))
