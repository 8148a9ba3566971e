"""The entrance of a hall on a phone: a page that goes on without network, its list, and the scans it tells."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from flask import Response, current_app, flash, json, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, IntegerField

from portal import audit, clock, policies
from portal.audience import entrance as reads
from portal.audience import service
from portal.audience.errors import Full
from portal.audience.models import Booking, ScanOutcome
from portal.audience.service import scans
from portal.audience.service.scans import Answered, Told, Wish
from portal.audience.states import seat_text
from portal.audience.terms import LARGEST_PARTY
from portal.audience.views.blueprint import bp
from portal.errors import Invalid
from portal.i18n import N_, _, moment, ngettext
from portal.lifecycles import SeatState
from portal.programme.models import Screening
from portal.programme.queries import screening_by_code, showing_of
from portal.signing import BadToken, random_code
from portal.web import current
from portal.web.access import guard
from portal.web.forms import AtMost, Between, Form, Line
from portal.web.pages import page

MOST = 500
_CODE = re.compile(r"[A-Z0-9]{8,24}")
_JSON = "application/json; charset=utf-8"


class WalkInForm(Form):
    """A party at the door; `once` makes the same press recognisable."""

    party = IntegerField(validators=[Between(1, LARGEST_PARTY)])
    name = Line(validators=[AtMost(100)])
    once = HiddenField()


@bp.get("/ops/seats/<code>/entrance")
@guard(policies.door_screening, load=screening_by_code)
def entrance(screening: Screening) -> Response:
    """The shell of the page: nobody's name is in it, so that a phone may keep it."""
    return _shell(screening, WalkInForm(formdata=None, data={"party": 1}))


def _shell(screening: Screening, form: WalkInForm, status: int = 200) -> Response:
    response = page(
        "audience/entrance.html",
        screening=screening,
        showing=showing_of(current.session(), screening),
        states={state.value: seat_text(state) for state in SeatState},
        form=form,
        once=form.once.data or random_code(),
        status=status,
    )
    response.headers["Permissions-Policy"] = "camera=(self), microphone=(), geolocation=()"
    return response


@bp.get("/ops/seats/<code>/entrance.js")
@guard(policies.door_screening, load=screening_by_code)
def entrance_worker(screening: Screening) -> Response:
    """The service worker of this entrance alone: from here its scope reaches this screening's pages and no others."""
    response = make_response(current_app.send_static_file("js/entrance-worker.js"))
    response.headers["Cache-Control"] = "no-cache"
    return response


@bp.get("/ops/seats/<code>/list.json")
@guard(policies.door_screening, load=screening_by_code)
def entrance_list(screening: Screening) -> Response:
    """The whole list, or with `since` what has changed (204 when nothing has); empty once phones shall forget it."""
    session, since = current.session(), request.args.get("since", type=_cursor)
    at, until = reads.cursor(session), reads.forget_at(session, screening)
    rows = reads.rows(session, screening, since=since) if until > clock.now() else []
    if since is not None:
        return _json({"cursor": at, "rows": rows}) if rows else make_response("", 204)
    until = min(until, clock.now() + reads.LONGEST)
    groups = reads.groups(session, screening)
    return _json({"cursor": at, "until": until.isoformat(), "groups": groups, "rows": rows})


@bp.post("/ops/seats/<code>/scans")
@guard(policies.door_screening, load=screening_by_code)
def tell_scans(screening: Screening) -> Response:
    """Scans of a phone, at most 500, told once however often they are sent; what became of each, and the news."""
    session, received = current.session(), current.arrived_at()
    try:
        sent, told, since = _told(request.get_json(silent=True), screening, received)
    except Invalid as problem:
        return _json({"message": problem.message}, 422)
    at = reads.cursor(session)
    answers = service.report(session, screening, told, by=current.actor())
    _note_drift(screening, told, received - sent)
    here = [one.booking for one in answers if one.booking and one.booking.screening_id == screening.id]
    lines = {line["code"]: line for line in reads.rows(session, screening, since=since)} if since is not None else {}
    lines |= {line["code"]: line for line in reads.lines_of(session, here)}
    outcomes = [_outcome(screening, one) for one in answers]
    return _json({"cursor": at, "rows": list(lines.values()), "outcomes": outcomes})


