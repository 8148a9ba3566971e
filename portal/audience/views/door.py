"""The door: a staff member's phone opens the ticket's code and lets the party in."""

from __future__ import annotations

from datetime import timedelta

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal import clock, links, policies
from portal.audience import queries, service
from portal.audience.models import Booking
from portal.audience.service import CheckedIn
from portal.audience.states import seat_text
from portal.audience.views.blueprint import bp
from portal.errors import Invalid
from portal.i18n import _
from portal.lifecycles import SeatState
from portal.programme.queries import showing_of
from portal.signing import BadToken, random_token
from portal.web import current
from portal.web.access import guard
from portal.web.pages import page

_TODAY = timedelta(hours=6)


def _by_token(session: Session, token: str) -> Booking | None:
    try:
        return queries.booking_by_code(session, links.of(session).at_door(token))
    except BadToken:
        return None


@bp.get("/ops/checkin/<token>")
@guard(policies.check_in_booking, load=_by_token)
def door(booking: Booking) -> ResponseReturnValue:
    """Who stands at the door, for which screening, and the one button."""
    return _door(booking)


def _door(booking: Booking, *, entered: CheckedIn | None = None, problem: str | None = None) -> ResponseReturnValue:
    if entered is None and booking.state == SeatState.CHECKED_IN and booking.checked_in_at is not None:
        entered = CheckedIn(booking.checked_in_at, again=True)
    away = abs(booking.screening.starts_at - clock.now())
    return page(
        "audience/door.html",
        booking=booking,
        showing=showing_of(current.session(), booking.screening),
        entered=entered,
        problem=problem,
        rest=booking.outside if booking.state == SeatState.CHECKED_IN else booking.party,
        state=seat_text(booking.state),
        other_time=away > _TODAY,
        once=random_token(),
        token=(request.view_args or {})["token"],
    )


@bp.post("/ops/checkin/<token>")
@guard(policies.check_in_booking, load=_by_token)
def let_in(booking: Booking) -> ResponseReturnValue:
    """Let the party in, or those of it who have come; once all are in, the next time tells when the first was."""
    try:
        once = (request.form.get("once") or random_token())[:64]
        persons = request.form.get("persons", type=int)
        entered = service.check_in(current.session(), booking, once=once, persons=persons, by=current.actor())
        return _door(booking, entered=entered)
    except Invalid as problem:
        return _door(booking, problem=problem.message)


@bp.post("/ops/checkin/<token>/undo")
@guard(policies.check_in_booking, load=_by_token)
def undo(booking: Booking) -> ResponseReturnValue:
    """Take a mistaken entry back."""
    service.undo_check_in(current.session(), booking, by=current.actor())
    flash(_("The entry is taken back."), "ok")
    return redirect(url_for("audience.door", token=(request.view_args or {})["token"]), 303)
