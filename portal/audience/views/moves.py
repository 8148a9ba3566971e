"""After a change: the holder of seats keeps them or not; whose screening was cancelled goes to another. By a link."""

from __future__ import annotations

from functools import partial

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import links, policies
from portal.audience import queries, service
from portal.audience.models import Booking
from portal.audience.service import seats
from portal.audience.views import bearer
from portal.audience.views.blueprint import bp
from portal.errors import Invalid
from portal.i18n import _
from portal.lifecycles import ScreeningState, SeatState
from portal.programme.queries import screening_by_code, showing_of
from portal.web import current
from portal.web.access import guard, require
from portal.web.pages import page


@bp.get("/t/<token>/moved")
@guard(policies.subject_of, load=bearer.by_token)
def moved(booking: Booking) -> ResponseReturnValue:
    """When and where the screening is now, and two buttons."""
    return page(
        "audience/moved.html",
        booking=booking,
        showing=showing_of(current.session(), booking.screening),
        asks=booking.state == SeatState.CONFIRMED and booking.kept_at is None,
        token=bearer.token(),
    )


@bp.post("/t/<token>/keep")
@guard(policies.subject_of, load=bearer.by_token)
def keep_seats(booking: Booking) -> ResponseReturnValue:
    """Keep the seats."""
    keep = partial(service.keep, current.session(), booking, by=current.actor())
    return bearer.back_to_ticket(keep, _("Your seats stay yours. See you there."))


@bp.get("/t/<token>/another")
@guard(policies.subject_of, load=bearer.by_token)
def another(booking: Booking) -> ResponseReturnValue:
    """Other screenings of the films somebody had seats for, with what is free there."""
    return _another(booking)


def _another(booking: Booking, problem: str = "", status: int = 200) -> ResponseReturnValue:
    session = current.session()
    require(booking.screening.state == ScreeningState.CANCELLED)
    others = [
        (other.code, showing_of(session, other), seats.free(other))
        for other in queries.other_screenings(session, booking.screening)
    ]
    return page(
        "audience/another.html",
        booking=booking,
        showing=showing_of(session, booking.screening),
        others=others,
        problem=problem,
        token=bearer.token(),
        status=status,
    )


@bp.post("/t/<token>/another")
@guard(policies.subject_of, load=bearer.by_token)
def go_to_another(booking: Booking) -> ResponseReturnValue:
    """The same party in another screening, or on its waiting list."""
    session = current.session()
    other = screening_by_code(session, request.form.get("screening", ""))
    if other is None:
        return _another(booking, _("Choose a screening."), 422)
    try:
        made = service.go_to_another(session, booking, other, by=current.actor())
    except Invalid as problem:
        return _another(booking, problem.message, 422)
    return redirect(url_for("audience.ticket", token=current.links().token(links.TICKET, made.code)), 303)
