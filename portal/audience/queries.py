"""Reads of bookings: behind a link, at a desk, for the workers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal import clock, links
from portal.audience.models import Booking, Group, Quota
from portal.audience.terms import CONCERNED, HOLDING, LAST_OFFER, OFFERING, UNOPENED
from portal.lifecycles import ScreeningState, SeatState
from portal.programme.models import Hall, Package, Screening
from portal.signing import BadToken


@dataclass(frozen=True, slots=True)
class Count:
    """The seats of a screening by what they are: given, kept, offered, entered; and who waits.

    `unsure` counts seats whose holders have not confirmed their address, `general` those given from nobody's quota.
    """

    seats: int
    taken: int
    held: int
    offered: int
    checked_in: int
    waiting: int
    unsure: int
    general: int

    @property
    def booked(self) -> int:
        """Seats that are given away for good."""
        return self.taken - self.offered

    @property
    def left(self) -> int:
        """Seats that anybody may have."""
        return max(self.seats - self.taken - self.held, 0)


def booking_behind(session: Session, purpose: str, token: str) -> Booking | None:
    """The booking a signed link of this purpose stands for, with its screening."""
    try:
        code = links.of(session).opened(purpose, token)
    except BadToken:
        return None
    return booking_by_code(session, code)


def booking_by_code(session: Session, code: str) -> Booking | None:
    """A booking with its screening."""
    return session.scalar(sa.select(Booking).where(Booking.code == code).options(joinedload(Booking.screening)))


def waiting_before(session: Session, booking: Booking) -> int:
    """How many parties wait in front of this one."""
    query = sa.select(sa.func.count(Booking.id)).where(
        Booking.screening_id == booking.screening_id,
        Booking.state == SeatState.WAITLISTED,
        Booking.position < booking.position,
    )
    return session.scalar(query) or 0


def waiting(session: Session, screening_id: int) -> int:
    """How many parties wait for a screening."""
    query = sa.select(sa.func.count(Booking.id))
    return session.scalar(query.where(Booking.screening_id == screening_id, Booking.state == SeatState.WAITLISTED)) or 0


def count(session: Session, screening: Screening) -> Count:
    """The seats of one screening; one statement."""

    def seats_where(*which: sa.ColumnElement[bool], of: Any = Booking.party) -> sa.ColumnElement[int]:
        return sa.func.coalesce(sa.func.sum(sa.case((sa.and_(*which), of), else_=0)), 0)

    nobody = (Booking.verified_at.is_(None), Booking.verify_by.is_not(None))
    row = session.execute(
        sa.select(
            seats_where(Booking.state == SeatState.OFFERED),
            seats_where(Booking.state == SeatState.CHECKED_IN, of=Booking.inside),
            seats_where(Booking.state == SeatState.WAITLISTED),
            seats_where(Booking.state == SeatState.CONFIRMED, *nobody),
            seats_where(Booking.state.in_((*HOLDING, SeatState.CHECKED_IN)), Booking.quota_id.is_(None)),
        ).where(Booking.screening_id == screening.id)
    ).one()
    return Count(screening.seats, screening.taken, screening.held, *row)


_LIST = (
    Booking.id,
    Booking.code,
    Booking.state,
    Booking.name,
    Booking.email,
    Booking.party,
    Booking.access_needs,
    Booking.position,
    Booking.offered_until,
    Booking.checked_in_at,
    Booking.inside,
    Booking.outside,
    Booking.created_at,
    Booking.origin,
    Booking.verified_at,
    Booking.verify_by,
    Booking.moved_in,
    Booking.kept_at,
    Group.name_ko.label("group_ko"),
    Group.name_en.label("group_en"),
    Quota.label.label("hold"),
)


def bookings(
    screening_id: int, *states: SeatState, search: str = "", moved: bool = False
) -> sa.Select[*tuple[Any, ...]]:
    """The bookings of a screening in these states, by name, or the waiting list by place.

    With `moved`, those alone whose holders were asked after a move.
    """
    query = (
        sa.select(*_LIST)
        .outerjoin(Group, Group.id == Booking.group_id)
        .outerjoin(Quota, Quota.id == Booking.quota_id)
        .where(Booking.screening_id == screening_id, Booking.state.in_(states))
    )
    if moved:
        query = query.where(Booking.moved_in.is_not(None))
    if search:
        matches = (
            sa.func.lower(Booking.name).contains(search.lower(), autoescape=True),
            Booking.email.contains(search.lower(), autoescape=True),
            Booking.code == search.upper(),
        )
        query = query.where(sa.or_(*matches))
    return query.order_by(Booking.position if SeatState.WAITLISTED in states else Booking.name, Booking.id)


def screenings_with_seats(session: Session, edition_id: int) -> Sequence[sa.Row[*tuple[Any, ...]]]:
    """Every screening of an edition with title, hall, seats and waiting parties; one statement."""
    queue = (
        sa.select(sa.func.count(Booking.id))
        .where(Booking.screening_id == Screening.id, Booking.state == SeatState.WAITLISTED)
        .correlate(Screening)
        .scalar_subquery()
    )
    seats = (Screening.seats, Screening.taken, Screening.held)
    columns = (Screening.code, Screening.state, Screening.starts_at, *seats)
    words = (Package.title_ko, Package.title_en, Package.gel)
    halls = (Hall.name_ko.label("hall_ko"), Hall.name_en.label("hall_en"))
    return session.execute(
        sa.select(*columns, *words, *halls, queue.label("waiting"))
        .join(Package, Package.id == Screening.package_id)
        .join(Hall, Hall.id == Screening.hall_id)
        .where(Screening.edition_id == edition_id)
        .order_by(Screening.starts_at, Screening.id)
    ).all()


def screenings_to_turn_over(session: Session) -> Sequence[int]:
    """Screenings whose time has come for an offer, an unconfirmed address, a quota or the hours of booking.

    And those with free seats that a waiting party would fill.
    """
    now = clock.now()
    here = Booking.screening_id == Screening.id
    overdue = sa.exists().where(here, Booking.state == SeatState.OFFERED, Booking.offered_until <= now)
    unsure = sa.exists().where(here, Booking.state == SeatState.CONFIRMED, Booking.verify_by <= now)
    due = sa.exists().where(Quota.screening_id == Screening.id, Quota.released_at.is_(None), Quota.releases_at <= now)
    wanted = sa.or_(
        overdue,
        due,
        sa.and_(Screening.state.in_(OFFERING), unsure),
        sa.and_(Screening.state.in_(OFFERING), Screening.starts_at > now + LAST_OFFER, _fitting()),
        _opens(now),
        sa.and_(Screening.state == ScreeningState.BOOKING, Screening.booking_closes_at <= now),
    )
    return session.scalars(sa.select(Screening.id).where(wanted).limit(200)).all()


def _fitting() -> sa.ColumnElement[bool]:
    """Whether somebody waits who fits into the seats for everybody, or into what their group's quota still keeps."""
    waits = (Booking.screening_id == Screening.id, Booking.state == SeatState.WAITLISTED)
    free = Screening.seats - Screening.taken - Screening.held
    kept = (Quota.screening_id == Booking.screening_id, Quota.group_id == Booking.group_id)
    left = (Quota.released_at.is_(None), Quota.seats - Quota.taken >= Booking.party)
    return sa.or_(sa.exists().where(*waits, Booking.party <= free), sa.exists().where(*waits, *kept, *left))


