"""Reads of bookings: behind a link, at a desk, for the workers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal import clock, links
from portal.audience.models import Booking
from portal.audience.terms import CONCERNED, LAST_OFFER, OFFERING
from portal.lifecycles import SeatState
from portal.mail.models import OutgoingMail
from portal.programme.frozen import told_codes
from portal.programme.models import Hall, Package, Release, Screening
from portal.signing import BadToken

FRESH = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Count:
    """The seats of a screening by what they are: given, offered, entered; and who waits."""

    seats: int
    taken: int
    offered: int
    checked_in: int
    waiting: int

    @property
    def booked(self) -> int:
        """Seats that are given away for good."""
        return self.taken - self.offered

    @property
    def left(self) -> int:
        return self.seats - self.taken


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

    def seats_in(*states: SeatState) -> sa.ColumnElement[int]:
        return sa.func.coalesce(sa.func.sum(sa.case((Booking.state.in_(states), Booking.party), else_=0)), 0)

    row = session.execute(
        sa.select(
            seats_in(SeatState.OFFERED).label("offered"),
            seats_in(SeatState.CHECKED_IN).label("checked_in"),
            seats_in(SeatState.WAITLISTED).label("waiting"),
        ).where(Booking.screening_id == screening.id)
    ).one()
    return Count(screening.seats, screening.taken, row.offered, row.checked_in, row.waiting)


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
    Booking.created_at,
)


def bookings(screening_id: int, *states: SeatState, search: str = "") -> sa.Select[*tuple[Any, ...]]:
    """The bookings of a screening in these states, by name, or the waiting list by place."""
    query = sa.select(*_LIST).where(Booking.screening_id == screening_id, Booking.state.in_(states))
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
    columns = (Screening.code, Screening.state, Screening.starts_at, Screening.seats, Screening.taken)
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
    """Screenings with an offer that ran out, or with free seats that a waiting party would fill."""
    now = clock.now()
    overdue = sa.exists().where(
        Booking.screening_id == Screening.id, Booking.state == SeatState.OFFERED, Booking.offered_until <= now
    )
    fitting = sa.exists().where(
        Booking.screening_id == Screening.id,
        Booking.state == SeatState.WAITLISTED,
        Booking.party <= Screening.seats - Screening.taken,
    )
    offering = sa.and_(Screening.state.in_(OFFERING), Screening.starts_at > now + LAST_OFFER, fitting)
    return session.scalars(sa.select(Screening.id).where(sa.or_(overdue, offering)).limit(200)).all()


def releases_to_tell(session: Session) -> Sequence[int]:
    """Fresh releases with seat holders who have not been written to."""
    fresh = sa.select(Release).where(Release.version > 1, Release.released_at > clock.now() - FRESH)
    return [one.id for one in session.scalars(fresh) if _untold(session, one)]


def _untold(session: Session, release: Release) -> bool:
    codes = told_codes(release.changes)
    if not codes:
        return False
    told = sa.exists().where(
        OutgoingMail.object_kind == "bookings",
        OutgoingMail.object_id == Booking.id,
        OutgoingMail.kind == "screening_changed",
        OutgoingMail.transition == f"release-{release.version}",
    )
    query = (
        sa.select(Booking.id)
        .join(Booking.screening)
        .where(
            Screening.code.in_(codes), Booking.state.in_(CONCERNED), Booking.created_at <= release.released_at, ~told
        )
    )
    return session.scalar(query.limit(1)) is not None
