"""The seats desk: how full each screening is, who booked, who waits, who is in."""

from __future__ import annotations

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import audit, links, policies
from portal.audience import keeping, queries, service
from portal.audience.forms import CheckInForm
from portal.audience.models import Origin
from portal.audience.states import origin_text, seat_kind, seat_text
from portal.audience.terms import LIVE, address
from portal.audience.views.blueprint import bp
from portal.calls.models import Edition
from portal.calls.queries import current_edition
from portal.i18n import _, clock_time, moment, ngettext, pick
from portal.lifecycles import SeatState
from portal.programme.models import Screening
from portal.programme.queries import screening_by_code, showing_of
from portal.programme.states import state_kind, state_text
from portal.web import current
from portal.web.access import guard
from portal.web.pages import page
from portal.web.pagination import paged, wanted
from portal.web.sheets import csv_download

_VIEWS: dict[str, tuple[SeatState, ...]] = {
    "booked": (SeatState.CONFIRMED, SeatState.CHECKED_IN),
    "waiting": (SeatState.WAITLISTED, SeatState.OFFERED),
    "moved": (SeatState.CONFIRMED, SeatState.CHECKED_IN, SeatState.NO_SHOW, SeatState.CANCELLED),
    "ended": (SeatState.CANCELLED, SeatState.EXPIRED, SeatState.NO_SHOW),
}


@bp.get("/ops/seats")
@guard(policies.staff_door, load=current_edition)
def all_seats(edition: Edition) -> ResponseReturnValue:
    """Every screening with its seats."""
    listed = queries.screenings_with_seats(current.session(), edition.id)
    return page(
        "audience/all_seats.html",
        screenings=listed,
        state_text=state_text,
        state_kind=state_kind,
        plans=policies.programme_edition(current.actor(), edition),
    )


@bp.get("/ops/seats/<code>")
@guard(policies.door_screening, load=screening_by_code)
def seats(screening: Screening) -> ResponseReturnValue:
    """One screening: seats by what they are, bookings, the waiting list, and the search for the door."""
    session, form = current.session(), CheckInForm(formdata=request.args)
    view = _view()
    states = LIVE if form.q.data else _VIEWS[view]
    moved = view == "moved" and not form.q.data
    query = queries.bookings(screening.id, *states, search=form.q.data or "", moved=moved)
    token, moves = current.links().token, queries.moves(session, screening.id)
    shown = [one for one in _VIEWS if one != "moved" or moves.asked]
    return page(
        "audience/seats.html",
        block="list",
        screening=screening,
        showing=showing_of(session, screening),
        count=queries.count(session, screening),
        quotas=keeping.quotas_of(session, screening.id),
        waiting=keeping.waiting_by_group(session, screening.id),
        offered=keeping.offered_by_quota(session, screening.id),
        moves=moves,
        rows=paged(session, query, number=wanted(request.args.get("page"))),
        view=view,
        search=form.q.data or "",
        tabs_=[(url_for("audience.seats", code=screening.code, view=one), one) for one in shown],
        door=lambda code: url_for("audience.door", token=token(links.TICKET, code)),
        plans=policies.seat_screening(current.actor(), screening),
        seat_text=seat_text,
        seat_kind=seat_kind,
        origin_text=origin_text,
        state_text=state_text,
        state_kind=state_kind,
    )


def _view() -> str:
    asked = request.args.get("view", "booked")
    return asked if asked in _VIEWS else "booked"


@bp.post("/ops/seats/<code>/turn")
@guard(policies.seat_screening, load=screening_by_code)
def turn(screening: Screening) -> ResponseReturnValue:
    """What the clock does, now and by hand: the first of the list who fit are offered what is free. Or after a move,
    the seats of those who have not answered go on."""
    session, actor = current.session(), current.actor()
    if request.form.get("step") == "unanswered":
        gone = service.release_unanswered(session, screening, by=actor)
        flash(ngettext("{n} booking released.", "{n} bookings released.", gone).format(n=gone), "ok")
    else:
        offered = len(service.turn_over(session, screening.id, by=actor))
        text = ngettext("{n} party has an offer now.", "{n} parties have an offer now.", offered)
        flash(text.format(n=offered) if offered else _("Nobody on the list fits into the free seats."), "ok")
    return redirect(url_for("audience.seats", code=screening.code, view="waiting"), 303)


@bp.get("/ops/seats/<code>.csv")
@guard(policies.door_screening, load=screening_by_code, writes=True)
def check_list(screening: Screening) -> Response:
    """One list of the desk for paper; taking it is noted, as it holds names and addresses."""
    session, view = current.session(), _view()
    rows = session.execute(queries.bookings(screening.id, *_VIEWS[view], moved=view == "moved")).all()
    audit.record(session, current.actor(), "seats.exported", screening, rows=len(rows), view=view)
    headings = (
        _("Name"),
        _("Seats"),
        _("Access needs"),
        _("Booking code"),
        _("State"),
        _("In since"),
        _("Inside"),
        _("Group"),
        _("Origin"),
        _("Place on the list"),
        _("E-mail address"),
        _("Booked at"),
    )
    cells = [
        (
            row.name,
            row.party,
            row.access_needs,
            row.code,
            seat_text(row.state),
            clock_time(row.checked_in_at) if row.checked_in_at else "",
            row.inside if row.checked_in_at else "",
            pick(row.group_ko, row.group_en) if row.group_ko else row.hold or "",
            origin_text(row.origin) if row.origin != Origin.PUBLIC else "",
            row.position or "",
            address(row.email),
            moment(row.created_at),
        )
        for row in rows
    ]
    name = "check-in" if view == "booked" else view
    return csv_download(f"{name}-{screening.code}.csv", headings, cells)
