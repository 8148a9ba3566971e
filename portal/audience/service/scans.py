"""Scans at the door, told at once or hours later by a phone that had no network; each is told once.

A party is let in once: whoever is heard second is told so, even if it happened first. All phones of a screening agree
on when, whatever order they are heard in: a party is in since its earliest entry that nobody took back. It may come in
parts: a ticket is good until all of its party are in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal import audit, clock
from portal.audience.models import Booking, Scan, ScanOutcome
from portal.audience.service import seats
from portal.lifecycles import ScreeningState, SeatState, advance
from portal.policies import Actor
from portal.programme.models import Screening

EARLIEST = timedelta(hours=6)
CLOCK_OFF = timedelta(minutes=1)
MAY_ENTER = (SeatState.CONFIRMED, SeatState.NO_SHOW, SeatState.CHECKED_IN)


class Wish(StrEnum):
    """What the phone did: let the party in, turned it away, or took an entry back."""

    ENTER = "enter"
    TURN_AWAY = "turn_away"
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class Told:
    """One scan as a phone tells it; `code` is the booking's, None where what was presented is no ticket of ours.

    `persons` are those who come in now, None for all who are still outside.
    """

    once: str
    at: datetime
    code: str | None
    presented: str = ""
    wish: Wish = Wish.ENTER
    persons: int | None = None
    device: str = ""
    offline: bool = False


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of a scan, and the booking it was about as it is now."""

    once: str
    outcome: ScanOutcome
    booking: Booking | None


class Step(NamedTuple):
    """An entry of a party, of so many persons; where these are none, an entry that was taken back."""

    at: datetime
    persons: int
    device: str
    received_at: datetime
    by_id: int | None


def entries(steps: Sequence[Step]) -> list[Step]:
    """The entries that count, by their moments; `steps` stand in the order they were heard in."""
    counting = (
        step
        for n, step in enumerate(steps)
        if step.persons and not any(_takes_back(one, step) for one in steps[n + 1 :])
    )
    return sorted(counting, key=lambda step: step.at)


def _takes_back(one: Step, entered: Step) -> bool:
    """Whether a step that was heard after an entry undoes it, and whoever did so could know of that entry.

    A phone tells its steps in their order; of other phones' entries it knows what the portal had heard by then.
    """
    known = one.device == entered.device or entered.received_at <= one.at + CLOCK_OFF
    return not one.persons and known


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
    steps = _steps(session, by_id)
    for one in told:
        if one.once not in known:
            booking = bookings.get(one.code or "")
            known[one.once] = _written(session, screening, booking, steps, one, by)
    session.flush()
    return [Answered(one.once, known[one.once].outcome, by_id.get(known[one.once].booking_id or 0)) for one in told]


def _scans_told(told: Sequence[Told]) -> sa.Select[Scan]:
    return sa.select(Scan).where(Scan.once.in_([one.once for one in told]))


def _bookings_presented(told: Sequence[Told]) -> sa.Select[Booking]:
    codes = {one.code for one in told if one.code}
    query = sa.select(Booking).where(Booking.code.in_(codes)).options(joinedload(Booking.screening))
    return query.execution_options(populate_existing=True)


def _steps(session: Session, bookings: dict[int, Booking]) -> dict[int, list[Step]]:
    """The steps of these parties that the portal has heard of, by booking."""
    in_or_back = sa.or_(Scan.persons > 0, Scan.outcome == ScanOutcome.UNDONE)
    query = sa.select(Scan).where(Scan.booking_id.in_(bookings), in_or_back, Scan.outcome != ScanOutcome.REFUSED)
    query = query.order_by(Scan.id)
    found: dict[int, list[Step]] = defaultdict(list)
    for scan in session.scalars(query):
        found[scan.booking_id or 0].append(_step(scan))
    return found


def _step(scan: Scan) -> Step:
    return Step(scan.at, scan.persons, scan.device, scan.received_at, scan.by_id)


def _written(
    session: Session,
    screening: Screening,
    booking: Booking | None,
    steps: dict[int, list[Step]],
    told: Told,
    by: Actor,
) -> Scan:
    here = booking is not None and booking.screening_id == screening.id
    scan = Scan(
        once=told.once,
        screening_id=screening.id,
        booking_id=booking.id if booking else None,
        presented="" if booking else told.presented[:200],
        persons=_persons(booking, told) if booking and told.wish == Wish.ENTER else 0,
        device=told.device,
        offline=told.offline,
        by_id=by.person_id,
        at=told.at,
        received_at=clock.now(),
    )
    scan.outcome = (
        _outcome(session, screening, booking, steps[booking.id], scan, told.wish, by)
        if booking and here
        else ScanOutcome.REFUSED
    )
    session.add(scan)
    if scan.outcome in (ScanOutcome.AGAIN, ScanOutcome.REFUSED):
        audit.record(session, by, f"scan.{scan.outcome}", scan, at=told.at.isoformat())
    return scan


def _outcome(
    session: Session, screening: Screening, booking: Booking, steps: list[Step], scan: Scan, wish: Wish, by: Actor
) -> ScanOutcome:
    was_in = booking.state == SeatState.CHECKED_IN
    was_full = was_in and booking.outside == 0
    if wish == Wish.TURN_AWAY or (wish == Wish.ENTER and booking.state not in MAY_ENTER):
        return ScanOutcome.AGAIN if was_in else ScanOutcome.REFUSED
    steps.append(_step(scan))
    _settle(session, screening, booking, entries(steps), by)
    if wish == Wish.UNDO:
        return ScanOutcome.UNDONE
    return ScanOutcome.AGAIN if was_full else ScanOutcome.ENTERED


def _persons(booking: Booking, told: Told) -> int:
    """Who comes in: as many as the phone says, never more than the party has, else all who are still outside."""
    return min(told.persons or booking.outside or booking.party, booking.party)


def _settle(session: Session, screening: Screening, booking: Booking, entered: Sequence[Step], by: Actor) -> None:
    """Say of the booking what its entries say together."""
    if not entered:
        if booking.state == SeatState.CHECKED_IN:
            over = screening.state == ScreeningState.HELD
            advance(session, booking, SeatState.NO_SHOW if over else SeatState.CONFIRMED, by=by)
        booking.checked_in_at, booking.checked_in_by_id, booking.outside = None, None, 0
        return
    first, before = entered[0], (booking.checked_in_at, booking.outside)
    after = (first.at, max(booking.party - sum(step.persons for step in entered), 0))
    detail = {"at": first.at.isoformat(), "inside": booking.party - after[1]}
    if booking.state != SeatState.CHECKED_IN:
        advance(session, booking, SeatState.CHECKED_IN, by=by, **detail)
    elif after != before:
        audit.record(session, by, "seat.entry_changed", booking, before=before, **detail)
    booking.checked_in_at, booking.outside, booking.checked_in_by_id = *after, first.by_id
