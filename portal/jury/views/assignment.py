"""The chair's plan: asked for, its report and its proof, published, mended, taken back; one film changed by hand."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import policies
from portal.errors import Invalid
from portal.i18n import _, ngettext, pick
from portal.jury import desk_queries, queries
from portal.jury import phrases as round_phrases
from portal.jury.assigning import phrases, reading, relaxing, repair, replays, service
from portal.jury.assigning.models import AssignmentRun
from portal.jury.assigning.wishes import Wish
from portal.jury.conflicts import service as conflicts
from portal.jury.models import Round
from portal.lifecycles import RunState
from portal.web import current
from portal.web.access import guard, require
from portal.web.forms import tidy
from portal.web.pages import page
from portal.web.pagination import paged, wanted

bp = Blueprint("assignment", __name__, url_prefix="/ops/rounds")
bp.context_processor(
    lambda: {
        "round_state": round_phrases.round_state,
        "run_state": phrases.run_state,
        "run_kind": phrases.run_kind,
        "rule_name": phrases.rule_name,
        "shortfall": phrases.shortfall,
        "way_out": phrases.way_out,
    }
)


@bp.get("/<code>/assignment")
@guard(policies.chair_round, load=queries.round_by_code)
def report(round_: Round) -> ResponseReturnValue:
    """The last plan with its report; while it is being worked out the page looks again by itself."""
    run = reading.latest(current.session(), round_.id)
    if request.headers.get("HX-Request") and (run is None or run.state != RunState.WANTED):
        return "", 200, {"HX-Refresh": "true"}
    return _page(round_, run)


def _page(round_: Round, run: AssignmentRun | None, *, error: Invalid | None = None) -> ResponseReturnValue:
    session = current.session()
    filters = _filters(run)
    running = round_.state in service.RUNNING
    return page(
        "jury/assignment.html",
        block="report",
        status=422 if error else 200,
        judging=round_,
        run=run,
        report=run.report if run else {},
        ways=relaxing.ways(run) if run and run.state == RunState.INFEASIBLE else [],
        panels={panel.code: pick(panel.name_ko, panel.name_en) for panel in round_.panels},
        loads=reading.loads(session, round_.id),
        short=reading.short(session, round_, proposed=bool(run and run.state == RunState.PROPOSED))
        if running or (run and run.state == RunState.PROPOSED)
        else [],
        left=reading.given_up(session, round_.id) if running else [],
        running=running,
        filters=filters,
        rows=paged(session, reading.pairs(round_.id, run, filters), number=wanted(request.args.get("page")))
        if run and run.state in (RunState.PROPOSED, RunState.PUBLISHED)
        else None,
        seats=reading.seats(session, round_.id),
        history=reading.history(session, round_.id),
        error=error,
    )


def _filters(run: AssignmentRun | None) -> reading.Filters:
    asked = request.args
    new = asked.get("new") == "1" or (reading.is_repair(run) and "new" not in asked)
    return reading.Filters(tidy(asked.get("juror"))[:12], tidy(asked.get("film"))[:80], new)


def _again(round_: Round, problem: Invalid) -> ResponseReturnValue:
    return _page(round_, reading.latest(current.session(), round_.id), error=problem)


def _back(round_: Round) -> ResponseReturnValue:
    return redirect(url_for("assignment.report", code=round_.code), 303)


@bp.post("/<code>/assignment")
@guard(policies.chair_round, load=queries.round_by_code)
def ask(round_: Round) -> ResponseReturnValue:
    """Ask the worker for a plan, for a repair where the round is running; `fresh` forgets what was set by hand."""
    session, by = current.session(), current.actor()
    if lacking := desk_queries.lacking(session, round_):
        return _again(round_, lacking)
    try:
        conflicts.compute(session, round_, by=by)
        fresh = request.form.get("fresh") == "1"
        if fresh:
            service.drop(session, round_, by=by)
        service.request_assignment(session, round_, by=by, wish=Wish() if fresh else None)
    except Invalid as problem:
        return _again(round_, problem)
    flash(_("The plan is being worked out. This page shows it when it is ready."), "info")
    return _back(round_)


@bp.post("/<code>/assignment/repair")
@guard(policies.chair_round, load=queries.round_by_code)
def mend(round_: Round) -> ResponseReturnValue:
    """Ask for a plan that fills what is lost, or that gives one juror's unfinished films to others."""
    session = current.session()
    label = tidy(request.form.get("without"))[:12]
    juror = reading.seat(session, round_.id, label) if label else None
    require(not label or juror is not None)
    try:
        repair.request(session, round_, without=juror, by=current.actor())
    except Invalid as problem:
        return _again(round_, problem)
    flash(_("The repair is being worked out. Nothing changes for the jurors until you publish it."), "info")
    return _back(round_)


