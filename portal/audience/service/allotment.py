"""Numbered seats of a screening whose hall has a plan: given with the booking, freed with it, exchanged by hand.

Every command here runs under the screening's row lock (`seats.locked`), which whoever confirms or ends a booking holds;
the primary key of `allotted_seats` says again that a seat has one party.
"""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, clock
from portal.audience import plans
from portal.audience.models import AllottedSeat, Booking, Quota
from portal.audience.plans import Row, Seat
from portal.audience.service import seats
from portal.errors import Invalid
from portal.i18n import N_
from portal.lifecycles import SeatState
from portal.policies import Actor
from portal.programme import seat_plan
from portal.programme.models import Hall, Screening

KEPT_UNTIL = timedelta(hours=24)
SEATED = (SeatState.CONFIRMED, SeatState.CHECKED_IN)


def allot(session: Session, screening: Screening, booking: Booking) -> list[Seat]:
    """Give a confirmed booking its seats and return them; those it has stay. None where people sit as they like."""
    rows = _rows(session, screening)
    if not rows:
        return []
    taken = _taken(session, screening)
    own = [seat for seat, booking_id in taken.items() if booking_id == booking.id]
    if own:
        return own
    kept = _accessible_kept(session, screening)
    found = plans.best(rows, taken.keys(), booking.party, access=bool(booking.access_needs), kept=kept)
    _give(session, screening, booking, found)
    return found


def number(session: Session, screening: Screening, *, seated: bool) -> None:
    """Number the seats of a screening and give everybody theirs, or no longer while nobody has one. Raises Invalid."""
    if not seated and _taken(session, screening):
        raise Invalid("seated", N_("Seats are given by number already. Numbers that are on tickets stay."))
    most = seat_plan.seats(session.get_one(Hall, screening.hall_id).plan)
    if seated and most < screening.seats:
        raise Invalid("seated", N_("The hall's plan has {n} seats, and more than these are on offer."), n=most)
    screening.seated = seated
    session.flush()
    if seated:
        allot_again(session, screening)


def vacate(session: Session, screening: Screening, booking: Booking) -> None:
    """Take the seats of a booking that ended back, the numbered ones too."""
    session.execute(sa.delete(AllottedSeat).where(AllottedSeat.booking_id == booking.id))
    session.expire(booking, ["allotted"])
    seats.give_back(session, screening, booking)


def allot_again(session: Session, screening: Screening) -> dict[int, tuple[str, str]]:
    """Seat everybody anew, in the order they booked: after a move to another hall, or a new plan.

    Returns what changed: the booking's id with its seats in words before and after.
    """
    before = {booking_id: plans.words(held) for booking_id, held in _by_booking(_taken(session, screening)).items()}
    session.execute(sa.delete(AllottedSeat).where(AllottedSeat.screening_id == screening.id))
    query = sa.select(Booking).where(Booking.screening_id == screening.id, Booking.state.in_(SEATED))
    changed = {}
    for booking in session.scalars(query.order_by(Booking.access_needs == "", Booking.created_at, Booking.id)).all():
        after = plans.words(allot(session, screening, booking))
        if after != before.get(booking.id, ""):
            changed[booking.id] = (before.get(booking.id, ""), after)
    return changed


def exchange(session: Session, screening: Screening, one: Seat, other: Seat, *, by: Actor) -> None:
    """Who sits on one seat moves to the other, and the other way round if somebody sits there."""
    screening = seats.locked(session, screening.id)
    there = {Seat(row.name, number) for row in _rows(session, screening) for number in range(1, row.seats + 1)}
    if not {one, other} <= there:
        raise Invalid("seat", N_("There is no such seat in this hall."))
    if one == other:
        raise Invalid("other", N_("Choose two different seats."))
    taken = _taken(session, screening)
    if one not in taken:
        raise Invalid("seat", N_("Nobody sits there."))
    moves = [(other, taken[one])] + ([(one, taken[other])] if other in taken else [])
    on_both = sa.tuple_(AllottedSeat.row, AllottedSeat.number).in_([one, other])
    session.execute(sa.delete(AllottedSeat).where(AllottedSeat.screening_id == screening.id, on_both))
    for seat, booking_id in moves:
        booking = session.get_one(Booking, booking_id)
        _give(session, screening, booking, [seat])
        audit.record(session, by, "seat.exchanged", booking, seats=[plans.words([one]), plans.words([other])])


def _rows(session: Session, screening: Screening) -> tuple[Row, ...]:
    if not screening.seated:
        return ()
    return plans.rows_of(session.get_one(Hall, screening.hall_id).plan)


def _taken(session: Session, screening: Screening) -> dict[Seat, int]:
    query = sa.select(AllottedSeat.row, AllottedSeat.number, AllottedSeat.booking_id)
    rows = session.execute(query.where(AllottedSeat.screening_id == screening.id))
    return {Seat(row.row, row.number): row.booking_id for row in rows}


def _by_booking(taken: dict[Seat, int]) -> dict[int, list[Seat]]:
    found: dict[int, list[Seat]] = {}
    for seat, booking_id in taken.items():
        found.setdefault(booking_id, []).append(seat)
    return found


def _accessible_kept(session: Session, screening: Screening) -> bool:
    """Until the release clock has struck for the last quota; without quotas until a day before."""
    now = clock.now()
    query = sa.select(sa.func.max(Quota.releases_at)).where(Quota.screening_id == screening.id)
    return now < (session.scalar(query) or screening.starts_at - KEPT_UNTIL)


def _give(session: Session, screening: Screening, booking: Booking, found: list[Seat]) -> None:
    if not found:
        return
    values = [
        {"screening_id": screening.id, "booking_id": booking.id, "row": seat.row, "number": seat.number}
        for seat in found
    ]
    session.execute(sa.insert(AllottedSeat), values)
    session.expire(booking, ["allotted"])
