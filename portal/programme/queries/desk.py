"""The desk's view of the plan: a day on the grid, one screening in full, what is not placed yet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
from portal.programme.models import Guest, GuestRole, Hall, Package, QASession, Screening
from portal.programme.placing.models import Engagement
from portal.programme.queries.loading import for_the_desk
from portal.programme.queries.packages import PackageLine, film_sums, hall_choices, packages
from portal.programme.queries.readiness import blocked_packages
from portal.programme.timetable import Board, Engaged, Finding, Room, Show, Standing

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
    engaged: Sequence[Engaged]
    board: Board

    @property
    def findings(self) -> Sequence[Finding]:
        """Everything the plan breaks, the hard things first."""
        return self.board.findings

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


_STANDINGS = {
    ScreeningState.PLANNED: Standing.PLANNED,
    ScreeningState.CONFIRMED: Standing.CONFIRMED,
    ScreeningState.RUNNING: Standing.OVER,
    ScreeningState.Q_AND_A: Standing.OVER,
    ScreeningState.HELD: Standing.OVER,
}


def day_plan(session: Session, edition_id: int, day: date) -> DayPlan:
    """The plan of a day with its findings; six statements."""
    start, end = day_bounds(day)
    when = (Screening.starts_at >= start, Screening.starts_at < end)
    meanwhile = (Engagement.starts_at < end, Engagement.ends_at > start)
    return _plan(session, edition_id, day, when, meanwhile)


def whole_plan(session: Session, edition: Edition) -> DayPlan:
    """Every day of an edition at once, for its findings; six statements."""
    return _plan(session, edition.id, edition.starts_on, (), (Engagement.starts_at.is_not(None),))


When = tuple[sa.ColumnElement[bool], ...]


def _plan(session: Session, edition_id: int, day: date, when: When, meanwhile: When) -> DayPlan:
    rooms = [room_of(hall) for hall in hall_choices(session, edition_id)]
    rows = session.execute(_screenings(edition_id).where(*when)).all()
    people = _people(session, [row.talk_id for row in rows if row.talk_id])
    known = _moderators(people.values())
    watchers = _watchers(session, [row.id for row in rows])
    blocked = blocked_packages(session, {row.package_id for row in rows if row.state in _MAY_STILL_CHANGE})
    shows = [_show(row, people.get(row.talk_id, _NOBODY), known, watchers.get(row.id, {}), blocked) for row in rows]
    engaged = _engaged(session, edition_id, meanwhile)
    placed = {row.code: _placed(row) for row in rows}
    return DayPlan(day, rooms, shows, placed, engaged, Board(shows, rooms, ZONE, engaged))


_MAY_STILL_CHANGE = frozenset(ScreeningState) - {ScreeningState.RUNNING, ScreeningState.Q_AND_A, ScreeningState.HELD}


def _screenings(edition_id: int) -> sa.Select[*tuple[Any, ...]]:
    sums = film_sums()
    place = (Screening.hall_id, Screening.starts_at, Screening.ends_at, Screening.slot_min)
    seats = (Screening.seats, Screening.taken, Screening.held, Package.expected)
    words = (Package.title_ko, Package.title_en, Package.subtitle_ko, Package.subtitle_en, Package.gel, sums.c.films)
    talk = (QASession.id.label("talk_id"), QASession.minutes, QASession.moderator_name)
    more = (Screening.id, Screening.code, Screening.rev, Screening.state, Screening.package_id, Package.rating)
    return (
        sa.select(*more, *place, *seats, *words, *talk)
        .join(Package, Package.id == Screening.package_id)
        .outerjoin(QASession, QASession.screening_id == Screening.id)
        .outerjoin(sums, sums.c.package_id == Package.id)
        .where(Screening.edition_id == edition_id, Screening.state != ScreeningState.CANCELLED)
        .order_by(Screening.starts_at, Screening.id)
    )


@dataclass(frozen=True, slots=True)
class _Stage:
    """Who is expected on a stage, by address and name, who of them comes by video, and the moderators' addresses."""

    people: dict[str, str]
    remote: frozenset[str]
    moderators: tuple[str, ...] = ()


