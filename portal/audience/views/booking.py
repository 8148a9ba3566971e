"""Booking: one page, one form, without an account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal import clock, i18n, links, signing
from portal.audience import membership, queries, service, terms
from portal.audience.errors import Full
from portal.audience.forms import BookingForm
from portal.audience.membership import Proofs
from portal.audience.models import Booking
from portal.audience.service import seats
from portal.audience.views import bill
from portal.audience.views.blueprint import bp
from portal.audience.views.groups import remembered
from portal.errors import Invalid
from portal.i18n import _, pick
from portal.lifecycles import ScreeningState, SeatState
from portal.programme.models import Screening
from portal.programme.queries import may_see, released_showing, screening_by_code, showing_of, state_now
from portal.web import current
from portal.web.access import guard, require
from portal.web.pages import page

_ONCE = "booking-form"
_FORM_LIVES = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Own:
    """What is kept for the group of whoever looks: its name, its seats and those left of them."""

    name: str
    seats: int
    left: int


@bp.get("/screenings/<code>")
@guard(may_see, load=screening_by_code)
def screening(found: Screening) -> ResponseReturnValue:
    """The screening, its films, the seats left, and the form."""
    me = current.me()
    data = {"name": me.name, "email": me.email} if me else {}
    return _screening(found, BookingForm(formdata=None, data=data, largest=found.largest_party))


def _screening(
    found: Screening, form: BookingForm, *, full: Full | None = None, status: int = 200
) -> ResponseReturnValue:
    session = current.session()
    released = released_showing(session, found)
    state, now = state_now(session, found), clock.now()
    require(released is not None or found.state != ScreeningState.CANCELLED)
    showing = released or showing_of(session, found)
    own, left = _own(found), seats.free(found)
    room = max([left, *(one.left for one in own)])
    doors = showing.starts_at - terms.DOORS
    return page(
        "audience/screening.html",
        screening=found,
        showing=showing,
        form=form,
        once=form.once.data or signing.sign(current.settings().secret_key, _ONCE, signing.random_code()),
        left=left,
        own=own,
        room=room,
        waiting=queries.waiting(session, found.id) if room < 1 else 0,
        is_open=terms.is_open(found, now, state),
        opens_at=_opens_at(found, state, now),
        doors=doors,
        full=full,
        status=status,
        document=bill.document(released, doors=doors, seats=found.seats, left=left) if released else None,
        **bill.told(found, showing),
    )


def _own(found: Screening) -> list[Own]:
    """What is kept for the groups of whoever looks, and nobody else's."""
    session, me = current.session(), current.me()
    shown = Proofs(me.email if me else "", me.person_id if me else None, remembered())
    groups = membership.groups_of(session, found.edition_id, shown)
    kept = membership.kept_for(session, found, groups)
    return [
        Own(pick(quota.group.name_ko, quota.group.name_en), quota.seats, quota.seats - quota.taken)
        for quota in kept
        if quota.group is not None
    ]


def _opens_at(found: Screening, state: ScreeningState, now: datetime) -> datetime | None:
    opens = found.booking_opens_at
    return opens if state == ScreeningState.RELEASED and opens is not None and opens > now else None


@bp.post("/screenings/<code>")
@guard(may_see, load=screening_by_code)
def book(found: Screening) -> ResponseReturnValue:
    """Book, or wait when the person has agreed to; a full house is told with 409 and the way to the list."""
    form = BookingForm(largest=found.largest_party)
    if not form.sent_and_valid():
        return _screening(found, form, status=422)
    me = current.me()
    ask = form.ask(i18n.language(), me.person_id if me else None, own=me.email if me else None, links=remembered())
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
    return _answer(booking, code, found, vouched=ask.vouched)


def _code_of(once: str | None) -> str:
    """The code this form was given; a form without one gets a new one."""
    try:
        return str(signing.unsign(current.settings().secret_key, _ONCE, once or "", _FORM_LIVES))
    except signing.BadToken:
        return signing.random_code()


def _answer(booking: Booking, code: str, found: Screening, *, vouched: bool) -> ResponseReturnValue:
    """The ticket for whoever signed in with the address; for everybody else the mail, which nobody but its owner reads.

    An address booked before gets its mail once more.
    """
    if vouched:
        if booking.code != code:
            flash(_("You have booked already"), "info")
        return redirect(url_for("audience.ticket", token=current.links().token(links.TICKET, booking.code)), 303)
    if booking.code != code:
        service.send_again(current.session(), booking, found)
        return redirect(url_for("audience.already", code=found.code), 303)
    if booking.state not in terms.LIVE:
        flash(_("This booking has ended"), "info")
        return redirect(url_for("audience.screening", code=found.code), 303)
    if booking.state == SeatState.WAITLISTED:
        place = queries.waiting_before(current.session(), booking) + 1
        flash(_("You are number {n} on the waiting list").format(n=place), "info")
    return redirect(url_for("audience.sent", code=found.code), 303)


@bp.get("/screenings/<code>/sent")
@guard(may_see, load=screening_by_code)
def sent(found: Screening) -> ResponseReturnValue:
    """The way to the ticket is in a mail: whoever opens it says that the seats are theirs."""
    return page("audience/sent.html", screening=found, showing=showing_of(current.session(), found))


@bp.get("/screenings/<code>/already")
@guard(may_see, load=screening_by_code)
def already(found: Screening) -> ResponseReturnValue:
    """This address has a booking; what it holds was mailed to it, and is shown to nobody else."""
    return page("audience/already.html", screening=found, showing=showing_of(current.session(), found))
