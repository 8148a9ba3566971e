"""Screenings: placed in a hall at a time, moved, confirmed, opened for booking.

Conflicts never block a move; they are shown. What blocks a confirmation is a film that may not be public.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, clock, db
from portal.errors import Invalid, Stale
from portal.i18n import N_
from portal.lifecycles import ScreeningState, advance
from portal.policies import Actor
from portal.programme import seat_plan
from portal.programme.length import films_end
from portal.programme.models import Hall, Package, Screening, Venue
from portal.programme.queries.conversations import talk_by_code
from portal.programme.queries.readiness import blocked_packages
from portal.programme.service.packages import length_of

MOVABLE = (
    ScreeningState.PLANNED,
    ScreeningState.CONFIRMED,
    ScreeningState.RELEASED,
    ScreeningState.BOOKING,
    ScreeningState.CLOSED,
)


MOST_SEATS = 20_000
LONGEST_SLOT = 1440
SHORTEST_SLOT = 5


def place(
    session: Session, package: Package, hall: Hall, starts_at: datetime, *, slot_min: int | None = None, by: Actor
) -> Screening:
    """Put a package on the plan with every seat of the hall on offer; the same place and time again is the same."""
    _check_hall(session, package.edition_id, hall)
    db.one_at_a_time(session, f"plan {package.edition_id}")
    same = sa.select(Screening).where(
        Screening.package_id == package.id,
        Screening.hall_id == hall.id,
        Screening.starts_at == starts_at,
        Screening.state != ScreeningState.CANCELLED,
    )
    found = session.scalar(same.limit(1))
    if found is not None:
        return found
    screening = Screening(
        edition_id=package.edition_id,
        package_id=package.id,
        hall_id=hall.id,
        starts_at=starts_at,
        ends_at=films_end(starts_at, length_of(session, package)),
        seats=hall.seats,
        slot_min=slot_min,
    )
    session.add(screening)
    session.flush()
    audit.record(session, by, "screening.placed", screening, hall=hall.id, starts_at=starts_at)
    return screening


def _check_hall(session: Session, edition_id: int, hall: Hall) -> None:
    if session.scalar(sa.select(Venue.edition_id).where(Venue.id == hall.venue_id)) != edition_id:
        raise Invalid("hall", N_("Choose a hall of this edition."))


def hold(session: Session, screening: Screening, rev: int | None) -> None:
    """Read the screening anew and keep others from changing it; raises Stale where it is not the `rev` one saw."""
    db.hold(session, screening)
    if rev is not None and screening.rev != rev:
        raise Stale


def move(
    session: Session,
    screening: Screening,
    hall: Hall,
    starts_at: datetime,
    *,
    rev: int,
    seats: int | None = None,
    by: Actor,
) -> None:
    """Move a screening; raises Stale when somebody moved it first, Invalid once it has begun.

    `seats` are those on offer there; without them it is the whole hall while nobody has booked, or what it was. What
    is already published stays so until the next release.
    """
    hold(session, screening, rev)
    if screening.state not in MOVABLE:
        raise Invalid("start", N_("This screening can no longer be moved."))
    _check_hall(session, screening.edition_id, hall)
    if (screening.hall_id, screening.starts_at) == (hall.id, starts_at):
        return
    before = {"hall": screening.hall_id, "starts_at": screening.starts_at}
    length = screening.ends_at - screening.starts_at
    if screening.hall_id != hall.id and screening.taken == screening.held == 0:
        screening.seats = hall.seats
    screening.hall_id, screening.starts_at, screening.ends_at = hall.id, starts_at, starts_at + length
    session.flush()
    after = {"hall": hall.id, "starts_at": starts_at}
    audit.record(session, by, "screening.moved", screening, before=before, after=after, rev=screening.rev)
    if seats is not None:
        set_seats(session, screening, seats, by=by)


def set_slot(
    session: Session, screening: Screening, slot_min: int | None, *, rev: int | None = None, by: Actor
) -> None:
    """Give the block a length of its own, None for as long as films and talk are. Raises Stale, Invalid."""
    if slot_min is not None and not SHORTEST_SLOT <= slot_min <= LONGEST_SLOT:
        raise Invalid("slot_min", N_("A slot is {n} to {most} minutes long."), n=SHORTEST_SLOT, most=LONGEST_SLOT)
    hold(session, screening, rev)
    if screening.state not in MOVABLE:
        raise Invalid("slot_min", N_("This screening can no longer be moved."))
    before = screening.slot_min
    if before == slot_min:
        return
    screening.slot_min = slot_min
    session.flush()
    audit.record(session, by, "screening.slot", screening, before=before, after=slot_min)


def set_seats(session: Session, screening: Screening, seats: int, *, by: Actor) -> None:
    """Offer more or fewer seats; never fewer than are given away or kept, whoever books meanwhile.

    Where they are numbered, never more than the hall's plan has. Raises Invalid.
    """
    if not 1 <= seats <= MOST_SEATS:
        raise Invalid("seats", N_("Write a number from {least} to {most}."), least=1, most=MOST_SEATS)
    plan = session.get_one(Hall, screening.hall_id).plan if screening.seated else []
    if plan and seats > seat_plan.seats(plan):
        raise Invalid("seats", N_("Seats are numbered here, and the hall's plan has {n}."), n=seat_plan.seats(plan))
    offer(session, screening, seats, by=by)


def offer(session: Session, screening: Screening, seats: int, *, by: Actor) -> None:
    """Offer that many seats, whatever plan the hall has at the moment. Raises Invalid where more are given away."""
    before = screening.seats
    done = session.execute(
        sa.update(Screening)
        .where(Screening.id == screening.id, Screening.taken + Screening.held <= seats)
        .values(seats=seats, rev=Screening.rev + 1)
        .returning(Screening.id)
        .execution_options(synchronize_session=False)
    ).first()
    if done is None:
        raise Invalid("seats", N_("More seats than that are already given away."))
    session.refresh(screening)
    audit.record(session, by, "screening.seats", screening, before=before, after=seats)


def confirm(session: Session, screening: Screening, *, by: Actor) -> None:
    """Vouch for a planned screening; raises Invalid while a film of it may not be public."""
    if screening.state == ScreeningState.CONFIRMED:
        return
    blocked = blocked_packages(session, [screening.package_id])
    if blocked:
        titles = ", ".join(blocked[screening.package_id])
        raise Invalid("main", N_("These films are not ready to be shown: {titles}"), titles=titles)
    advance(session, screening, ScreeningState.CONFIRMED, by=by)
    session.flush()


def unconfirm(session: Session, screening: Screening, *, by: Actor) -> None:
    """Take a confirmation back before its release."""
    if screening.state == ScreeningState.PLANNED:
        return
    advance(session, screening, ScreeningState.PLANNED, by=by)
    session.flush()


def unplace(session: Session, screening: Screening, *, by: Actor) -> None:
    """Put a planned screening back into the tray, with a talk that nobody was asked for.

    Raises Invalid once it is confirmed, or while people were asked for its talk: they would hear nothing.
    """
    if screening.state != ScreeningState.PLANNED:
        raise Invalid("main", N_("Only a planned screening goes back; cancel a confirmed one."))
    talk = talk_by_code(session, screening.code)
    if talk is not None and talk.guests:
        raise Invalid("main", N_("People were asked for its talk. Call the talk off first; then they hear of it."))
    if talk is not None:
        session.delete(talk)
        session.flush()
    audit.record(session, by, "screening.unplaced", "screenings", code=screening.code, package=screening.package_id)
    session.delete(screening)
    session.flush()


def set_booking(session: Session, screening: Screening, *, is_open: bool, by: Actor) -> None:
    """Open or close booking; twice is once. Raises Invalid for a screening that has begun."""
    hold(session, screening, None)
    to = ScreeningState.BOOKING if is_open else ScreeningState.CLOSED
    if screening.state == to:
        return
    if is_open and screening.starts_at <= clock.now():
        raise Invalid("main", N_("This screening has already begun."))
    advance(session, screening, to, by=by)
    _set_hours_aside(session, screening, is_open=is_open, by=by)
    session.flush()


def _set_hours_aside(session: Session, screening: Screening, *, is_open: bool, by: Actor) -> None:
    """What a person does now counts more than hours by which the clock would undo it at its next tick."""
    now, before = clock.now(), (screening.booking_opens_at, screening.booking_closes_at)
    opens, closes = before
    if opens is not None and (opens > now or not is_open):
        screening.booking_opens_at = opens = None
    if is_open and closes is not None and closes <= now:
        screening.booking_closes_at = closes = None
    if (opens, closes) != before:
        audit.record(session, by, "screening.hours_aside", screening, before=before, after=(opens, closes))
