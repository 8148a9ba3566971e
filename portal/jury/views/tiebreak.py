"""A tie-break: the chair opens, closes and reads it; a juror puts films in order by buttons, numbers, keys or drag."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal import policies
from portal.errors import Invalid
from portal.i18n import N_, _
from portal.jury import queries as rounds
from portal.jury.models import Round
from portal.jury.tiebreak import ordering, queries, service
from portal.jury.tiebreak.models import Ballot, TieBreak
from portal.jury.views.round_forms import due, whole
from portal.lifecycles import TieBreakState
from portal.web import current
from portal.web.access import guard, require
from portal.web.pages import page

bp = Blueprint("tiebreak", __name__)

Move = Callable[..., None]
_MOVES: dict[str, tuple[Move, str]] = {
    "close": (service.close, N_("The vote is closed and is being counted.")),
    "reopen": (service.reopen, N_("The vote is open again.")),
    "drop": (service.drop, N_("The vote is called off.")),
}


# ── the chair ──────────────────────────────────────────────────────────


@bp.get("/ops/results/<code>/tie-break")
@guard(policies.chair_round, load=rounds.round_by_code)
def show(round_: Round) -> ResponseReturnValue:
    """The vote that is open or was the last, or else the films around the cut to open one on."""
    return _show(round_)


def _show(round_: Round, *, status: int = 200, error: Invalid | None = None) -> ResponseReturnValue:
    session = current.session()
    vote = None if request.args.get("new") else queries.latest(session, round_.id)
    more = _vote(session, vote) if vote is not None else _proposal(session, round_)
    return page("jury/tiebreak.html", status=status, judging=round_, vote=vote, error=error, sent=request.form, **more)


def _vote(session: Session, vote: TieBreak) -> dict[str, Any]:
    return {"ballots": queries.ballots(session, vote.id), "films": queries.counted(session, vote.id)}


def _proposal(session: Session, round_: Round) -> dict[str, Any]:
    band = queries.contested(session, round_)
    chosen = request.form.getlist("film") or [row.number for row in band]
    places = max(1, min(len(band) - 1, round_.places - queries.ahead_of_band(session, round_)))
    return {"band": band, "chosen": chosen, "places": request.form.get("places", places)}


@bp.post("/ops/results/<code>/tie-break")
@guard(policies.chair_round, load=rounds.round_by_code)
def open_vote(round_: Round) -> ResponseReturnValue:
    """Ask the jurors to order the chosen films."""
    chosen, session = set(request.form.getlist("film")), current.session()
    try:
        service.open_vote(
            session,
            round_,
            entry_ids=[row.id for row in queries.contested(session, round_) if row.number in chosen],
            places=whole(request.form.get("places")),
            due_at=due(request.form.get("due_on", "")),
            by=current.actor(),
        )
    except Invalid as problem:
        return _show(round_, status=422, error=problem)
    flash(_("The vote is open. Every juror who judged two of these films or more gets a mail."), "ok")
    return redirect(url_for("tiebreak.show", code=round_.code), 303)


@bp.post("/ops/results/<code>/tie-break/state")
@guard(policies.chair_round, load=rounds.round_by_code)
def move(round_: Round) -> ResponseReturnValue:
    """Close a vote, open it again, or call it off."""
    chosen = _MOVES.get(request.form.get("move", ""))
    vote = queries.latest(current.session(), round_.id)
    require(chosen is not None and vote is not None)
    assert chosen is not None
    try:
        chosen[0](current.session(), vote, by=current.actor())
    except Invalid as problem:
        return _show(round_, status=422, error=problem)
    flash(_(chosen[1]), "ok")
    return redirect(url_for("tiebreak.show", code=round_.code), 303)


# ── a juror ────────────────────────────────────────────────────────────


@bp.get("/jury/rank/<code>")
@guard(policies.order_ballot, load=queries.ballot_by_code)
def ballot(found: Ballot) -> ResponseReturnValue:
    """The juror's films of a vote in the order they have for now."""
    return _ballot(found, queries.films_of(current.session(), found))


def _ballot(
    found: Ballot, rows: Sequence[Any], *, status: int = 200, error: Invalid | None = None
) -> ResponseReturnValue:
    voting = found.tiebreak.state == TieBreakState.OPEN
    return page("jury/rank.html", status=status, ballot=found, rows=rows, voting=voting, error=error)


@bp.post("/jury/rank/<code>")
@guard(policies.order_ballot, load=queries.ballot_by_code)
def order(found: Ballot) -> ResponseReturnValue:
    """Move one film by a button, keep the numbers as they are, or hand the order in."""
    rows = queries.films_of(current.session(), found)
    wish = ordering.read(request.form, [row.code for row in rows])
    shown = sorted(rows, key=lambda row: wish.codes.index(row.code))
    ids = [row.entry_id for row in shown]
    try:
        service.save(current.session(), found, ids, by=current.actor(), final=wish.final)
    except Invalid as problem:
        return _ballot(found, shown, status=422, error=problem)
    if wish.final:
        flash(_("Your order is handed in. You can change it until the vote is closed."), "ok")
    return redirect(url_for("tiebreak.ballot", code=found.code) + wish.anchor, 303)
