"""A round's set-up: its settings, its panels, where they come from."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import policies
from portal.errors import Invalid, InvalidMany, Stale
from portal.i18n import _
from portal.jury import phrases, queries
from portal.jury.models import Round
from portal.jury.rounds import editing, panels
from portal.jury.rounds import phrases as words
from portal.jury.rounds import queries as reads
from portal.jury.rounds.presets import PRESETS
from portal.jury.views.round_forms import NamesForm, NewPanelForm, RoundForm, number, panel_drafts
from portal.web import current
from portal.web.access import guard, require
from portal.web.forms import Form
from portal.web.pages import page

bp = Blueprint("setup", __name__, url_prefix="/ops/rounds")
bp.context_processor(lambda: {"round_state": phrases.round_state})

Problem = Invalid | InvalidMany | Stale


@bp.get("/<code>/setup")
@guard(policies.chair_round, load=queries.round_by_code)
def show(round_: Round) -> ResponseReturnValue:
    """Everything about a round that is not its jurors, its films or its plan."""
    return _show(round_)


def _show(
    round_: Round,
    *,
    form: NamesForm | None = None,
    new: NewPanelForm | None = None,
    problem: Problem | None = None,
) -> ResponseReturnValue:
    """The page; whatever form was sent stands there as it was typed."""
    session = current.session()
    if isinstance(problem, Stale):
        round_ = newest(round_)
    open_ = editing.being_set_up(round_)
    kind = RoundForm if open_ else NamesForm
    form, new = form or kind.of(round_), new or NewPanelForm(None)
    errors = problems(problem)
    return page(
        "jury/setup.html",
        status=status_of(problem, form, new),
        judging=round_,
        open=open_,
        form=form,
        new=new,
        rows=_rows(round_),
        errors={one.field: one.message for one in errors},
        summary=summary(errors, form, new),
        stale=isinstance(problem, Stale),
        others=reads.other_rounds(session, round_),
        seats=reads.seats(session, round_.id),
        words=words,
    )


def _rows(round_: Round) -> list[dict[str, Any]]:
    """The table of panels: as typed where it was sent, else as stored."""
    return [
        {"id": panel.id, "code": panel.code, "name": (panel.name_ko, panel.name_en), "criteria": len(panel.criteria)}
        | {
            name: request.form.get(f"panel-{panel.id}-{name}", getattr(panel, name))
            for name in ("name_ko", "name_en", "weight", "demand")
        }
        for panel in round_.panels
    ]


def newest(round_: Round) -> Round:
    """The round as somebody else left it a moment ago."""
    session, code = current.session(), round_.code
    session.rollback()
    session.expire_all()
    found = queries.round_by_code(session, code)
    require(found is not None)
    assert found is not None
    return found


def problems(problem: Problem | None) -> list[Invalid]:
    """What a service refused, one by one."""
    if isinstance(problem, InvalidMany):
        return problem.problems
    return [problem] if isinstance(problem, Invalid) else []


def summary(errors: list[Invalid], *forms: Form) -> list[tuple[str, str]]:
    """The lines above the page: what services refused, and what fields say of themselves."""
    return [(one.field, one.message) for one in errors] + [line for form in forms for line in form.problems()]


def status_of(problem: Problem | None, *forms: Form) -> int:
    """409 where somebody was faster, 422 where something needs fixing."""
    if isinstance(problem, Stale):
        return 409
    return 422 if problem is not None or any(form.problems() for form in forms) else 200


def sent_rev() -> int:
    """The round's revision the form was drawn from."""
    return number(request.form.get("rev")) or 0


def saved(round_: Round, anchor: str = "") -> ResponseReturnValue:
    """Back to the set-up, saying so."""
    flash(_("Saved."), "ok")
    return redirect(url_for("setup.show", code=round_.code, _anchor=anchor or None), 303)


@bp.post("/<code>/setup")
@guard(policies.chair_round, load=queries.round_by_code)
def edit(round_: Round) -> ResponseReturnValue:
    """Keep the settings; once jurors have seen the round, names and due date alone."""
    form = RoundForm() if editing.being_set_up(round_) else NamesForm()
    if not form.sent_and_valid():
        return _show(round_, form=form)
    try:
        editing.edit_round(current.session(), round_, form.values(round_), rev=form.rev.data or 0, by=current.actor())
    except (Invalid, Stale) as problem:
        return _show(round_, form=form, problem=problem)
    return saved(round_)


@bp.post("/<code>/setup/panels")
@guard(policies.chair_round, load=queries.round_by_code)
def change_panels(round_: Round) -> ResponseReturnValue:
    """Keep the table of panels; the pressed button may move one or take one out besides."""
    session, by = current.session(), current.actor()
    pressed = {name: number(request.form.get(name)) for name in ("up", "down", "remove")}
    drafts = panel_drafts(request.form, [panel.id for panel in round_.panels])
    try:
        panels.save_panels(session, round_, drafts, rev=sent_rev(), by=by, without=pressed["remove"])
        for name, places in (("up", -1), ("down", 1)):
            if panel_id := pressed[name]:
                panels.move_panel(session, round_, panel_id, places, by=by)
    except (Invalid, InvalidMany, Stale) as problem:
        return _show(round_, problem=problem)
    return saved(round_, "panels")


@bp.post("/<code>/setup/panels/add")
@guard(policies.chair_round, load=queries.round_by_code)
def add_panel(round_: Round) -> ResponseReturnValue:
    """A further panel."""
    form = NewPanelForm()
    if not form.sent_and_valid():
        return _show(round_, new=form)
    try:
        panels.add_panel(
            current.session(), round_, form.code.data, form.draft(), rev=form.rev.data or 0, by=current.actor()
        )
    except (Invalid, InvalidMany) as problem:
        form.blame(problem)
        return _show(round_, new=form)
    except Stale as problem:
        return _show(round_, new=form, problem=problem)
    return saved(round_, "panels")


@bp.post("/<code>/setup/preset")
@guard(policies.chair_round, load=queries.round_by_code)
def use_preset(round_: Round) -> ResponseReturnValue:
    """Begin anew with a known set of panels."""
    name = request.form.get("preset", "")
    require(name in PRESETS)
    try:
        panels.use_preset(current.session(), round_, name, rev=sent_rev(), by=current.actor())
    except (Invalid, Stale) as problem:
        return _show(round_, problem=problem)
    return saved(round_, "panels")


@bp.post("/<code>/setup/copy")
@guard(policies.chair_round, load=queries.round_by_code)
def copy(round_: Round) -> ResponseReturnValue:
    """Take everything but names, date and films from another round of the edition."""
    session = current.session()
    source = reads.whole_round(session, round_.edition_id, request.form.get("source", ""))
    require(source is not None)
    assert source is not None
    try:
        panels.copy_setup(session, round_, source, rev=sent_rev(), by=current.actor())
    except (Invalid, Stale) as problem:
        return _show(round_, problem=problem)
    return saved(round_, "panels")
