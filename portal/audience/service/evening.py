"""The evening itself: a screening begins, its films are over, it ends; those who did not come are noted."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.audience.models import Booking
from portal.audience.service import allotment, seats
from portal.audience.terms import CONCERNED
from portal.errors import Invalid
from portal.i18n import N_
from portal.lifecycles import ScreeningState, SeatState, TalkState, advance
from portal.policies import Actor
from portal.programme.models import QASession, Screening

BEGUN = (ScreeningState.RUNNING, ScreeningState.Q_AND_A, ScreeningState.HELD)
UNCLOSED = (ScreeningState.RELEASED, ScreeningState.BOOKING)


def begin(session: Session, screening: Screening, *, by: Actor) -> None:
    """The lights go down: booking ends and nothing is offered any more; twice is once.

    Raises Invalid for a screening that is not public or was cancelled.
    """
    screening = seats.locked(session, screening.id)
    if screening.state in BEGUN:
        return
    if screening.state in UNCLOSED:
        advance(session, screening, ScreeningState.CLOSED, by=by)
    if screening.state != ScreeningState.CLOSED:
        raise Invalid("main", N_("This screening is not public, so it cannot begin."))
    advance(session, screening, ScreeningState.RUNNING, by=by)
    session.flush()


def films_over(session: Session, screening: Screening, *, by: Actor) -> None:
    """The films are over and the talk follows; twice is once. Raises Invalid where no talk is planned."""
    screening = seats.locked(session, screening.id)
    if screening.state in (ScreeningState.Q_AND_A, ScreeningState.HELD):
        return
    if _talk(session, screening) is None:
        raise Invalid("main", N_("No talk follows, so the screening is over with its films."))
    advance(session, screening, ScreeningState.Q_AND_A, by=by)
    session.flush()


def films_go_on(session: Session, screening: Screening, *, by: Actor) -> None:
    """The films are not over after all. Raises Invalid while people are on stage."""
    screening = seats.locked(session, screening.id)
    if screening.state == ScreeningState.RUNNING:
        return
    talk = _talk(session, screening)
    if talk is not None and talk.state == TalkState.LIVE:
        raise Invalid("main", N_("The talk is live. Take that back first."))
    advance(session, screening, ScreeningState.RUNNING, by=by)
    session.flush()


def end(session: Session, screening: Screening, *, by: Actor) -> int:
    """The screening is over: seats not used are no-shows, offers and waiting end. Returns the number of no-shows.

    Raises Invalid while people are on stage.
    """
    screening = seats.locked(session, screening.id)
    if screening.state == ScreeningState.HELD:
        return 0
    talk = _talk(session, screening)
    if talk is not None and talk.state == TalkState.LIVE:
        raise Invalid("main", N_("The talk is still live. End it first."))
    advance(session, screening, ScreeningState.HELD, by=by)
    unused = sa.select(Booking).where(Booking.screening_id == screening.id, Booking.state.in_(CONCERNED))
    away = 0
    for booking in session.scalars(unused.order_by(Booking.id)).all():
        missed = booking.state == SeatState.CONFIRMED
        away += missed
        if booking.state == SeatState.OFFERED:
            allotment.vacate(session, screening, booking)
        booking.offered_until = None
        advance(session, booking, SeatState.NO_SHOW if missed else SeatState.CANCELLED, by=by)
    session.flush()
    return away


def _talk(session: Session, screening: Screening) -> QASession | None:
    return session.scalar(sa.select(QASession).where(QASession.screening_id == screening.id))