def _opens(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(
        Screening.state.in_(UNOPENED),
        Screening.booking_opens_at <= now,
        Screening.starts_at > now,
        sa.or_(Screening.booking_closes_at.is_(None), Screening.booking_closes_at > now),
    )


@dataclass(frozen=True, slots=True)
class Moves:
    """What the holders of a moved screening said: parties that keep their seats, gave them back, have not answered."""

    kept: int
    given_back: int
    unanswered: int

    @property
    def asked(self) -> int:
        """All of them."""
        return self.kept + self.given_back + self.unanswered


def moves(session: Session, screening_id: int) -> Moves:
    """The answers after a move; one statement."""

    def parties(*which: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
        return sa.func.coalesce(sa.func.sum(sa.case((sa.and_(*which), 1), else_=0)), 0)

    row = session.execute(
        sa.select(
            parties(Booking.kept_at.is_not(None), Booking.state != SeatState.CANCELLED),
            parties(Booking.state == SeatState.CANCELLED),
            parties(Booking.kept_at.is_(None), Booking.state == SeatState.CONFIRMED),
        ).where(Booking.screening_id == screening_id, Booking.moved_in.is_not(None))
    ).one()
    return Moves(*row)


def unanswered_moves(screening_id: int) -> sa.Select[Booking]:
    """Bookings whose holders have not said whether they keep their seats after a move."""
    silent = (Booking.moved_in.is_not(None), Booking.kept_at.is_(None), Booking.state == SeatState.CONFIRMED)
    return sa.select(Booking).where(Booking.screening_id == screening_id, *silent).order_by(Booking.id)


def other_screenings(session: Session, screening: Screening) -> Sequence[Screening]:
    """Screenings of the same programme that may be booked, for those whose own was cancelled."""
    query = sa.select(Screening).where(
        Screening.package_id == screening.package_id,
        Screening.id != screening.id,
        Screening.state == ScreeningState.BOOKING,
        Screening.starts_at > clock.now(),
    )
    return session.scalars(query.order_by(Screening.starts_at)).all()


def hearers(session: Session, codes: Collection[str]) -> dict[str, int]:
    """How many bookings hear of a change to each of these screenings: with seats, with an offer, or on the list."""
    query = (
        sa.select(Screening.code, sa.func.count(Booking.id))
        .join(Booking, Booking.screening_id == Screening.id)
        .where(Screening.code.in_(codes), Booking.state.in_(CONCERNED))
        .group_by(Screening.code)
    )
    return {row[0]: row[1] for row in session.execute(query)} if codes else {}
