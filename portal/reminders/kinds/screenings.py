"""Whoever holds seats: at five in the afternoon before the screening's day."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.audience.models import Booking
from portal.audience.service import letters
from portal.i18n import N_, pick
from portal.lifecycles import ScreeningState, SeatState
from portal.programme.models import Package, Screening
from portal.reminders.due import evening_before
from portal.reminders.kind import Kind, Wanted, one_by_one
from portal.reminders.models import Reminder

_ON = (ScreeningState.RELEASED, ScreeningState.BOOKING, ScreeningState.CLOSED)
# Who got the ticket the same afternoon knows when it is.
_REST = timedelta(hours=6)


def _wanted(session: Session, *, now: datetime, of: int | None = None) -> Iterator[Wanted]:
    coming = (Screening.starts_at > now, Screening.state.in_(_ON), Booking.state == SeatState.CONFIRMED)
    sure = sa.or_(Booking.verify_by.is_(None), Booking.verified_at.is_not(None))
    query = (
        sa.select(Booking.id, Booking.email, Booking.created_at, Screening.starts_at, Screening.edition_id)
        .join(Booking.screening)
        .where(*coming, sure, Booking.email.contains("@"), *(() if of is None else (Booking.id == of,)))
    )
    for row in session.execute(query):
        due_at = evening_before(row.starts_at)
        if row.created_at <= due_at - _REST:
            yield Wanted(row.id, row.email, 1, due_at, row.starts_at, row.edition_id)


def _named(session: Session, booking_ids: Collection[int]) -> dict[int, str]:
    query = (
        sa.select(Booking.id, Booking.code, Package.title_ko, Package.title_en)
        .join(Booking.screening)
        .join(Screening.package)
        .where(Booking.id.in_(booking_ids))
    )
    return {row.id: f"{pick(row.title_ko, row.title_en)} ({row.code})" for row in session.execute(query)}


def _write(session: Session, reminder: Reminder) -> None:
    booking = session.get_one(Booking, reminder.object_id)
    letters.tomorrow(session, booking, session.get_one(Screening, booking.screening_id), nth=reminder.nth)


KIND = Kind(
    name="screening",
    model=Booking,
    title=N_("Tomorrow's screening"),
    rule=N_("To whoever holds seats: once, at 17:00 Korean time on the day before."),
    ended=N_("Seats given back, or no screening"),
    wanted=_wanted,
    named=_named,
    write=one_by_one(_write),
)
