"""After a release: everybody with a seat or a place on the list hears what changed for them, once.

Whoever holds seats of a screening that moved says with one click whether they keep them; whoever had seats of one that
was cancelled gets the way to another screening of the same programme.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, clock
from portal.audience.models import Booking, Group
from portal.audience.queries import unanswered_moves
from portal.audience.service import allotment, letters, seats
from portal.audience.service.booking import Ask, book
from portal.audience.service.offers import offer_free
from portal.audience.terms import CONCERNED, HOLDING
from portal.errors import Invalid
from portal.i18n import N_
from portal.lifecycles import ScreeningState, SeatState, advance
from portal.policies import SYSTEM, Actor
from portal.programme.frozen import TOLD
from portal.programme.models import Release, Screening


def tell(session: Session, release: Release) -> int:
    """Write to the holders of changed screenings, and end the bookings of cancelled ones. Returns how many."""
    changes = {change["code"]: change for change in release.changes if change["kind"] in TOLD}
    screenings = session.scalars(sa.select(Screening).where(Screening.code.in_(changes)).order_by(Screening.id))
    return sum(_tell_one(session, release, screening, changes[screening.code]) for screening in screenings.all())


def _tell_one(session: Session, release: Release, screening: Screening, change: dict[str, str]) -> int:
    over = change["kind"] in ("cancelled", "removed")
    screening = seats.locked(session, screening.id)
    query = sa.select(Booking).where(
        Booking.screening_id == screening.id,
        Booking.state.in_(CONCERNED),
        Booking.created_at <= (release.embargo_until or release.released_at),
    )
    bookings = session.scalars(query.order_by(Booking.id).execution_options(populate_existing=True)).all()
    if not over:
        _note_move(session, screening, bookings, release.version)
    for booking in bookings:
        letters.changed(session, booking, screening, release.version, change)
        if over:
            _end(session, booking, screening)
    return len(bookings)


def _note_move(session: Session, screening: Screening, bookings: Sequence[Booking], version: int) -> None:
    """Who holds seats is asked whether they keep them; told twice is asked once."""
    moved = [one for one in bookings if one.state == SeatState.CONFIRMED and (one.moved_in or 0) < version]
    for booking in moved:
        booking.moved_in, booking.kept_at = version, None
    session.flush()
    if moved and screening.seated:
        allotment.allot_again(session, screening)


def _end(session: Session, booking: Booking, screening: Screening) -> None:
    if booking.state in HOLDING:
        allotment.vacate(session, screening, booking)
    booking.offered_until = None
    advance(session, booking, SeatState.CANCELLED, by=SYSTEM, reason="screening cancelled")
    session.flush()


def keep(session: Session, booking: Booking, *, by: Actor) -> None:
    """The holder comes to the new time or hall; twice is once. Raises Invalid where the seats are gone."""
    seats.locked(session, booking.screening_id)
    session.refresh(booking)
    if booking.state == SeatState.CHECKED_IN:
        return
    if booking.state != SeatState.CONFIRMED:
        raise Invalid("main", N_("These seats have already gone on. You can book again."))
    if booking.kept_at is None:
        booking.kept_at = clock.now()
        session.flush()
        audit.record(session, by, "seat.kept", booking, moved_in=booking.moved_in)


def release_unanswered(session: Session, screening: Screening, *, by: Actor) -> int:
    """Let the seats go on whose holders did not say that they keep them; each is told. Returns how many parties."""
    screening = seats.locked(session, screening.id)
    bookings = session.scalars(unanswered_moves(screening.id).execution_options(populate_existing=True)).all()
    for booking in bookings:
        advance(session, booking, SeatState.CANCELLED, by=by, reason="no answer after a move")
        allotment.vacate(session, screening, booking)
        session.flush()
        letters.unanswered(session, booking, screening)
    offer_free(session, screening, by=by)
    return len(bookings)


def go_to_another(session: Session, booking: Booking, other: Screening, *, by: Actor) -> Booking:
    """Seats, or a place on the list, of another screening for somebody whose own was cancelled; twice is once.

    Raises Invalid unless the other shows the same programme.
    """
    own = session.get_one(Screening, booking.screening_id)
    if own.state != ScreeningState.CANCELLED or other.id == own.id or other.package_id != own.package_id:
        raise Invalid("main", N_("This is not another screening of the same films."))
    group = session.get(Group, booking.group_id) if booking.group_id else None
    ask = Ask(
        booking.name,
        booking.email,
        booking.party,
        booking.language,
        booking.access_needs,
        booking.person_id,
        vouched=True,
        links=(group.link,) if group else (),
    )
    return book(session, other, ask, may_wait=True, by=by)
