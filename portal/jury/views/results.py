"""The result table."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import policies
from portal.errors import Invalid
from portal.i18n import _
from portal.jury import desk_queries, phrases, queries
from portal.jury.assigning import tries
from portal.jury.decisions import service as decisions
from portal.jury.models import Round
from portal.jury.results import phrases as words
from portal.jury.results import queries as tables
from portal.jury.results.tables import panels_of
from portal.web import current
from portal.web.access import guard
from portal.web.pages import page
from portal.web.pagination import paged, wanted

bp = Blueprint("results", __name__, url_prefix="/ops/results")
bp.context_processor(lambda: {"outcome_text": phrases.outcome_text})


@bp.get("/<code>")
@guard(policies.chair_round, load=queries.round_by_code)
def ranking(round_: Round) -> ResponseReturnValue:
    """Raw mean beside corrected score, interval, chance to be in the top places; fifty rows a page."""
    return _ranking(round_)


def _chosen() -> dict[str, str]:
    """What of the table is asked for; anything that is none of the choices is the whole of it by place."""
    shown, sort = request.args.get("show", ""), request.args.get("sort", "place")
    return {
        "shown": shown if shown in tables.SHOWN else tables.RANKED,
        "category": request.args.get("category", "")[:24],
        "sort": sort if sort in tables.SORTS else "place",
    }


def _ranking(round_: Round, *, status: int = 200, error: Invalid | None = None) -> ResponseReturnValue:
    session, chosen = current.session(), _chosen()
    found = paged(session, tables.ranking(round_.id, **chosen), number=wanted(request.args.get("page")))
    return page(
        "jury/ranking.html",
        block="rows",
        status=status,
        judging=round_,
        results=found,
        chosen=chosen,
        cut_after=_cut(found.rows, round_.places) if chosen["sort"] == "place" else None,
        band=tables.band(session, round_.id, round_.places),
        categories=tables.categories(session, round_.id),
        light=words.light(round_.results_note),
        one_group=round_.results_note.get("components", 1) == 1,
        panels=panels_of(round_),
        outcomes=desk_queries.outcomes(session, round_.id, [row.entry_id for row in found.rows]),
        tally=decisions.tally(session, round_),
        error=error,
    )


def _cut(rows: Sequence[Any], places: int) -> int | None:
    """The film after which the cut is drawn: the last one inside, where the next one is on the same page."""
    pairs = pairwise(rows)
    return next(
        (one.entry_id for one, after in pairs if one.place and after.place and one.place <= places < after.place), None
    )


@bp.post("/<code>/work-out")
@guard(policies.chair_round, load=queries.round_by_code)
def work_out(round_: Round) -> ResponseReturnValue:
    """Try anew to work out results that were given up."""
    tries.ask_results_again(current.session(), round_, by=current.actor())
    flash(_("The results are being worked out. Load this page again in a moment."), "info")
    return redirect(url_for("results.ranking", code=round_.code), 303)