@bp.post("/<code>/assignment/publish")
@guard(policies.chair_round, load=queries.round_by_code)
def publish(round_: Round) -> ResponseReturnValue:
    """Show the plan to the jurors it concerns and tell them; once, however often it is pressed."""
    code = tidy(request.form.get("run"))[:24]
    try:
        if not code:
            raise Invalid("plan", service.OTHER_PLAN)
        shown = service.publish(current.session(), round_, by=current.actor(), code=code)
    except Invalid as problem:
        return _again(round_, problem)
    text = ngettext("{n} assignment published.", "{n} assignments published.", shown)
    flash(text.format(n=shown), "ok")
    return _back(round_)


@bp.post("/<code>/assignment/drop")
@guard(policies.chair_round, load=queries.round_by_code)
def drop(round_: Round) -> ResponseReturnValue:
    """Take the plan back; jurors have seen nothing of it."""
    dropped = service.drop(current.session(), round_, by=current.actor())
    flash(_("The plan is laid aside.") if dropped else _("There was no plan to lay aside."), "ok")
    return _back(round_)


@bp.post("/<code>/assignment/relax")
@guard(policies.chair_round, load=queries.round_by_code)
def relax(round_: Round) -> ResponseReturnValue:
    """Take one of the ways out of an impossible plan, and ask again."""
    session = current.session()
    run = reading.run_of(session, round_.id, tidy(request.form.get("run"))[:24])
    place = request.form.get("way", "")
    try:
        if run is None or not place.isdecimal() or len(place) > 3:
            raise Invalid("main", service.OTHER_PLAN)
        relaxing.relax(session, round_, run, int(place), by=current.actor())
    except Invalid as problem:
        return _again(round_, problem)
    flash(_("The plan is being worked out. This page shows it when it is ready."), "info")
    return _back(round_)


@bp.post("/<code>/assignment/choose")
@guard(policies.chair_round, load=queries.round_by_code)
def choose(round_: Round) -> ResponseReturnValue:
    """Take another of a repair's plans: fewer changes, or more of them for a better fit."""
    from portal.jury.assigning import storing  # brings numpy

    session = current.session()
    run = service.hold(session, round_)
    kappa = request.form.get("kappa", "")
    valid = run is not None and kappa.isdecimal() and len(kappa) < 7
    if not valid or run is None or not storing.choose(session, run, int(kappa), by=current.actor()):
        return _again(round_, Invalid("main", service.OTHER_PLAN))
    flash(_("The chosen plan is here. Publish it when it is right."), "ok")
    return _back(round_)


@bp.post("/<code>/assignment/runs/<run>/replay")
@guard(policies.chair_round, load=lambda session, code, run: queries.round_by_code(session, code))
def replay(round_: Round) -> ResponseReturnValue:
    """Have a stored plan solved again, to show that the same comes out."""
    session = current.session()
    run = reading.run_of(session, round_.id, str((request.view_args or {})["run"]))
    require(run is not None)
    assert run is not None
    try:
        replays.ask(session, run, by=current.actor())
    except Invalid as problem:
        return _again(round_, problem)
    flash(_("The plan is being solved again. The history shows whether the same came out."), "info")
    return redirect(url_for("assignment.report", code=round_.code) + "#history", 303)
