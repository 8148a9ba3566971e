"""An offer from the waiting list: take the seats in time, or pass."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal import clock, links, policies
from portal.audience import queries, service
from portal.audience.errors import OfferGone
from portal.audience.models import Booking
from portal.audience.views.blueprint import bp
from portal.i18n import _
from portal.lifecycles import SeatState
from portal.programme.queries import showing_of
from portal.web import current
from portal.web.access import guard
from portal.web.pages import page


def _by_token(session: Session, token: str) -> Booking | None:
    return queries.booking_behind(session, links.WAITLIST, token)


@bp.get("/waitlist/<token>")
@guard(policies.subject_of, load=_by_token)
def offer(booking: Booking) -> ResponseReturnValue:
    """The offer and until when it holds, or what became of it."""
    return _offer(booking)


def _offer(booking: Booking, status: int = 200) -> ResponseReturnValue:
    now = clock.now()
    return page(
        "audience/offer.html",
        booking=booking,
        showing=showing_of(current.session(), booking.screening),
        is_open=booking.state == SeatState.OFFERED
        and booking.offered_until is not None
        and booking.offered_until > now,
        minutes=int((booking.offered_until - now).total_seconds() // 60) if booking.offered_until else 0,
        taken=booking.state in (SeatState.CONFIRMED, SeatState.CHECKED_IN),
        place=queries.waiting_before(current.session(), booking) + 1 if booking.state == SeatState.WAITLISTED else 0,
        ticket=current.links().token(links.TICKET, booking.code),
        token=(request.view_args or {})["token"],
        status=status,
    )


@bp.post("/waitlist/<token>/accept")
@guard(policies.subject_of, load=_by_token)
def accept(booking: Booking) -> ResponseReturnValue:
    """Take the seats."""
    try:
        service.accept(current.session(), booking, by=current.actor())
    except OfferGone:
        return _offer(booking, 409)
    return redirect(url_for("audience.ticket", token=current.links().token(links.TICKET, booking.code)), 303)


@bp.post("/waitlist/<token>/decline")
@guard(policies.subject_of, load=_by_token)
def decline(booking: Booking) -> ResponseReturnValue:
    """Pass: the seats go to the next on the list. Seats taken before are given back on the ticket, not here."""
    if booking.state in (SeatState.OFFERED, SeatState.WAITLISTED):
        service.cancel(current.session(), booking, by=current.actor())
        flash(_("You passed. The seats go to the next on the list."), "ok")
    return redirect(url_for("audience.offer", token=(request.view_args or {})["token"]), 303)