@bp.post("/ops/seats/<code>/walk-ins")
@guard(policies.door_screening, load=screening_by_code)
def sell_at_door(screening: Screening) -> ResponseReturnValue:
    """Sell free seats to a party at the door and let it in."""
    form, session = WalkInForm(), current.session()
    if not form.sent_and_valid():
        return _shell(screening, form, 422)
    code = form.once.data if _CODE.fullmatch(form.once.data or "") else random_code()
    try:
        sold = service.walk_in(
            session, screening, form.party.data, name=form.name.data or "", code=code, by=current.actor()
        )
    except Full as full:
        form.blame(Invalid("party", N_("Seats that are free: {n}"), n=full.left))
        return _shell(screening, form, 409)
    except Invalid as problem:
        form.blame(problem)
        return _shell(screening, form, 422)
    seats = ngettext("{n} seat", "{n} seats", sold.party).format(n=sold.party)
    flash(f"{_('Let in: {seats}').format(seats=seats)} · {sold.name}", "ok")
    return redirect(url_for("audience.entrance", code=screening.code), 303)


def _json(body: Any, status: int = 200) -> Response:
    return make_response((json.dumps(body, ensure_ascii=False, separators=(",", ":")), status, {"Content-Type": _JSON}))


def _told(body: Any, screening: Screening, received: datetime) -> tuple[datetime, list[Told], int | None]:
    """The body's shape: `{"sent_at", "since", "scans": [{"once", "token" or "code", "at", "wish", "persons", …}]}`."""
    try:
        sent, since, items = _moment(body["sent_at"]), body.get("since"), body["scans"]
        if not isinstance(items, list) or not 0 < len(items) <= MOST or not isinstance(since, int | None):
            raise ValueError
        after = None if since is None else _cursor(since)
        return sent, [_one(item, screening, sent, received) for item in items], after
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise Invalid("main", N_("These scans cannot be read. Reload the page and send them again.")) from error


def _one(item: dict[str, Any], screening: Screening, sent: datetime, received: datetime) -> Told:
    once, device = str(item["once"]), str(item.get("device", ""))
    unwritable = any(b"\0" in str(value).encode() for value in item.values())
    if unwritable or not 8 <= len(once) <= 64 or len(device) > 40:
        raise ValueError
    presented = str(item.get("token") or item.get("code") or "")
    told_at = scans.in_time(_moment(item["at"]), sent=sent, received=received, screening=screening)
    wish, offline = Wish(item.get("wish", "enter")), bool(item.get("offline"))
    code = _code(presented) if item.get("token") else presented.upper()[:24]
    return Told(once, told_at, code or None, presented, wish, _persons(item.get("persons")), device, offline)


def _persons(value: Any) -> int | None:
    """How many of a party come in; none says all who are outside, everything else is a ValueError."""
    if value is not None and (type(value) is not int or not 1 <= value <= LARGEST_PARTY):
        raise ValueError
    return value


def _cursor(value: str | int) -> int:
    """A number that `cursor` may have been; everything else is a ValueError, also what no database can hold."""
    number = int(value)
    if not 0 <= number < 2**63:
        raise ValueError
    return number


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _code(token: str) -> str | None:
    try:
        return current.links().at_door(token)
    except BadToken:
        return None


def _note_drift(screening: Screening, told: list[Told], drift: Any) -> None:
    """A phone whose clock is far off is noted, as its scans were moved to the portal's time."""
    if abs(drift) > scans.CLOCK_OFF:
        seconds = round(drift.total_seconds())
        noted = {"device": told[0].device, "seconds": seconds}
        audit.record(current.session(), current.actor(), "scans.clock_off", screening, **noted)


def _outcome(screening: Screening, one: Answered) -> dict[str, Any]:
    booking = one.booking
    here = booking is not None and booking.screening_id == screening.id
    said: dict[str, Any] = {"once": one.once, "outcome": one.outcome}
    if booking and here:
        said["code"] = booking.code
    if one.outcome == ScanOutcome.REFUSED:
        said["why"] = _why(booking) if booking and here else _foreign(booking)
    return said


def _why(booking: Booking) -> str:
    return seat_text(booking.state)


def _foreign(booking: Booking | None) -> str:
    """For which screening a ticket is that is not for this one; nobody's name is told."""
    if booking is None:
        return _("This is no ticket of the festival.")
    session = current.session()
    showing = showing_of(session, session.get_one(Screening, booking.screening_id))
    return _("Ticket for another screening: {title}, {when}, {hall}").format(
        title=showing.title, when=moment(showing.starts_at, year=True), hall=showing.hall
    )
