"""Booking: one page, one form, without an account."""

from __future__ import annotations

from datetime import timedelta

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from portal import clock, i18n, links, policies, signing
from portal.audience import queries, service
from portal.audience.errors import Full
from portal.audience.forms import BookingForm
from portal.audience.models import Booking
from portal.audience.terms import DOORS
from portal.audience.views.blueprint import bp
from portal.errors import Invalid
from portal.lifecycles import ScreeningState
from portal.programme.models import Screening
from portal.programme.queries import released_showing, screening_by_code, showing_of
from portal.web import current
from portal.web.access import guard, require
from portal.web.pages import page

_ONCE = "booking-form"
_FORM_LIVES = timedelta(days=2)


@bp.get("/screenings/<code>")
@guard(policies.see_screening, load=screening_by_code)
def screening(found: Screening) -> ResponseReturnValue:
    """The screening, its films, the seats left, and the form."""
    me = current.me()
    form = BookingForm(formdata=None, data={"name": me.name, "email": me.email} if me else {})
    return _screening(found, form)


def _screening(
    found: Screening, form: BookingForm, *, full: Full | None = None, status: int = 200
) -> ResponseReturnValue:
    session = current.session()
    released = released_showing(session, found)
    require(released is not None or found.state != ScreeningState.CANCELLED)
    showing = released or showing_of(session, found)
    left = found.seats - found.taken
    return page(
        "audience/screening.html",
        screening=found,
        showing=showing,
        form=form,
        once=form.once.data or signing.sign(current.settings().secret_key, _ONCE, signing.random_code()),
        left=left,
        waiting=queries.waiting(session, found.id) if left < 1 else 0,
        is_open=found.state == ScreeningState.BOOKING and found.starts_at > clock.now(),
        doors=showing.starts_at - DOORS,
        full=full,
        status=status,
    )


@bp.post("/screenings/<code>")
@guard(policies.see_screening, load=screening_by_code)
def book(found: Screening) -> ResponseReturnValue:
    """Book, or wait when the person has agreed to; a full house is told with 409 and the way to the list."""
    form = BookingForm()
    if not form.sent_and_valid():
        return _screening(found, form, status=422)
    me = current.me()
    ask = form.ask(i18n.language(), me.person_id if me else None)
    code = _code_of(form.once.data)
    try:
        booking = service.book(
            current.session(), found, ask, code=code, may_wait=form.waitlist.data, by=current.actor()
        )
    except Full as problem:
        return _screening(found, form, full=problem, status=409)
    except Invalid as problem:
        form.blame(problem)
        return _screening(found, form, status=422)
    return _answer(booking, code, found)


def _code_of(once: str | None) -> str:
    """The code this form was given; a form without one gets a new one."""
    try:
        return str(signing.unsign(current.settings().secret_key, _ONCE, once or "", _FORM_LIVES))
    except signing.BadToken:
        return signing.random_code()


def _answer(booking: Booking, code: str, found: Screening) -> ResponseReturnValue:
    """The ticket for whoever sent this form; for an address booked before, only a mail to that address."""
    if booking.code == code:
        return redirect(url_for("audience.ticket", token=current.links().token(links.TICKET, booking.code)), 303)
    service.send_again(current.session(), booking, found)
    return redirect(url_for("audience.already", code=found.code), 303)


@bp.get("/screenings/<code>/already")
@guard(policies.see_screening, load=screening_by_code)
def already(found: Screening) -> ResponseReturnValue:
    """This address has a booking; what it holds was mailed to it, and is shown to nobody else."""
    return page("audience/already.html", screening=found, showing=showing_of(current.session(), found))
