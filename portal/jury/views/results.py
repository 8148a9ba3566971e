"""The result table, decisions that wait, and their release by a second person."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import policies
from portal.entries import queries as entries
from portal.errors import Invalid
from portal.i18n import _, ngettext, pick
from portal.jury import desk_queries, phrases, queries
from portal.jury.assigning import tries
from portal.jury.decisions import service as decisions
from portal.jury.decisions.models import Outcome
from portal.jury.models import Round
from portal.web import current
from portal.web.access import guard, require
from portal.web.pages import page
from portal.web.pagination import paged, wanted
from portal.web.sheets import csv_download

bp = Blueprint("results", __name__, url_prefix="/ops/results")
bp.context_processor(lambda: {"outcome_text": phrases.outcome_text})


@bp.get("/<code>")
@guard(policies.chair_round, load=queries.round_by_code)
def ranking(round_: Round) -> ResponseReturnValue:
    """Raw mean beside corrected score, interval, chance to be in the top places; fifty rows a page."""
    return _ranking(round_)


def _ranking(round_: Round, *, status: int = 200, error: Invalid | None = None) -> ResponseReturnValue:
    session = current.session()
    found = paged(session, desk_queries.ranking(round_.id), number=wanted(request.args.get("page")))
    return page(
        "jury/ranking.html",
        block="rows",
        status=status,
        judging=round_,
        results=found,
        outcomes=desk_queries.outcomes(session, round_.id, [row.entry_id for row in found.rows]),
        tally=decisions.tally(session, round_),
        error=error,
    )


@bp.post("/<code>/decide")
@guard(policies.chair_round, load=queries.round_by_code)
def decide(round_: Round) -> ResponseReturnValue:
    """Decide on one film; the creator learns nothing before the release."""
    entry = entries.entry_by_number(current.session(), request.form.get("number", ""))
    require(entry is not None)
    assert entry is not None
    wish = request.form.get("outcome", "")
    try:
        outcome = Outcome(wish) if wish else None
        decisions.decide(current.session(), round_, entry, outcome, by=current.actor())
    except ValueError:
        require(False)
    except Invalid as problem:
        return _ranking(round_, status=422, error=problem)
    return redirect(url_for("results.ranking", code=round_.code, page=wanted(request.form.get("page"))), 303)


@bp.post("/<code>/decide-rest")
@guard(policies.chair_round, load=queries.round_by_code)
def decide_rest(round_: Round) -> ResponseReturnValue:
    """Everything still undecided becomes not selected."""
    moved = decisions.decide_rest(current.session(), round_, by=current.actor())
    text = ngettext("{n} film set to not selected.", "{n} films set to not selected.", moved)
    flash(text.format(n=moved), "ok")
    return redirect(url_for("results.ranking", code=round_.code), 303)


@bp.get("/<code>/release")
@guard(policies.release_decisions, load=queries.round_by_code)
def review(round_: Round) -> ResponseReturnValue:
    """What a release would announce: counts, the selected films, the mails that would go."""
    return _review(round_)


def _review(round_: Round, *, status: int = 200, error: Invalid | None = None) -> ResponseReturnValue:
    session = current.session()
    return page(
        "jury/release.html",
        status=status,
        judging=round_,
        tally=decisions.tally(session, round_),
        selected=desk_queries.pending_selected(session, round_.id),
        batch=decisions.batch(round_),
        may_office=policies.enter_office(current.actor()),
        error=error,
    )


@bp.post("/<code>/release")
@guard(policies.release_decisions, load=queries.round_by_code)
def release(round_: Round) -> ResponseReturnValue:
    """Announce everything at once; refused to whoever made one of the decisions."""
    try:
        announced = decisions.release(current.session(), round_, by=current.actor())
    except Invalid as problem:
        return _review(round_, status=422, error=problem)
    text = ngettext("{n} decision announced.", "{n} decisions announced.", announced)
    flash(text.format(n=announced), "ok")
    return redirect(url_for("results.ranking", code=round_.code), 303)


@bp.post("/<code>/work-out")
@guard(policies.chair_round, load=queries.round_by_code)
def work_out(round_: Round) -> ResponseReturnValue:
    """Try anew to work out results that were given up."""
    tries.ask_results_again(current.session(), round_, by=current.actor())
    flash(_("The results are being worked out. Load this page again in a moment."), "info")
    return redirect(url_for("results.ranking", code=round_.code), 303)


COLUMNS = ("rank", "number", "title", "category", "scores", "mean", "corrected", "low", "high", "p_top")


@bp.get("/<code>.csv")
@guard(policies.chair_round, load=queries.round_by_code)
def export(round_: Round) -> ResponseReturnValue:
    """The result table as CSV."""
    rows = current.session().execute(desk_queries.ranking(round_.id)).all()
    return csv_download(f"{_('Results')} {round_.code}.csv", COLUMNS, [_cells(row) for row in rows])


def _cells(row: Any) -> list[Any]:
    title, category = pick(row.title_ko, row.title_en), pick(row.category_ko, row.category_en)
    numbers = [f"{value:.2f}" for value in (row.mean, row.score, row.low, row.high, row.p_top)]
    return [row.rank or "", row.number, title, category, row.n, *numbers]
