"""The timetable desk: a day on the grid, the tray, the inspector, moves by drag, keys or form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal import clock, policies
from portal.calls.models import Edition
from portal.calls.queries import current_edition
from portal.errors import Invalid, Stale
from portal.i18n import N_, _, pick
from portal.programme import queries, service, zones
from portal.programme.days import between, day_of, day_tab, parsed
from portal.programme.forms import PlaceForm
from portal.programme.grid import grid
from portal.programme.length import total_seconds
from portal.programme.models import Hall, Package, Screening
from portal.programme.queries import DayPlan
from portal.programme.states import guest_kind, guest_text, state_kind, state_text
from portal.programme.timetable import Finding, Fix, Step, at, fix, no_step, written
from portal.programme.views import clashing
from portal.programme.views.blueprint import bp
from portal.web import current
from portal.web.access import guard
from portal.web.pages import page


def _edition_on(session: Session, day: str) -> Edition | None:
    found = parsed(day)
    return queries.edition_on(session, found) if found else None


def wants_json() -> bool:
    """Whether a script asks."""
    return request.accept_mimetypes.best == "application/json"


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


def _desk_page(
    edition: Edition,
    day: date,
    *,
    form: PlaceForm | None = None,
    clash: clashing.Clash | None = None,
    overtaken: bool = False,
    status: int = 200,
) -> ResponseReturnValue:
    session, selected = current.session(), request.args.get("s")
    plan = queries.day_plan(session, edition.id, day)

    def href(code: str) -> str:
        return url_for("programme.desk_day", day=day, s=code)

    return page(
        "programme/desk.html",
        edition=edition,
        day=day,
        days=_days(edition, day),
        plan=plan,
        grid=grid(plan, href=href, selected=selected),
        desk_href=href,
        tray_lines=queries.waiting_packages(session, edition.id),
        version=queries.current_version(session, edition.id),
        screening=_selected(edition, selected),
        package=_waiting(edition, request.args.get("p")),
        halls=[(room.id, room.name) for room in plan.rooms],
        told=_told(plan),
        form=form,
        clash=clash,
        overtaken=overtaken,
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


@dataclass(frozen=True, slots=True)
class Told:
    """A finding, the step that mends it, and the revision of the screening it changes."""

    finding: Finding
    fix: Fix | None
    rev: int

    @property
    def why_not(self) -> str:
        """Why nothing can be pressed."""
        return no_step(self.finding)


def _told(plan: DayPlan) -> list[Told]:
    found = [(finding, fix(plan.board, finding)) for finding in plan.findings]
    return [Told(finding, step, plan.placed[step.key].rev if step else 0) for finding, step in found]


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
            if wants_json():
                return jsonify(code=placed.code, rev=placed.rev)
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
            return _move(edition, screening, hall, start, form.rev.data or 0)
    except Invalid as problem:
        form.blame(problem)
    return _desk_page(edition, day, form=form, status=422)


def _move(edition: Edition, screening: Screening, hall: Hall, start: datetime, rev: int) -> ResponseReturnValue:
    try:
        service.move(current.session(), screening, hall, start, rev=rev, by=current.actor())
    except Stale:
        clash = clashing.clash_of(current.session(), screening, queries.Spot(hall.id, start), rev)
        if wants_json():
            html = render_template("programme/_clash.html", clash=clash, day=_day())
            return jsonify(html=html, rev=clash.rev, **clash.as_json()), 409
        return _desk_page(edition, _day(), clash=clash, status=409)
    return _moved(screening)


def _moved(screening: Screening) -> ResponseReturnValue:
    if wants_json():
        return jsonify(code=screening.code, rev=screening.rev)
    title = pick(screening.package.title_ko, screening.package.title_en)
    flash(_("Moved: {title}").format(title=title), "ok")
    return _back(screening)


def _back(screening: Screening) -> ResponseReturnValue:
    return redirect(url_for("programme.desk_day", day=day_of(screening.starts_at), s=screening.code), 303)


@bp.post("/ops/schedule/<day>/fix")
@guard(policies.programme_edition, load=_edition_on)
def mend(edition: Edition) -> ResponseReturnValue:
    """Take the one step that removes a finding, if it is still the step that does; else show how things stand now."""
    session, day = current.session(), _day()
    plan = queries.day_plan(session, edition.id, day)
    names = (request.form.get("finding", ""), request.form.get("fix", ""), request.form.get("rev", type=int))
    chosen = next((one for one in _told(plan) if one.fix and (one.finding.name, one.fix.name, one.rev) == names), None)
    screening = _selected(edition, chosen.fix.key) if chosen and chosen.fix else None
    if chosen is None or chosen.fix is None or screening is None:
        return _desk_page(edition, day, overtaken=True, status=409)
    try:
        service.mend(session, screening, chosen.fix, rev=chosen.rev, by=current.actor())
    except Stale:
        return _desk_page(edition, day, overtaken=True, status=409)
    except Invalid as problem:
        flash(problem.message, "bad")
        return _back(screening)
    flash(_("Done: {step}").format(step=chosen.fix.text), "ok")
    if chosen.fix.step == Step.UNPLACE:
        return redirect(url_for("programme.desk_day", day=day), 303)
    return _back(screening)


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
