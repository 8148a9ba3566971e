"""The discussion list on the chair's desk, and the thread that chair and jurors share."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import policies
from portal.errors import Invalid
from portal.i18n import ngettext
from portal.jury import queries
from portal.jury.decisions import discussions
from portal.jury.decisions.discussions import Thread
from portal.jury.models import Round
from portal.jury.results import queries as tables
from portal.web import current
from portal.web.access import guard
from portal.web.forms import tidy
from portal.web.pages import page

bp = Blueprint("discussions", __name__)


@bp.get("/ops/results/<code>/discussions")
@guard(policies.chair_round, load=queries.round_by_code)
def index(round_: Round) -> ResponseReturnValue:
    """The round's discussion list, open ones first."""
    return _index(round_)


def _index(round_: Round, *, status: int = 200, error: Invalid | None = None) -> ResponseReturnValue:
    session = current.session()
    return page(
        "jury/discussions.html",
        status=status,
        judging=round_,
        discussions=discussions.of_round(session, round_.id),
        band=tables.band(session, round_.id, round_.places),
        error=error,
        typed=request.form,
    )


@bp.post("/ops/results/<code>/discussions")
@guard(policies.chair_round, load=queries.round_by_code)
def add(round_: Round) -> ResponseReturnValue:
    """Put one film on the list, by its number."""
    number, reason = tidy(request.form.get("number")), tidy(request.form.get("reason"))
    try:
        found = discussions.open_on(current.session(), round_, number, reason=reason, by=current.actor())
    except Invalid as problem:
        return _index(round_, status=422, error=problem)
    return redirect(url_for("discussions.thread", code=found.code), 303)


@bp.post("/ops/results/<code>/discussions/band")
@guard(policies.chair_round, load=queries.round_by_code)
def add_band(round_: Round) -> ResponseReturnValue:
    """Put the whole contested band on the list."""
    added = discussions.open_band(current.session(), round_, by=current.actor())
    text = ngettext("{n} film put on the list.", "{n} films put on the list.", added)
    flash(text.format(n=added), "ok")
    return redirect(url_for("discussions.index", code=round_.code), 303)


@bp.get("/jury/discussions")
@guard(policies.enter_jury)
def mine() -> ResponseReturnValue:
    """The discussions a juror takes part in."""
    return page("jury/own_discussions.html", threads=discussions.of_juror(current.session(), current.actor()))


@bp.get("/jury/discussions/<code>")
@guard(policies.see_discussion, load=discussions.thread_by_code)
def thread(found: Thread) -> ResponseReturnValue:
    """What has been said of one film, and a field to say more."""
    return _thread(found)


def _thread(found: Thread, *, status: int = 200, error: Invalid | None = None) -> ResponseReturnValue:
    session, actor = current.session(), current.actor()
    chairs = policies.chair_round(actor, found.round)
    return page(
        "jury/thread.html",
        status=status,
        layout="layouts/ops.html" if chairs else "layouts/work.html",
        thread=found,
        remarks=discussions.remarks(session, found, to=actor),
        result=tables.result_of(session, found.round.id, found.entry.id) if chairs else None,
        chairs=chairs,
        may_speak=policies.speak_in_discussion(actor, found),
        me_id=actor.person_id,
        error=error,
        typed=request.form,
    )


@bp.post("/jury/discussions/<code>")
@guard(policies.see_discussion, load=discussions.thread_by_code)
def say(found: Thread) -> ResponseReturnValue:
    """Add a remark; a discussion that has ended meanwhile says so and keeps what was typed."""
    text = tidy(request.form.get("text"))
    try:
        discussions.say(current.session(), found, text=text, by=current.actor())
    except Invalid as problem:
        return _thread(found, status=422, error=problem)
    return redirect(url_for("discussions.thread", code=found.code, _anchor="last"), 303)


@bp.post("/jury/discussions/<code>/close")
@guard(policies.run_discussion, load=discussions.thread_by_code)
def close(found: Thread) -> ResponseReturnValue:
    """End the discussion with a note on what came of it."""
    outcome = tidy(request.form.get("outcome"))
    try:
        discussions.close(current.session(), found, outcome=outcome, by=current.actor())
    except Invalid as problem:
        return _thread(found, status=422, error=problem)
    return redirect(url_for("discussions.index", code=found.round.code), 303)


@bp.post("/jury/discussions/<code>/reopen")
@guard(policies.run_discussion, load=discussions.thread_by_code)
def reopen(found: Thread) -> ResponseReturnValue:
    """Go on with it."""
    discussions.reopen(current.session(), found, by=current.actor())
    return redirect(url_for("discussions.thread", code=found.code), 303)
