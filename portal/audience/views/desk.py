"""The seats desk: how full each screening is, who booked, who waits, who is in."""

from __future__ import annotations

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue

from portal import audit, links, policies
from portal.audience import queries
from portal.audience.forms import CheckInForm
from portal.audience.states import seat_kind, seat_text
from portal.audience.terms import LIVE
from portal.audience.views.blueprint import bp
from portal.calls.models import Edition
from portal.calls.queries import current_edition
from portal.i18n import _, clock_time
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
    "ended": (SeatState.CANCELLED, SeatState.EXPIRED, SeatState.NO_SHOW),
}


@bp.get("/ops/seats")
@guard(policies.staff_door, load=current_edition)
def all_seats(edition: Edition) -> ResponseReturnValue:
    """Every screening with its seats."""
    listed = queries.screenings_with_seats(current.session(), edition.id)
    return page("audience/all_seats.html", screenings=listed, state_text=state_text, state_kind=state_kind)


@bp.get("/ops/seats/<code>")
@guard(policies.door_screening, load=screening_by_code)
def seats(screening: Screening) -> ResponseReturnValue:
    """One screening: seats, bookings, the waiting list, and the search for the door."""
    session, form = current.session(), CheckInForm(formdata=request.args)
    view = request.args.get("view", "booked")
    states = LIVE if form.q.data else _VIEWS.get(view, _VIEWS["booked"])
    query = queries.bookings(screening.id, *states, search=form.q.data or "")
    token = current.links().token
    return page(
        "audience/seats.html",
        block="list",
        screening=screening,
        showing=showing_of(session, screening),
        count=queries.count(session, screening),
        rows=paged(session, query, number=wanted(request.args.get("page"))),
        view=view,
        search=form.q.data or "",
        tabs_=[(url_for("audience.seats", code=screening.code, view=one), one) for one in _VIEWS],
        door=lambda code: url_for("audience.door", token=token(links.TICKET, code)),
        seat_text=seat_text,
        seat_kind=seat_kind,
        state_text=state_text,
        state_kind=state_kind,
    )


@bp.get("/ops/seats/<code>.csv")
@guard(policies.door_screening, load=screening_by_code, writes=True)
def check_list(screening: Screening) -> Response:
    """The check-in list for paper; taking it is noted, as it holds names and addresses."""
    session = current.session()
    rows = session.execute(queries.bookings(screening.id, *_VIEWS["booked"])).all()
    audit.record(session, current.actor(), "seats.exported", screening, rows=len(rows))
    headings = (_("Name"), _("Seats"), _("Access needs"), _("Booking code"), _("State"), _("In since"))
    cells = [
        (
            row.name,
            row.party,
            row.access_needs,
            row.code,
            seat_text(row.state),
            clock_time(row.checked_in_at) if row.checked_in_at else "",
        )
        for row in rows
    ]
    return csv_download(f"check-in-{screening.code}.csv", headings, cells)
