"""Scans at the door, told at once or hours later by a phone that had no network; each is told once.

A party is let in once: whoever is heard second is told so, even if it happened first. All phones of a screening agree
on when, whatever order they are heard in: a party is in since its earliest entry.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal import audit
from portal.audience.models import Booking, Scan, ScanOutcome
from portal.audience.service import seats
from portal.lifecycles import ScreeningState, SeatState, advance
from portal.policies import Actor
from portal.programme.models import Screening

EARLIEST = timedelta(hours=6)
CLOCK_OFF = timedelta(minutes=1)


class Wish(StrEnum):
    """What the phone did: let the party in, turned it away, or took an entry back."""

    ENTER = "enter"
    TURN_AWAY = "turn_away"
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class Told:
    """One scan as a phone tells it; `code` is the booking's, None where what was presented is no ticket of ours."""

    once: str
    at: datetime
    code: str | None
    presented: str = ""
    wish: Wish = Wish.ENTER
    device: str = ""
    offline: bool = False


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of a scan, and the booking it was about as it is now."""

    once: str
    outcome: ScanOutcome
    booking: Booking | None


def in_time(told: datetime, *, sent: datetime, received: datetime, screening: Screening) -> datetime:
    """The moment of a scan by the portal's clock.

    A phone whose clock is off says so by the moment it claims to send; what is left impossible after that (later than
    now, hours before the doors) is brought to the nearest possible moment.
    """
    drift = received - sent
    moment = told + drift if abs(drift) > CLOCK_OFF else told
    return min(max(moment, screening.starts_at - EARLIEST), received)


def report(session: Session, screening: Screening, told: Sequence[Told], *, by: Actor) -> list[Answered]:
    """Take scans in and answer each; one that was told before is answered again and changes nothing."""
    screening = seats.locked(session, screening.id)
    known = {scan.once: scan for scan in session.scalars(_scans_told(told))}
    bookings = {booking.code: booking for booking in session.scalars(_bookings_presented(told))}
    by_id = {booking.id: booking for booking in bookings.values()}
    for one in told:
        if one.once not in known:
            booking = bookings.get(one.code or "")
            known[one.once] = _written(session, screening, booking, one, by)
    session.flush()
    return [Answered(one.once, known[one.once].outcome, by_id.get(known[one.once].booking_id or 0)) for one in told]


def _scans_told(told: Sequence[Told]) -> sa.Select[Scan]:
    return sa.select(Scan).where(Scan.once.in_([one.once for one in told]))


def _bookings_presented(told: Sequence[Told]) -> sa.Select[Booking]:
    codes = {one.code for one in told if one.code}
    query = sa.select(Booking).where(Booking.code.in_(codes)).options(joinedload(Booking.screening))
    return query.execution_options(populate_existing=True)


def _written(session: Session, screening: Screening, booking: Booking | None, told: Told, by: Actor) -> Scan:
    outcome = _outcome(session, screening, booking, told, by)
    scan = Scan(
        once=told.once,
        screening_id=screening.id,
        booking_id=booking.id if booking else None,
        presented="" if booking else told.presented[:200],
        outcome=outcome,
        device=told.device,
        offline=told.offline,
        by_id=by.person_id,
        at=told.at,
    )
    session.add(scan)
    if outcome in (ScanOutcome.AGAIN, ScanOutcome.REFUSED):
        audit.record(session, by, f"scan.{outcome}", scan, at=told.at.isoformat())
    return scan


def _outcome(session: Session, screening: Screening, booking: Booking | None, told: Told, by: Actor) -> ScanOutcome:
    if booking is None or booking.screening_id != screening.id:
        return ScanOutcome.REFUSED
    if told.wish == Wish.UNDO:
        _take_back(session, screening, booking, by)
        return ScanOutcome.UNDONE
    if booking.state == SeatState.CHECKED_IN:
        return _again(session, booking, told, by)
    if told.wish == Wish.ENTER and booking.state in (SeatState.CONFIRMED, SeatState.NO_SHOW):
        _note_entry(booking, told, by)
        advance(session, booking, SeatState.CHECKED_IN, by=by, at=told.at.isoformat())
        return ScanOutcome.ENTERED
    return ScanOutcome.REFUSED


def _again(session: Session, booking: Booking, told: Told, by: Actor) -> ScanOutcome:
    """The ticket was shown before; what happened before the entry heard of so far becomes the moment of the entry."""
    assert booking.checked_in_at is not None
    if told.wish == Wish.ENTER and told.at < booking.checked_in_at:
        audit.record(session, by, "seat.entered_earlier", booking, before=booking.checked_in_at, at=told.at.isoformat())
        _note_entry(booking, told, by)
    return ScanOutcome.AGAIN


def _note_entry(booking: Booking, told: Told, by: Actor) -> None:
    booking.checked_in_at, booking.checked_in_by_id = told.at, by.person_id


def _take_back(session: Session, screening: Screening, booking: Booking, by: Actor) -> None:
    if booking.state != SeatState.CHECKED_IN:
        return
    over = screening.state == ScreeningState.HELD
    advance(session, booking, SeatState.NO_SHOW if over else SeatState.CONFIRMED, by=by)
    booking.checked_in_at = booking.checked_in_by_id = None
