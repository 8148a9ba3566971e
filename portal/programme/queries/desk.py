"""The desk's view of the plan: a day on the grid, one screening in full, what is not placed yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.calls.models import Edition
from portal.calls.queries import current_edition
from portal.i18n import SEOUL, pick
from portal.lifecycles import GuestState, ScreeningState
from portal.programme.models import Guest, Hall, Package, QASession, Screening
from portal.programme.queries.loading import for_the_desk
from portal.programme.queries.packages import PackageLine, film_sums, hall_choices, packages
from portal.programme.timetable import Finding, Room, Show, findings

ZONE = ZoneInfo(SEOUL)


@dataclass(frozen=True, slots=True)
class Placed:
    """What the grid writes on a block besides its place."""

    code: str
    rev: int
    state: ScreeningState
    title: str
    subtitle: str
    gel: str
    films: int


@dataclass(frozen=True, slots=True)
class DayPlan:
    """One day of an edition: rooms, shows, and everything the plan breaks."""

    day: date
    rooms: Sequence[Room]
    shows: Sequence[Show]
    placed: dict[str, Placed]
    findings: Sequence[Finding]

    def about(self, code: str) -> list[Finding]:
        """What concerns one screening."""
        return [finding for finding in self.findings if code in finding.keys]


def edition_on(session: Session, day: date) -> Edition | None:
    """The edition held on a day, or else the newest."""
    held = sa.select(Edition).where(Edition.starts_on <= day, Edition.ends_on >= day).order_by(Edition.id.desc())
    return session.scalar(held.limit(1)) or current_edition(session)


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """A day in Seoul, from five in the morning, so that a late night belongs to its evening."""
    start = datetime.combine(day, time(5, 0), ZONE)
    return start, start + timedelta(days=1)


def day_plan(session: Session, edition_id: int, day: date) -> DayPlan:
    """The plan of a day with its findings; three statements."""
    start, end = day_bounds(day)
    return _plan(session, edition_id, day, (Screening.starts_at >= start, Screening.starts_at < end))


def whole_plan(session: Session, edition: Edition) -> DayPlan:
    """Every day of an edition at once, for its findings; three statements."""
    return _plan(session, edition.id, edition.starts_on, ())


def _plan(session: Session, edition_id: int, day: date, when: tuple[sa.ColumnElement[bool], ...]) -> DayPlan:
    rooms = [_room(hall) for hall in hall_choices(session, edition_id)]
    rows = session.execute(_screenings(edition_id).where(*when)).all()
    people = _people(session, [row.talk_id for row in rows if row.talk_id])
    shows = [_show(row, people.get(row.talk_id, {})) for row in rows]
    placed = {row.code: _placed(row) for row in rows}
    return DayPlan(day, rooms, shows, placed, findings(shows, rooms, ZONE))


def _screenings(edition_id: int) -> sa.Select[*tuple[Any, ...]]:
    sums = film_sums()
    columns = (Screening.code, Screening.rev, Screening.state, Screening.hall_id, Screening.starts_at)
    more = (Screening.ends_at, Screening.seats, Screening.taken, Package.title_ko, Package.title_en, Package.rating)
    words = (Package.subtitle_ko, Package.subtitle_en, Package.gel, sums.c.films)
    return (
        sa.select(*columns, *more, *words, QASession.id.label("talk_id"), QASession.minutes)
        .join(Package, Package.id == Screening.package_id)
        .outerjoin(QASession, QASession.screening_id == Screening.id)
        .outerjoin(sums, sums.c.package_id == Package.id)
        .where(Screening.edition_id == edition_id, Screening.state != ScreeningState.CANCELLED)
        .order_by(Screening.starts_at, Screening.id)
    )


def _people(session: Session, talk_ids: Sequence[int]) -> dict[int, dict[str, str]]:
    """Who is expected on each stage, by talk: address and name."""
    found: dict[int, dict[str, str]] = {}
    query = sa.select(Guest.qa_session_id, Guest.email, Guest.name)
    for talk_id, email, name in session.execute(
        query.where(Guest.qa_session_id.in_(talk_ids), Guest.state != GuestState.DECLINED)
    ):
        found.setdefault(talk_id, {})[email] = name
    return found


def _room(hall: Hall) -> Room:
    return Room(hall.id, pick(hall.name_ko, hall.name_en), hall.seats, timedelta(minutes=hall.turnaround_min))


def _show(row: sa.Row[*tuple[Any, ...]], people: dict[str, str]) -> Show:
    return Show(
        key=row.code,
        title=pick(row.title_ko, row.title_en),
        room=row.hall_id,
        starts_at=row.starts_at,
        films_end=row.ends_at,
        seats=row.seats,
        talk=timedelta(minutes=row.minutes or 0),
        taken=row.taken,
        rating=row.rating,
        people=people,
    )


def _placed(row: sa.Row[*tuple[Any, ...]]) -> Placed:
    return Placed(
        code=row.code,
        rev=row.rev,
        state=row.state,
        title=pick(row.title_ko, row.title_en),
        subtitle=pick(row.subtitle_ko, row.subtitle_en),
        gel=row.gel.value,
        films=row.films or 0,
    )


def waiting_packages(session: Session, edition_id: int) -> list[PackageLine]:
    """Packages without a screening: the tray."""
    return [line for line in packages(session, edition_id) if not line.screenings]


def screening_by_code(session: Session, code: str) -> Screening | None:
    """A screening alone, as policies need it."""
    return session.scalar(sa.select(Screening).where(Screening.code == code))


def screening_for_desk(session: Session, code: str) -> Screening | None:
    """A screening with package, films, hall, venue, talk and guests."""
    return session.scalar(sa.select(Screening).where(Screening.code == code).options(*for_the_desk()))
