"""The films of a round: all of its call, or a list with its minutes and what it means for the jurors' hours."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import policies
from portal.errors import Invalid, InvalidMany, Stale
from portal.i18n import _, ngettext
from portal.jury import queries
from portal.jury.models import Round, RoundReach
from portal.jury.rounds import editing, listing
from portal.jury.rounds import phrases as words
from portal.jury.rounds import queries as reads
from portal.jury.views.round_forms import number
from portal.jury.views.rounds import Problem, newest, problems, sent_rev, status_of
from portal.web import current
from portal.web.access import guard, require
from portal.web.forms import tidy
from portal.web.pages import page
from portal.web.pagination import paged, wanted

bp = Blueprint("listing", __name__, url_prefix="/ops/rounds")


@bp.get("/<code>/films")
@guard(policies.chair_round, load=queries.round_by_code)
def show(round_: Round) -> ResponseReturnValue:
    """The films a round lists, and what they come to."""
    return _show(round_)


def _show(round_: Round, problem: Problem | None = None) -> ResponseReturnValue:
    session = current.session()
    if isinstance(problem, Stale):
        round_ = newest(round_)
    errors = problems(problem)
    found = paged(session, reads.listed(round_.id), number=wanted(request.values.get("page")))
    return page(
        "jury/listing.html",
        status=status_of(problem),
        judging=round_,
        open=editing.being_set_up(round_),
        films=found,
        burden=reads.burden(session, round_),
        everything=reads.burden_of_all(session, round_),
        others=_sources(round_),
        typed=request.form,
        errors={one.field: one.message for one in errors},
        summary=[(one.field, one.message) for one in errors],
        stale=isinstance(problem, Stale),
        words=words,
    )


def _sources(round_: Round) -> list[Any]:
    """Earlier rounds of the same call that say which films are good."""
    others = reads.other_rounds(current.session(), round_)
    return [one for one in others if one.call_id == round_.call_id and (one.has_results or one.decided)]


def _back(round_: Round) -> ResponseReturnValue:
    return redirect(url_for("listing.show", code=round_.code, page=wanted(request.form.get("page"))), 303)


@bp.post("/<code>/films/take")
@guard(policies.chair_round, load=queries.round_by_code)
def take(round_: Round) -> ResponseReturnValue:
    """Take films over from an earlier round."""
    session, sent = current.session(), request.form
    source = reads.whole_round(session, round_.edition_id, sent.get("source", ""))
    rule = sent.get("rule", "")
    require(source is not None and rule in listing.RULES)
    assert source is not None
    count = number(sent.get("count")) or 0
    try:
        came = listing.take(session, round_, source, rule, count, rev=sent_rev(), by=current.actor())
    except (Invalid, Stale) as problem:
        return _show(round_, problem)
    flash(ngettext("{n} film came in.", "{n} films came in.", came).format(n=came), "ok")
    return _back(round_)


@bp.post("/<code>/films/add")
@guard(policies.chair_round, load=queries.round_by_code)
def add(round_: Round) -> ResponseReturnValue:
    """List one film by its number."""
    film = tidy(request.form.get("number")).upper()[:20]
    try:
        listing.add(current.session(), round_, film, rev=sent_rev(), by=current.actor())
    except (Invalid, Stale) as problem:
        return _show(round_, problem)
    return _back(round_)


@bp.post("/<code>/films")
@guard(policies.chair_round, load=queries.round_by_code)
def change(round_: Round) -> ResponseReturnValue:
    """Keep the demands of the page; the pressed button may take a film out besides."""
    going = number(request.form.get("remove"))
    try:
        listing.change(
            current.session(), round_, _demands(request.form), rev=sent_rev(), by=current.actor(), without=going
        )
    except (Invalid, InvalidMany, Stale) as problem:
        return _show(round_, problem)
    flash(_("Saved."), "ok")
    return _back(round_)


def _demands(sent: Any) -> dict[int, int | None]:
    """Film by film; an empty field is the round's own number, words are no number at all."""
    found: dict[int, int | None] = {}
    for name, text in sent.items():
        key = number(name.removeprefix("demand-")) if name.startswith("demand-") else None
        if key is not None:
            found[key] = (number(text) or 0) if text.strip() else None
    return found


@bp.post("/<code>/films/reach")
@guard(policies.chair_round, load=queries.round_by_code)
def reach(round_: Round) -> ResponseReturnValue:
    """All eligible films of the call, or the list alone."""
    wish = request.form.get("reach", "")
    require(wish in list(RoundReach))
    try:
        listing.reach(current.session(), round_, RoundReach(wish), rev=sent_rev(), by=current.actor())
    except (Invalid, Stale) as problem:
        return _show(round_, problem)
    flash(_("Saved."), "ok")
    return _back(round_)
