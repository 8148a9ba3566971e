"""The page of deciding: films by place, one decision each, many at once with a preview, and the reserves."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import policies
from portal.entries import queries as entries
from portal.errors import Invalid
from portal.i18n import N_, _, ngettext
from portal.jury import phrases, queries
from portal.jury.decisions import phrases as words
from portal.jury.decisions import queries as reading
from portal.jury.decisions import reserves, service
from portal.jury.decisions.models import Decision, Outcome
from portal.jury.decisions.queries import Shown
from portal.jury.models import Round
from portal.web import current
from portal.web.access import guard, require
from portal.web.pages import page, wants_fragment
from portal.web.pagination import paged, wanted

bp = Blueprint("decisions", __name__, url_prefix="/ops/results")
bp.context_processor(lambda: {"outcome_text": phrases.outcome_text, "words": words})
MOST = 999


@bp.get("/<code>/select")
@guard(policies.chair_round, load=queries.round_by_code)
def select(round_: Round) -> ResponseReturnValue:
    """Fifty films a page by their place, with what is decided and how the quotas stand."""
    return _select(round_)


def _select(round_: Round, *, status: int = 200, error: Invalid | None = None) -> ResponseReturnValue:
    session, shown = current.session(), _shown()
    size = wanted(request.args.get("top")) if request.args.get("top") else 0
    return page(
        "jury/select.html",
        status=status,
        judging=round_,
        found=paged(session, reading.films(round_, shown), number=wanted(request.args.get("page"))),
        shown=shown,
        top=_preview(round_, size) if 0 < size <= MOST else None,
        vacancies=reading.vacancies(session, round_.id),
        next_up=reading.reserves(session, round_)[:5],
        promoted=reading.promoted(session, round_.id),
        error=error,
        **_standing(round_),
    )


def _shown() -> Shown:
    text = request.values.get("show", "")
    return Shown(text) if text in set(Shown) else Shown.ALL


def _standing(round_: Round) -> dict[str, Any]:
    """The live counters: decisions, and quotas with their names."""
    session = current.session()
    return {
        "tally": service.tally(session, round_),
        "quotas": reading.quota_standings(session, round_.id),
        "kinds": reading.quota_kinds(session, round_),
    }


def _preview(round_: Round, size: int) -> dict[str, Any]:
    rows = reading.top(current.session(), round_, size)
    return {
        "size": size,
        "rows": [row for row in rows if row.state not in reading.DECIDED],
        "totals": reading.totals(rows),
        "films": len(rows),
    }


@bp.post("/<code>/decide")
@guard(policies.chair_round, load=queries.round_by_code)
def decide(round_: Round) -> ResponseReturnValue:
    """Decide on one film; the creator learns nothing before the release."""
    entry = entries.entry_by_number(current.session(), request.form.get("number", ""))
    wish = request.form.get("outcome", "")
    require(entry is not None and wish in ("", *Outcome))
    assert entry is not None
    problem = None
    try:
        service.decide(current.session(), round_, entry, Outcome(wish) if wish else None, by=current.actor())
    except Invalid as found:
        problem = found
    if wants_fragment():
        return _row(round_, entry.number, problem)
    return _select(round_, status=422, error=problem) if problem else _back(round_)


def _row(round_: Round, number: str, problem: Invalid | None) -> ResponseReturnValue:
    """The film's row anew, and the counters with it."""
    current.session().flush()
    row = reading.film(current.session(), round_, number)
    require(row is not None)
    return page(
        "jury/decided.html",
        status=422 if problem else 200,
        judging=round_,
        row=row,
        shown=_shown(),
        number_of_page=wanted(request.form.get("page")),
        error=problem,
        **_standing(round_),
    )


def _back(round_: Round, sentence: str = "") -> ResponseReturnValue:
    if sentence:
        flash(sentence, "ok")
    number, shown = wanted(request.form.get("page")), _shown().value
    return redirect(url_for("decisions.select", code=round_.code, page=number, show=shown), 303)


@bp.post("/<code>/select-top")
@guard(policies.chair_round, load=queries.round_by_code)
def select_top(round_: Round) -> ResponseReturnValue:
    """Select the undecided ones of the first places, as the preview showed them."""
    size, expected = (request.form.get(name, "") for name in ("top", "count"))
    try:
        if not (size.isdecimal() and expected.isdecimal() and len(size) < 4 and len(expected) < 4):
            raise Invalid("top", N_("Say how many places from the top."))
        moved = service.select_top(current.session(), round_, int(size), expected=int(expected), by=current.actor())
    except Invalid as problem:
        return _select(round_, status=422, error=problem)
    text = ngettext("{n} film set to selected.", "{n} films set to selected.", moved)
    return _back(round_, text.format(n=moved))


@bp.post("/<code>/decide-rest")
@guard(policies.chair_round, load=queries.round_by_code)
def decide_rest(round_: Round) -> ResponseReturnValue:
    """Everything still undecided becomes not selected."""
    moved = service.decide_rest(current.session(), round_, by=current.actor())
    text = ngettext("{n} film set to not selected.", "{n} films set to not selected.", moved)
    return _back(round_, text.format(n=moved))


# ── reserves ───────────────────────────────────────────────────────────


def _decision(round_: Round) -> Decision:
    found = reading.decision_on(current.session(), round_, request.form.get("number", ""))
    require(found is not None)
    assert found is not None
    return found


@bp.post("/<code>/reserves")
@guard(policies.chair_round, load=queries.round_by_code)
def order(round_: Round) -> ResponseReturnValue:
    """Move a reserve up or down."""
    step = {"up": -1, "down": 1}.get(request.form.get("step", ""), 0)
    require(step != 0)
    try:
        reserves.move(current.session(), round_, _decision(round_), step, by=current.actor())
    except Invalid as problem:
        return _select(round_, status=422, error=problem)
    return _back(round_)


@bp.post("/<code>/promote")
@guard(policies.chair_round, load=queries.round_by_code)
def promote(round_: Round) -> ResponseReturnValue:
    """Let the next reserve take over a place that became free; a second person releases it."""
    try:
        reserves.promote(current.session(), round_, _decision(round_), by=current.actor())
    except Invalid as problem:
        return _select(round_, status=422, error=problem)
    return _back(round_, _("The reserve takes over the place. Its maker learns of it with the release."))
