"""The published programme: days, calendar files, and an honest page before there is one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask import Response, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import clock, policies
from portal.i18n import language, pick
from portal.programme import agenda, ical, queries
from portal.programme.agenda import Showing
from portal.programme.days import day_tab
from portal.programme.queries import Published
from portal.programme.views.blueprint import bp
from portal.web import current
from portal.web.access import guard
from portal.web.pages import download, page

Shown = tuple[Published, Sequence[Showing]]


def _published() -> Shown:
    session = current.session()
    found = queries.published(session)
    if found is None:
        abort(404)
    return found, queries.showings_of(session, found.release_id, found.digest) if found.version else ()


@bp.get("/schedule")
@guard(policies.anyone)
def schedule() -> ResponseReturnValue:
    """Today's programme while the festival runs, else its first day."""
    found, listed = _published()
    if not listed:
        return page("programme/not_yet.html", edition=found, name=pick(found.name_ko, found.name_en))
    today = clock.now().astimezone(current.settings().zone).date()
    days = agenda.days(listed)
    return _day_page(found, listed, today if today in days else days[0])


@bp.get("/schedule/<day>")
@guard(policies.anyone)
def schedule_day(day: str) -> ResponseReturnValue:
    """One day of the programme with the seats that are left."""
    found, listed = _published()
    if not listed:
        return redirect(url_for("programme.schedule"))
    wanted = next((one for one in agenda.days(listed) if one.isoformat() == day), None)
    return _day_page(found, listed, wanted) if wanted else abort(404)


def _day_page(found: Published, listed: Sequence[Showing], day: date) -> Response:
    shown = [one for one in listed if one.on() == day]
    seats = queries.seats_of(current.session(), [one.code for one in shown])
    now = clock.now()
    following = next((one.code for one in shown if one.starts_at > now and not one.cancelled), None)
    slots = [
        agenda.slot(
            one,
            seats.get(one.code, agenda.Seats()),
            href=url_for("audience.screening", code=one.code),
            following=one.code == following,
        )
        for one in shown
    ]
    return page(
        "programme/schedule.html",
        block="slots",
        edition=found,
        day=day,
        days=[(url_for("programme.schedule_day", day=one), day_tab(one), one == day) for one in agenda.days(listed)],
        slots=slots,
        changes=[agenda.change_text(change) for change in found.changes] if found.version > 1 else [],
    )


@bp.get("/schedule.ics")
@guard(policies.anyone)
def schedule_calendar() -> ResponseReturnValue:
    """The whole programme to subscribe to."""
    found, listed = _published()
    return _calendar(found, listed, pick(found.name_ko, found.name_en), "pan-schedule.ics")


@bp.get("/screenings/<code>.ics")
@guard(policies.anyone)
def screening_calendar(code: str) -> ResponseReturnValue:
    """One published screening for a calendar."""
    found, everything = _published()
    listed = [one for one in everything if one.code == code]
    return _calendar(found, listed, listed[0].title if listed else "", f"pan-{code}.ics")


def _calendar(found: Published, listed: Sequence[Showing], name: str, file_name: str) -> Response:
    if not listed or found.released_at is None:
        abort(404)
    etag = f"{found.digest}-{language()}-{agenda.mark(listed)}"
    if request.if_none_match.contains(etag):
        response = Response(status=304)
    else:
        links, stamp = current.links(), found.released_at
        response = download(
            ical.calendar(
                [
                    ical.of_showing(one, url=links.screening(one.code), version=found.version, stamp=stamp)
                    for one in listed
                ],
                name,
            ),
            name=file_name,
            content_type=ical.CONTENT_TYPE,
        )
    response.set_etag(etag)
    return response
