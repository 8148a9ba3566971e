"""A panel's criteria at the set-up of its round: weights and order on one page, each criterion on its own."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import policies
from portal.errors import Invalid, InvalidMany, Stale
from portal.i18n import _
from portal.jury import queries
from portal.jury.models import Criterion, Panel, Round
from portal.jury.rounds import criteria, editing
from portal.jury.views.round_forms import CriterionForm, NewCriterionForm, criterion_weights, number
from portal.jury.views.rounds import Problem, newest, problems, sent_rev, status_of, summary
from portal.web import current
from portal.web.access import guard, require
from portal.web.pages import page

bp = Blueprint("criteria", __name__, url_prefix="/ops/rounds")


def _panel_of(round_: Round) -> Panel:
    """The panel of the address, if it is one of this round."""
    wanted = (request.view_args or {})["panel_id"]
    found = next((panel for panel in round_.panels if panel.id == wanted), None)
    require(found is not None)
    assert found is not None
    return found


def _round(session: Any, code: str, **_ignored: int) -> Round | None:
    return queries.round_by_code(session, code)


@bp.get("/<code>/panels/<int:panel_id>")
@guard(policies.chair_round, load=_round)
def panel(round_: Round) -> ResponseReturnValue:
    """The criteria of a panel."""
    return _show(round_)


def _show(round_: Round, *, new: NewCriterionForm | None = None, problem: Problem | None = None) -> ResponseReturnValue:
    if isinstance(problem, Stale):
        round_ = newest(round_)
    found, new, errors = _panel_of(round_), new or NewCriterionForm(None), problems(problem)
    typed = {one.id: request.form.get(f"criterion-{one.id}-weight", str(one.weight)) for one in found.criteria}
    return page(
        "jury/panel.html",
        status=status_of(problem, new),
        judging=round_,
        panel=found,
        typed=typed,
        new=new,
        open=editing.being_set_up(round_),
        errors={one.field: one.message for one in errors},
        summary=summary(errors, new),
        stale=isinstance(problem, Stale),
    )


def _back(round_: Round, panel_id: int) -> ResponseReturnValue:
    flash(_("Saved."), "ok")
    return redirect(url_for("criteria.panel", code=round_.code, panel_id=panel_id), 303)


@bp.post("/<code>/panels/<int:panel_id>")
@guard(policies.chair_round, load=_round)
def change_criteria(round_: Round) -> ResponseReturnValue:
    """Keep the weights; the pressed button may move a criterion or take it out besides."""
    session, by, found = current.session(), current.actor(), _panel_of(round_)
    pressed = {name: number(request.form.get(name)) for name in ("up", "down", "remove")}
    weights = criterion_weights(request.form, [one.id for one in found.criteria])
    try:
        criteria.save_weights(session, round_, found, weights, rev=sent_rev(), by=by, without=pressed["remove"])
        for name, places in (("up", -1), ("down", 1)):
            if criterion_id := pressed[name]:
                criteria.move_criterion(session, round_, found, criterion_id, places, by=by)
    except (Invalid, InvalidMany, Stale) as problem:
        return _show(round_, problem=problem)
    return _back(round_, found.id)


@bp.post("/<code>/panels/<int:panel_id>/add")
@guard(policies.chair_round, load=_round)
def add_criterion(round_: Round) -> ResponseReturnValue:
    """A further criterion."""
    form, found = NewCriterionForm(), _panel_of(round_)
    if not form.sent_and_valid():
        return _show(round_, new=form)
    session, by, weight = current.session(), current.actor(), form.weight.data
    try:
        criteria.add_criterion(session, round_, found, form.draft(), weight, rev=form.rev.data or 0, by=by)
    except (Invalid, InvalidMany) as problem:
        form.blame(problem)
        return _show(round_, new=form)
    except Stale as problem:
        return _show(round_, new=form, problem=problem)
    return _back(round_, found.id)


def _criterion_of(found: Panel) -> Criterion:
    wanted = (request.view_args or {})["criterion_id"]
    one = next((one for one in found.criteria if one.id == wanted), None)
    require(one is not None)
    assert one is not None
    return one


@bp.get("/<code>/panels/<int:panel_id>/criteria/<int:criterion_id>")
@guard(policies.chair_round, load=_round)
def criterion(round_: Round) -> ResponseReturnValue:
    """One criterion in both languages."""
    return _criterion(round_, CriterionForm.of(_criterion_of(_panel_of(round_))))


def _criterion(round_: Round, form: CriterionForm, *, problem: Problem | None = None) -> ResponseReturnValue:
    if isinstance(problem, Stale):
        round_ = newest(round_)
    found = _panel_of(round_)
    return page(
        "jury/criterion.html",
        status=status_of(problem, form),
        judging=round_,
        panel=found,
        criterion=_criterion_of(found),
        form=form,
        open=editing.being_set_up(round_),
        summary=summary(problems(problem), form),
        stale=isinstance(problem, Stale),
    )


@bp.post("/<code>/panels/<int:panel_id>/criteria/<int:criterion_id>")
@guard(policies.chair_round, load=_round)
def edit_criterion(round_: Round) -> ResponseReturnValue:
    """Keep what a criterion asks."""
    found, form = _panel_of(round_), CriterionForm()
    one = _criterion_of(found)
    if not form.sent_and_valid():
        return _criterion(round_, form)
    session, by = current.session(), current.actor()
    try:
        criteria.edit_criterion(session, round_, found, one, form.draft(), rev=form.rev.data or 0, by=by)
    except (Invalid, InvalidMany) as problem:
        form.blame(problem)
        return _criterion(round_, form)
    except Stale as problem:
        return _criterion(round_, form, problem=problem)
    return _back(round_, found.id)
