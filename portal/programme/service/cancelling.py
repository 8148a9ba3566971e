"""Cancelling a screening: at once while nobody knows of it, by two people once it is public."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal import audit, clock
from portal.errors import Invalid, require_at_most
from portal.i18n import N_
from portal.lifecycles import ScreeningState, advance
from portal.policies import Actor
from portal.programme.models import Screening
from portal.programme.queries.conversations import talk_by_code
from portal.programme.service.conversations import tell_off
from portal.programme.service.screenings import hold

TWO_PEOPLE = (ScreeningState.RELEASED, ScreeningState.BOOKING, ScreeningState.CLOSED)
LONGEST_REASON = 300


def cancel(session: Session, screening: Screening, *, reason: str, by: Actor) -> None:
    """Cancel what is not public yet and tell its guests at once, as no release will; twice is once.

    Raises Invalid without a reason, or where two people are needed.
    """
    hold(session, screening, None)
    if screening.state == ScreeningState.CANCELLED:
        return
    if screening.state in TWO_PEOPLE:
        raise Invalid("main", N_("This screening is public: one person asks for it to be cancelled, another confirms."))
    screening.cancel_reason, screening.cancelled_by_id = _said(reason), by.person_id
    _cancelled(session, screening, by)
    talk = talk_by_code(session, screening.code)
    if talk is not None:
        tell_off(session, talk)


def ask_cancellation(session: Session, screening: Screening, *, reason: str, by: Actor) -> None:
    """Ask for a public screening to be cancelled; asked twice, the first reason stands. Raises Invalid."""
    hold(session, screening, None)
    if screening.state == ScreeningState.CANCELLED or screening.cancel_asked_at is not None:
        return
    if screening.state not in TWO_PEOPLE:
        raise Invalid("main", N_("Only a public screening needs a second person."))
    screening.cancel_reason, screening.cancel_asked_at = _said(reason), clock.now()
    screening.cancel_asked_by_id = by.person_id
    session.flush()
    audit.record(session, by, "screening.cancellation_asked", screening, reason=screening.cancel_reason)


def confirm_cancellation(session: Session, screening: Screening, *, by: Actor) -> None:
    """The second person's word: it is cancelled, and the next release tells. Twice is once. Raises Invalid."""
    hold(session, screening, None)
    if screening.state == ScreeningState.CANCELLED:
        return
    if screening.cancel_asked_at is None:
        raise Invalid("main", N_("Nobody asks for this screening to be cancelled any more."))
    if by.person_id is not None and screening.cancel_asked_by_id == by.person_id:
        raise Invalid("main", N_("Somebody else has to confirm what you asked for."))
    screening.cancelled_by_id = by.person_id
    _cancelled(session, screening, by)


def take_back_cancellation(session: Session, screening: Screening, *, by: Actor) -> None:
    """It is shown after all; taking back what was not asked changes nothing."""
    hold(session, screening, None)
    if screening.state == ScreeningState.CANCELLED or screening.cancel_asked_at is None:
        return
    audit.record(session, by, "screening.cancellation_taken_back", screening, reason=screening.cancel_reason)
    screening.cancel_reason, screening.cancel_asked_at, screening.cancel_asked_by_id = "", None, None
    session.flush()


def _said(reason: str) -> str:
    if not reason:
        raise Invalid("reason", N_("Say why it is cancelled."))
    require_at_most(LONGEST_REASON, "reason", reason)
    return reason


def _cancelled(session: Session, screening: Screening, by: Actor) -> None:
    advance(session, screening, ScreeningState.CANCELLED, by=by, reason=screening.cancel_reason)
    session.flush()
