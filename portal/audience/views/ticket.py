"""The ticket: a page without sign-in, opened by a signed link, to show, to print and to give back."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal import clock, links, policies
from portal.audience import queries, service
from portal.audience.models import Booking
from portal.audience.service.letters import calendar_of
from portal.audience.states import pass_state, seat_text
from portal.audience.terms import CONCERNED, DOORS
from portal.audience.tickets import qr_svg
from portal.audience.views.blueprint import bp
from portal.errors import Invalid
from portal.i18n import _, clock_time, moment, ngettext
from portal.lifecycles import SeatState
from portal.programme import ical
from portal.programme.agenda import Showing
from portal.programme.queries import showing_of
from portal.web import current
from portal.web.access import guard
from portal.web.pages import download, page


@dataclass(frozen=True, slots=True)
class Pass:
    """What the `ticket_pass` component draws."""

    title: str
    when: str
    doors: str
    hall: str
    venue: str
    seats: str
    holder: str
    code: str
    state: str
    state_text: str


def _by_token(session: Session, token: str) -> Booking | None:
    return queries.booking_behind(session, links.TICKET, token)


def drawn(booking: Booking, showing: Showing) -> Pass:
    """The ticket in words, in the language in use."""
    return Pass(
        title=showing.title,
        when=moment(showing.starts_at),
        doors=clock_time(showing.starts_at - DOORS),
        hall=showing.hall,
        venue=showing.venue,
        seats=ngettext("{n} seat", "{n} seats", booking.party).format(n=booking.party),
        holder=booking.name,
        code=booking.code,
        state=pass_state(booking.state),
        state_text=seat_text(booking.state),
    )


@bp.get("/t/<token>")
@guard(policies.subject_of, load=_by_token)
def ticket(booking: Booking) -> ResponseReturnValue:
    """The ticket, or where its holder stands on the waiting list."""
    session = current.session()
    showing = showing_of(session, booking.screening)
    holds = booking.state in (SeatState.CONFIRMED, SeatState.CHECKED_IN)
    waits = booking.state == SeatState.WAITLISTED
    return page(
        "audience/ticket.html",
        booking=booking,
        showing=showing,
        ticket=drawn(booking, showing),
        qr=qr_svg(current.links().check_in(booking.code)) if holds else None,
        place=queries.waiting_before(session, booking) + 1 if waits else 0,
        can_cancel=booking.state in CONCERNED and booking.screening.starts_at > clock.now(),
        token=(request.view_args or {})["token"],
        offer=current.links().token(links.WAITLIST, booking.code) if booking.state == SeatState.OFFERED else None,
    )


@bp.post("/t/<token>/cancel")
@guard(policies.subject_of, load=_by_token)
def cancel(booking: Booking) -> ResponseReturnValue:
    """Give the seats, or the place on the list, back."""
    try:
        service.cancel(current.session(), booking, by=current.actor())
        flash(_("Given back. Thank you."), "ok")
    except Invalid as problem:
        flash(problem.message, "bad")
    return redirect(url_for("audience.ticket", token=(request.view_args or {})["token"]), 303)


@bp.get("/t/<token>/ticket.ics")
@guard(policies.subject_of, load=_by_token)
def calendar(booking: Booking) -> Response:
    """The screening for the holder's calendar."""
    session = current.session()
    body = calendar_of(session, booking, showing_of(session, booking.screening))
    return download(body, name="ticket.ics", content_type=ical.CONTENT_TYPE)