_NOBODY = _Stage({}, frozenset())


def _people(session: Session, talk_ids: Sequence[int]) -> dict[int, _Stage]:
    """Guests, moderators and interpreters of each talk who did not decline; one statement."""
    query = sa.select(Guest.qa_session_id, Guest.email, Guest.name, Guest.state, Guest.role).order_by(Guest.id)
    rows: dict[int, list[Any]] = {}
    for row in session.execute(query.where(Guest.qa_session_id.in_(talk_ids), Guest.state != GuestState.DECLINED)):
        rows.setdefault(row.qa_session_id, []).append(row)
    return {
        talk_id: _Stage(
            {row.email: row.name for row in listed},
            frozenset(row.email for row in listed if row.state == GuestState.REMOTE),
            tuple(row.email for row in listed if row.role == GuestRole.MODERATOR),
        )
        for talk_id, listed in rows.items()
    }


def _moderators(stages: Iterable[_Stage]) -> dict[str, str]:
    """The addresses of moderators by their names, as far as a name is one person's."""
    found: dict[str, set[str]] = {}
    for stage in stages:
        for email in stage.moderators:
            found.setdefault(stage.people[email].casefold(), set()).add(email)
    return {name: next(iter(emails)) for name, emails in found.items() if len(emails) == 1}


def _watchers(session: Session, screening_ids: Sequence[int]) -> dict[int, dict[str, str]]:
    """Who is engaged in each screening, a juror for one: address and name; one statement."""
    found: dict[int, dict[str, str]] = {}
    query = sa.select(Screening.id, Engagement.email, Engagement.name).join(
        Engagement, Engagement.screening_id == Screening.id
    )
    for screening_id, email, name in session.execute(query.where(Screening.id.in_(screening_ids))):
        found.setdefault(screening_id, {})[email] = name
    return found


def _engaged(session: Session, edition_id: int, meanwhile: When) -> list[Engaged]:
    query = sa.select(Engagement).where(Engagement.edition_id == edition_id, *meanwhile)
    return [
        Engaged(one.code, one.email, one.name, one.what, one.starts_at, one.ends_at)
        for one in session.scalars(query.order_by(Engagement.starts_at, Engagement.id))
        if one.starts_at is not None and one.ends_at is not None
    ]


def room_of(hall: Hall) -> Room:
    """A hall as the rules see it."""
    turnaround = timedelta(minutes=hall.turnaround_min)
    return Room(hall.id, pick(hall.name_ko, hall.name_en), hall.seats, turnaround, hall.opens_min, hall.closes_min)


def _show(
    row: sa.Row[*tuple[Any, ...]],
    stage: _Stage,
    known: dict[str, str],
    watchers: dict[str, str],
    blocked: dict[int, list[str]],
) -> Show:
    people = dict(stage.people)
    if row.moderator_name and not stage.moderators:
        # who was only named here is whoever was asked by this name elsewhere; else the name is the person
        name = row.moderator_name.casefold()
        people.setdefault(known.get(name, f"name:{name}"), row.moderator_name)
    return Show(
        key=row.code,
        title=pick(row.title_ko, row.title_en),
        room=row.hall_id,
        starts_at=row.starts_at,
        films_end=row.ends_at,
        seats=row.seats,
        talk=timedelta(minutes=row.minutes or 0),
        taken=row.taken,
        held=row.held,
        rating=row.rating,
        expected=row.expected,
        package=row.package_id,
        slot=None if row.slot_min is None else timedelta(minutes=row.slot_min),
        standing=_STANDINGS.get(row.state, Standing.PUBLIC),
        blocked=tuple(blocked.get(row.package_id, ())),
        people=people,
        remote=stage.remote,
        watchers=watchers,
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
