"""The timetable desk: a day on the grid, the tray, the inspector, moves by drag, keys or form."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask import abort, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal import clock, policies
from portal.calls.models import Edition
from portal.calls.queries import current_edition
from portal.errors import Invalid
from portal.i18n import N_, _, pick
from portal.programme import queries, service, zones
from portal.programme.days import between, day_of, day_tab, parsed
from portal.programme.forms import PlaceForm
from portal.programme.grid import grid
from portal.programme.length import total_seconds
from portal.programme.models import Hall, Package, Screening
from portal.programme.queries import DayPlan
from portal.programme.states import guest_kind, guest_text, state_kind, state_text
from portal.programme.timetable import at, free_start, written
from portal.programme.views.blueprint import bp
from portal.web import current
from portal.web.access import guard
from portal.web.pages import page


def _edition_on(session: Session, day: str) -> Edition | None:
    found = parsed(day)
    return queries.edition_on(session, found) if found else None


def _day() -> date:
    return date.fromisoformat((request.view_args or {})["day"])


@bp.get("/ops/schedule")
@guard(policies.programme_edition, load=current_edition)
def desk(edition: Edition) -> ResponseReturnValue:
    """The timetable of today, or of the first day."""
    today = clock.now().astimezone(current.settings().zone).date()
    day = today if edition.starts_on <= today <= edition.ends_on else edition.starts_on
    return redirect(url_for("programme.desk_day", day=day))


@bp.get("/ops/schedule/<day>")
@guard(policies.programme_edition, load=_edition_on)
def desk_day(edition: Edition) -> ResponseReturnValue:
    """A day's plan; `s` opens a screening, `p` a package that waits for a place."""
    return _desk_page(edition, _day())


def _desk_page(edition: Edition, day: date, *, form: PlaceForm | None = None, status: int = 200) -> ResponseReturnValue:
    session, selected = current.session(), request.args.get("s")
    plan = queries.day_plan(session, edition.id, day)
    return page(
        "programme/desk.html",
        edition=edition,
        day=day,
        days=_days(edition, day),
        plan=plan,
        grid=grid(plan, href=lambda code: url_for("programme.desk_day", day=day, s=code), selected=selected),
        tray_lines=queries.waiting_packages(session, edition.id),
        version=queries.current_version(session, edition.id),
        screening=_selected(edition, selected),
        package=_waiting(edition, request.args.get("p")),
        halls=[(room.id, room.name) for room in plan.rooms],
        fixes=_fixes(plan, selected),
        form=form,
        status=status,
        **_words(),
    )


def _words() -> dict[str, Any]:
    return {
        "state_text": state_text,
        "state_kind": state_kind,
        "guest_text": guest_text,
        "guest_kind": guest_kind,
        "there": zones.there,
        "total_seconds": total_seconds,
        "written": lambda day, moment: written(day, moment, current.settings().zone),
    }


def _days(edition: Edition, day: date) -> list[tuple[str, str, bool]]:
    listed = between(edition.starts_on, edition.ends_on)
    return [(url_for("programme.desk_day", day=one), day_tab(one), one == day) for one in listed]


def _selected(edition: Edition, code: str | None) -> Screening | None:
    found = queries.screening_for_desk(current.session(), code) if code else None
    return found if found is not None and found.edition_id == edition.id else None


def _waiting(edition: Edition, code: str | None) -> Package | None:
    found = queries.package_by_code(current.session(), code) if code else None
    return found if found is not None and found.edition_id == edition.id else None


def _fixes(plan: DayPlan, code: str | None) -> dict[str, str]:
    """A free start for the selected show and for each it clashes with, by code, as a time of day."""
    wanted = {key for finding in plan.findings if finding.hard and code in finding.keys for key in finding.keys}
    shows = {show.key: show for show in plan.shows}
    zone = current.settings().zone
    found = {key: free_start(shows[key], plan.shows, plan.rooms, zone) for key in sorted(wanted)}
    return {
        key: written(plan.day, start, zone)
        for key, start in found.items()
        if start is not None and start != shows[key].starts_at
    }


@bp.post("/ops/schedule/<day>/place")
@guard(policies.programme_edition, load=_edition_on)
def place(edition: Edition) -> ResponseReturnValue:
    """Put a package from the tray on the plan."""
    form, day = PlaceForm(), _day()
    try:
        if form.sent_and_valid():
            found = _waiting(edition, form.id.data) or abort(404)
            start = _known(at(day, form.start.data, current.settings().zone))
            placed = service.place(current.session(), found, _hall(edition, form), start, by=current.actor())
            flash(_("On the plan: {title}").format(title=pick(found.title_ko, found.title_en)), "ok")
            return redirect(url_for("programme.desk_day", day=day, s=placed.code), 303)
    except Invalid as problem:
        form.blame(problem)
    return _desk_page(edition, day, form=form, status=422)


@bp.post("/ops/schedule/<day>/move")
@guard(policies.programme_edition, load=_edition_on)
def move(edition: Edition) -> ResponseReturnValue:
    """Move a screening within the day; scripts get JSON with the new revision, forms come back to the page."""
    form, day = PlaceForm(), _day()
    try:
        if form.sent_and_valid():
            screening = _selected(edition, form.id.data) or abort(404)
            start = _known(at(day, form.start.data, current.settings().zone))
            hall = _hall(edition, form)
            service.move(current.session(), screening, hall, start, rev=form.rev.data or 0, by=current.actor())
            return _moved(screening)
    except Invalid as problem:
        form.blame(problem)
    return _desk_page(edition, day, form=form, status=422)


def _moved(screening: Screening) -> ResponseReturnValue:
    if request.accept_mimetypes.best == "application/json":
        return jsonify(rev=screening.rev)
    title = pick(screening.package.title_ko, screening.package.title_en)
    flash(_("Moved: {title}").format(title=title), "ok")
    return redirect(url_for("programme.desk_day", day=day_of(screening.starts_at), s=screening.code), 303)


def _hall(edition: Edition, form: PlaceForm) -> Hall:
    listed = queries.hall_choices(current.session(), edition.id)
    found = next((hall for hall in listed if hall.id == form.hall.data), None)
    if found is None:
        raise Invalid("hall", N_("Choose a hall of this edition."))
    return found


def _known(start: datetime | None) -> datetime:
    if start is None:
        raise Invalid("start", N_("Write a time like 15:30."))
    return start
