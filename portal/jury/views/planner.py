"""The round planner: plans at equal viewing hours side by side, worked out by the worker, and put to use."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import policies
from portal.errors import Invalid, Stale
from portal.i18n import N_, _, pick
from portal.jury import queries
from portal.jury.models import Round
from portal.jury.rounds import comparing, editing, following, plan_words
from portal.jury.rounds import queries as reads
from portal.jury.views.round_forms import FollowingForm, last_minute, number
from portal.jury.views.rounds import Problem, newest, problems, sent_rev, status_of, summary
from portal.web import current
from portal.web.access import guard
from portal.web.pages import page

bp = Blueprint("planner", __name__, url_prefix="/ops/rounds")


@bp.get("/<code>/planner")
@guard(policies.chair_round, load=queries.round_by_code)
def show(round_: Round) -> ResponseReturnValue:
    """The last comparison, and what to ask for the next."""
    return _show(round_)


def _show(round_: Round, problem: Problem | None = None, form: FollowingForm | None = None) -> ResponseReturnValue:
    session = current.session()
    if isinstance(problem, Stale):
        round_ = newest(round_)
    errors, form = problems(problem), form or FollowingForm(None)
    burden = reads.burden(session, round_)
    rounds = reads.scored_rounds(session, round_.edition_id)
    found = round_.comparison
    return page(
        "jury/planner.html",
        block="found",
        status=status_of(problem, form),
        judging=round_,
        comparison=found,
        basis=_basis_name(found.get("basis", ""), rounds),
        open=editing.being_set_up(round_),
        over=round_.state in following.OVER and round_.results_at is not None,
        choices=_stages_ahead(round_),
        made=following.existing(session, round_),
        asked=_asked(round_, burden),
        bases=plan_words.named() + [(str(one.id), pick(one.name_ko, one.name_en)) for one in rounds],
        form=form,
        errors={one.field: one.message for one in errors},
        summary=summary(errors, form),
        stale=isinstance(problem, Stale),
        words=plan_words,
    )


def _stages_ahead(round_: Round) -> list[tuple[int, str]]:
    """The plans that have a stage after this round, by their place in the table."""
    forecasts = round_.comparison.get("forecasts", [])
    return [(n, plan_words.plan(one["stages"])) for n, one in enumerate(forecasts) if following.next_stage(round_, n)]


def _asked(round_: Round, burden: reads.Burden) -> dict[str, Any]:
    """What stands in the form: as sent, as asked last, else what the round asks for now."""
    before = round_.comparison.get("asked", {})
    hours = round(burden.hours, 1) or 1
    begin = {"hours": hours, "jurors": burden.jurors or 16, "basis": "nips"}
    return {name: request.form.get(name, before.get(name, value)) for name, value in begin.items()}


def _basis_name(basis: str, rounds: Any) -> str:
    names = {str(one.id): pick(one.name_ko, one.name_en) for one in rounds}
    return plan_words.basis(basis) or names.get(basis, "")


def _hours(text: str | None) -> float:
    """Hours with or without a decimal point; 0 for anything else."""
    whole, _point, rest = (text or "").strip().partition(".")
    digits = whole + rest
    return float(f"{whole or 0}.{rest or 0}") if digits.isascii() and digits.isdecimal() and len(digits) < 9 else 0.0


@bp.post("/<code>/planner")
@guard(policies.chair_round, load=queries.round_by_code)
def ask(round_: Round) -> ResponseReturnValue:
    """Ask the worker to compare."""
    sent, session = request.form, current.session()
    basis = sent.get("basis", "")
    known = {str(one.id) for one in reads.scored_rounds(session, round_.edition_id)} | set(comparing.NAMED)
    try:
        if basis not in known:
            raise Invalid("basis", N_("Choose where the shares come from."))
        comparing.ask(
            session,
            round_,
            hours=_hours(sent.get("hours")),
            jurors=number(sent.get("jurors")) or 0,
            basis=basis,
            by=current.actor(),
        )
    except Invalid as problem:
        return _show(round_, problem)
    return redirect(url_for("planner.show", code=round_.code, _anchor="found"), 303)


@bp.post("/<code>/planner/use")
@guard(policies.chair_round, load=queries.round_by_code)
def use(round_: Round) -> ResponseReturnValue:
    """Let the panels' demands follow a plan's first stage."""
    chosen = number(request.form.get("plan"))
    try:
        comparing.use(current.session(), round_, -1 if chosen is None else chosen, rev=sent_rev(), by=current.actor())
    except (Invalid, Stale) as problem:
        return _show(round_, problem)
    flash(_("The panels' jurors per film follow the plan."), "ok")
    return redirect(url_for("setup.show", code=round_.code, _anchor="panels"), 303)


@bp.post("/<code>/planner/next")
@guard(policies.chair_round, load=queries.round_by_code)
def follow(round_: Round) -> ResponseReturnValue:
    """Make the round of a plan's next stage."""
    form = FollowingForm()
    if not form.sent_and_valid():
        return _show(round_, form=form)
    chosen, due = form.plan.data, last_minute(form.due_on)
    names = {"name_ko": form.name_ko.data, "name_en": form.name_en.data}
    try:
        made = following.make(current.session(), round_, chosen, **names, due_at=due, by=current.actor())
    except (Invalid, Stale) as problem:
        return _show(round_, problem, form)
    flash(_("The next round is there. Look at its films, then assign."), "ok")
    return redirect(url_for("listing.show", code=made.code), 303)
