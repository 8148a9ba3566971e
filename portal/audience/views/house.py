"""The hall on paper and afterwards: the check-in list, who sits where, who did not come."""

from __future__ import annotations

import re

from flask import Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal import audit, clock, policies
from portal.audience import entrance, seating
from portal.audience.plans import Seat
from portal.audience.service import allotment
from portal.audience.terms import address
from portal.audience.views.blueprint import bp
from portal.errors import Invalid
from portal.i18n import N_, _, moment, pick
from portal.programme.models import Screening
from portal.programme.queries import screening_by_code, showing_of
from portal.web import current
from portal.web.access import guard
from portal.web.forms import AtMost, Form, Line
from portal.web.pages import page
from portal.web.sheets import csv_download

_SEAT = re.compile(r"(.{1,6}?)\s*-?\s*(\d{1,3})")


class ExchangeForm(Form):
    """Two seats that change places, as `C 7`."""

    one = Line(validators=[AtMost(10)])
    other = Line(validators=[AtMost(10)])


@bp.get("/ops/seats/<code>/paper")
@guard(policies.door_screening, load=screening_by_code, writes=True)
def paper_list(screening: Screening) -> Response:
    """The check-in list to print, from 가 to 하; taking it is noted, as it holds names."""
    session = current.session()
    rows = entrance.on_paper(session, screening)
    audit.record(session, current.actor(), "seats.printed", screening, rows=len(rows))
    showing = showing_of(session, screening)
    return page("audience/paper.html", screening=screening, showing=showing, rows=rows, pick=pick, now=clock.now())


@bp.get("/ops/seats/<code>/absent")
@guard(policies.door_screening, load=screening_by_code)
def absent(screening: Screening) -> Response:
    """Who held seats and did not come, and whose ticket was shown twice."""
    session = current.session()
    return page(
        "audience/absent.html",
        screening=screening,
        showing=showing_of(session, screening),
        away=entrance.away(session, screening.id),
        twice=entrance.scanned_twice(session, screening.id),
        pick=pick,
    )


@bp.get("/ops/seats/<code>/absent.csv")
@guard(policies.door_screening, load=screening_by_code, writes=True)
def absent_sheet(screening: Screening) -> Response:
    """The same as a sheet; taking it is noted, as it holds names and addresses."""
    session = current.session()
    rows = entrance.away(session, screening.id)
    audit.record(session, current.actor(), "seats.absent_exported", screening, rows=len(rows))
    headings = (_("Group"), _("Name"), _("E-mail address"), _("Seats"), _("Booking code"), _("Booked"))
    cells = [
        (
            pick(row.name_ko, row.name_en),
            row.name,
            address(row.email),
            row.party,
            row.code,
            moment(row.created_at, year=True),
        )
        for row in rows
    ]
    return csv_download(f"absent-{screening.code}.csv", headings, cells)


@bp.get("/ops/seats/<code>/plan")
@guard(policies.door_screening, load=screening_by_code)
def seat_plan(screening: Screening) -> Response:
    """The hall from the front with who sits where."""
    return _plan(screening, ExchangeForm(formdata=None))


def _plan(screening: Screening, form: ExchangeForm, status: int = 200) -> Response:
    session = current.session()
    return page(
        "audience/plan.html",
        screening=screening,
        showing=showing_of(session, screening),
        benches=seating.benches(session, screening),
        parties=seating.parties(session, screening),
        form=form,
        status=status,
    )


@bp.post("/ops/seats/<code>/plan")
@guard(policies.door_screening, load=screening_by_code)
def exchange_seats(screening: Screening) -> ResponseReturnValue:
    """Two seats change places by hand."""
    form = ExchangeForm()
    if not form.sent_and_valid():
        return _plan(screening, form, 422)
    try:
        one, other = _seat("one", form.one.data), _seat("other", form.other.data)
        allotment.exchange(current.session(), screening, one, other, by=current.actor())
    except Invalid as problem:
        form.blame(problem)
        return _plan(screening, form, 422)
    flash(_("The seats are exchanged."), "ok")
    return redirect(url_for("audience.seat_plan", code=screening.code), 303)


def _seat(field: str, text: str | None) -> Seat:
    found = _SEAT.fullmatch(text or "")
    if found is None:
        raise Invalid(field, N_("Write a seat as its row and number, for example C 7."))
    return Seat(found[1].upper(), int(found[2]))
