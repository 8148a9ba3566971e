"""Filling days from the tray: asked for, looked at, taken over or dropped."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import Any

from flask import flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import policies
from portal.calls.models import Edition
from portal.calls.queries import current_edition
from portal.errors import Invalid, Stale
from portal.i18n import N_, _, ngettext
from portal.lifecycles import PlacingState
from portal.programme import queries
from portal.programme.days import between
from portal.programme.forms import PlacingForm
from portal.programme.grid import Grid, preview
from portal.programme.placing import queries as placing_queries
from portal.programme.placing import reasons, service
from portal.programme.placing.models import Placing
from portal.programme.views.blueprint import bp
from portal.web import current
from portal.web.access import guard
from portal.web.pages import page, wants_fragment

STATES = {
    PlacingState.WANTED: (N_("Being worked out"), "info"),
    PlacingState.SOLVED: (N_("To look at"), "warn"),
    PlacingState.FAILED: (N_("Failed"), "bad"),
    PlacingState.APPLIED: (N_("Taken over"), "ok"),
    PlacingState.DROPPED: (N_("Dropped"), ""),
}


def _state(state: PlacingState) -> tuple[str, str]:
    text, kind = STATES[state]
    return _(text), kind


@bp.get("/ops/placings")
@guard(policies.programme_edition, load=current_edition)
def placings(edition: Edition) -> ResponseReturnValue:
    """Ask for days to be filled, and what was asked before."""
    days = [day.isoformat() for day in between(edition.starts_on, edition.ends_on)]
    return _placings(edition, PlacingForm(formdata=None, data={"days": days, "talk_min": 20}))


def _placings(edition: Edition, form: PlacingForm, status: int = 200) -> ResponseReturnValue:
    session = current.session()
    return page(
        "programme/placings.html",
        form=form,
        days=[(day.isoformat(), day) for day in between(edition.starts_on, edition.ends_on)],
        waiting=queries.waiting_packages(session, edition.id),
        listed=placing_queries.placings(session, edition.id),
        state=_state,
        parsed=date.fromisoformat,
        status=status,
    )


@bp.post("/ops/placings")
@guard(policies.programme_edition, load=current_edition)
def want_placing(edition: Edition) -> ResponseReturnValue:
    """Ask; a worker finds the plan."""
    form = PlacingForm()
    try:
        if form.sent_and_valid():
            wanted = service.want(
                current.session(), edition, form.days.data or [], form.talk_min.data or 0, by=current.actor()
            )
            return redirect(url_for("programme.placing", code=wanted.code), 303)
    except Invalid as problem:
        form.blame(problem)
    return _placings(edition, form, 422)


@bp.get("/ops/placings/<code>")
@guard(policies.programme_placing, load=placing_queries.placing_by_code)
def placing(found: Placing) -> ResponseReturnValue:
    """A plan on the grid of its days, what was left out and why, and its proof; who waits is told when it is there."""
    if not wants_fragment():
        return _placing(found)
    answer = make_response("", 204 if found.state == PlacingState.WANTED else 200)
    if found.state != PlacingState.WANTED:
        answer.headers["HX-Refresh"] = "true"
    return answer


def _placing(found: Placing, *, stale: bool = False, status: int = 200) -> ResponseReturnValue:
    return page(
        "programme/placing.html",
        placing=found,
        state=_state(found.state),
        grids=_grids(found) if found.state == PlacingState.SOLVED else [],
        left=[(one["title"], reasons.text(one["why"], one["params"])) for one in found.outcome.get("left", [])],
        placed=len(found.outcome.get("spots", [])),
        stale=stale,
        status=status,
    )


def _grids(found: Placing) -> list[tuple[date, Grid]]:
    """The days as they would be: what stands, and what would come."""
    session, grids = current.session(), []
    for text in found.days:
        day = date.fromisoformat(text)
        plan = queries.day_plan(session, found.edition_id, day)
        coming = [_coming(one) for one in found.outcome["spots"] if one["day"] == text]
        grids.append((day, preview(plan, coming, partial(_address, text))))
    return grids


def _coming(one: dict[str, Any]) -> dict[str, Any]:
    talk = timedelta(minutes=one["length"] - one["films"])
    return {**one, "starts_at": service.moment(one["day"], one["start"]), "talk": talk}


def _address(day: str, code: str) -> str:
    return url_for("programme.desk_day", day=day, p=code)


@bp.post("/ops/placings/<code>")
@guard(policies.programme_placing, load=placing_queries.placing_by_code)
def settle_placing(found: Placing) -> ResponseReturnValue:
    """Take the plan over whole, or drop it; the pressed button says which."""
    try:
        if request.form.get("step") == "apply":
            placed = service.apply(current.session(), found, by=current.actor())
            done = ngettext("{n} package is on the plan.", "{n} packages are on the plan.", placed)
            flash(done.format(n=placed), "ok")
            return redirect(url_for("programme.desk_day", day=found.days[0]), 303)
        if request.form.get("step") == "drop":
            service.drop(current.session(), found, by=current.actor())
            flash(_("Dropped. Nothing was changed."), "ok")
    except Stale:
        return _placing(found, stale=True, status=409)
    except Invalid as problem:
        flash(problem.message, "bad")
    return redirect(url_for("programme.placings"), 303)
