"""The ticket: a page without sign-in, opened by a signed link, to show, to print and to give back."""

from __future__ import annotations

from functools import partial

from flask import Response
from flask.typing import ResponseReturnValue

from portal import clock, links, policies
from portal.audience import papers, passes, queries, service
from portal.audience.models import Booking
from portal.audience.service.letters import calendar_of
from portal.audience.terms import CONCERNED
from portal.audience.tickets import qr_svg
from portal.audience.views import bearer
from portal.audience.views.blueprint import bp
from portal.i18n import _
from portal.lifecycles import SeatState
from portal.programme.queries import showing_of
from portal.web import current
from portal.web.access import guard, require
from portal.web.pages import download, page

HOLDS = (SeatState.CONFIRMED, SeatState.CHECKED_IN)


@bp.get("/t/<token>")
@guard(policies.subject_of, load=bearer.by_token)
def ticket(booking: Booking) -> ResponseReturnValue:
    """The ticket, or where its holder stands on the waiting list."""
    session = current.session()
    showing = showing_of(session, booking.screening)
    waits = booking.state == SeatState.WAITLISTED
    return page(
        "audience/ticket.html",
        booking=booking,
        showing=showing,
        ticket=passes.drawn(session, booking, showing),
        qr=qr_svg(current.links().check_in(booking.code)) if _has_code(booking) else None,
        unsure=passes.unsure(booking),
        ended_at=passes.ended_at(session, booking),
        place=queries.waiting_before(session, booking) + 1 if waits else 0,
        can_cancel=booking.state in CONCERNED and booking.screening.starts_at > clock.now(),
        token=bearer.token(),
        offer=current.links().token(links.WAITLIST, booking.code) if booking.state == SeatState.OFFERED else None,
    )


def _has_code(booking: Booking) -> bool:
    return booking.state in HOLDS and not passes.unsure(booking)


@bp.post("/t/<token>/confirm")
@guard(policies.subject_of, load=bearer.by_token)
def confirm(booking: Booking) -> ResponseReturnValue:
    """Say that these seats are mine: the link came by mail to the address that was given."""
    verify = partial(service.verify, current.session(), booking, by=current.actor())
    return bearer.back_to_ticket(verify, _("Confirmed. This is your ticket."))


@bp.get("/t/<token>/ticket.pdf")
@guard(policies.subject_of, load=bearer.by_token)
def ticket_paper(booking: Booking) -> Response:
    """The ticket on an A4 page that is folded once."""
    require(_has_code(booking))
    session, address = current.session(), current.links().check_in(booking.code)
    drawn = passes.drawn(session, booking, showing_of(session, booking.screening))
    body = papers.folded(drawn, address=address, made_at=booking.verified_at or booking.created_at)
    return download(body, name=f"ticket-{booking.code}.pdf", content_type="application/pdf")


@bp.get("/t/<token>/card.png")
@guard(policies.subject_of, load=bearer.by_token)
def ticket_card(booking: Booking) -> Response:
    """The ticket at the size of a bank card, for the wallet or among a phone's photographs."""
    require(_has_code(booking))
    session, address = current.session(), current.links().check_in(booking.code)
    drawn = passes.drawn(session, booking, showing_of(session, booking.screening))
    return download(papers.card(drawn, address=address), name=f"ticket-{booking.code}.png", content_type="image/png")


@bp.post("/t/<token>/cancel")
@guard(policies.subject_of, load=bearer.by_token)
def cancel(booking: Booking) -> ResponseReturnValue:
    """Give the seats, or the place on the list, back."""
    cancel_it = partial(service.cancel, current.session(), booking, by=current.actor())
    return bearer.back_to_ticket(cancel_it, _("Given back. Thank you."))


@bp.get("/t/<token>/ticket.ics")
@guard(policies.subject_of, load=bearer.by_token)
def calendar(booking: Booking) -> Response:
    """The screening for the holder's calendar."""
    session = current.session()
    name, content_type, body = calendar_of(session, booking, showing_of(session, booking.screening))
    return download(body, name=name, content_type=content_type)
