"""The chair's rounds: jurors and conflicts, the proposed assignment with its proof, publishing, pace."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import policies
from portal.calls import queries as calls
from portal.calls.models import Call
from portal.errors import Invalid
from portal.i18n import N_, _, pick
from portal.jury import desk_queries, phrases, queries
from portal.jury.conflicts import queries as conflict_queries
from portal.jury.models import Round
from portal.jury.rounds import setup
from portal.jury.views.round_forms import due, whole
from portal.lifecycles import RoundState, advance
from portal.web import current
from portal.web.access import guard, require
from portal.web.forms import tidy
from portal.web.pages import page

bp = Blueprint("rounds", __name__, url_prefix="/ops/rounds")
bp.context_processor(lambda: {"round_state": phrases.round_state})

NEXT_STATES = {
    "pause": (RoundState.PAUSED, N_("The round is paused.")),
    "resume": (RoundState.OPEN, N_("The round goes on.")),
    "close": (RoundState.CLOSED, N_("The round is closed; sheets can no longer be changed.")),
    "reopen": (RoundState.OPEN, N_("The round goes on.")),
}


@bp.get("")
@guard(policies.enter_judging)
def index() -> ResponseReturnValue:
    """Every round of the actor's editions with its progress."""
    editions = current.actor().places(policies.Scope.EDITION, policies.Role.CHAIR, policies.Role.ORGANIZER)
    return page(
        "jury/rounds.html",
        rounds=desk_queries.overview(current.session(), editions),
        calls=_call_choices(editions),
        error=None,
    )


@bp.post("")
@guard(policies.enter_judging)
def create() -> ResponseReturnValue:
    """A new round of a call, with the three panels."""
    call = current.session().get(Call, whole(request.form.get("call_id")))
    require(call is not None and policies.chair_call(current.actor(), call))
    assert call is not None
    try:
        made = setup.make_round(
            current.session(),
            call,
            name_ko=_name("name_ko"),
            name_en=_name("name_en"),
            due_at=due(request.form.get("due_on", "")),
            by=current.actor(),
        )
    except Invalid as problem:
        editions = current.actor().places(policies.Scope.EDITION, policies.Role.CHAIR, policies.Role.ORGANIZER)
        return page(
            "jury/rounds.html",
            status=422,
            rounds=desk_queries.overview(current.session(), editions),
            calls=_call_choices(editions),
            error=problem,
        )
    return redirect(url_for("rounds.show", code=made.code), 303)


def _call_choices(editions: Collection[int]) -> list[tuple[int, str]]:
    found = calls.of_editions(current.session(), editions)
    return [(call.id, pick(call.name_ko, call.name_en)) for call in found]


def _name(field: str) -> str:
    found = tidy(request.form.get(field)).replace("\n", " ")
    if not found or len(found) > 200:
        raise Invalid(field, N_("Give the round a name of up to 200 characters."))
    return found


@bp.get("/<code>")
@guard(policies.chair_round, load=queries.round_by_code)
def show(round_: Round) -> ResponseReturnValue:
    """A round: its panels, jurors and their pace, conflicts, and where its plan stands."""
    return _show(round_)


def _show(round_: Round, *, status: int = 200, error: Invalid | None = None, **more: Any) -> ResponseReturnValue:
    session = current.session()
    return page(
        "jury/round.html",
        status=status,
        judging=round_,
        panels=[(panel.id, pick(panel.name_ko, panel.name_en)) for panel in round_.panels],
        jurors=desk_queries.jurors(session, round_.id),
        pace=desk_queries.progress(session, round_.id),
        conflicts=conflict_queries.counts(session, round_.id),
        films=desk_queries.count_films(session, round_),
        error=error,
        **more,
    )


@bp.post("/<code>/jurors")
@guard(policies.chair_round, load=queries.round_by_code)
def seat(round_: Round) -> ResponseReturnValue:
    """Seat a person who accepted the invitation to judge."""
    panel = next((panel for panel in round_.panels if panel.id == whole(request.form.get("panel_id"))), None)
    person = desk_queries.invited_juror(current.session(), round_.edition_id, tidy(request.form.get("email")).lower())
    if panel is None or person is None:
        problem = Invalid("email", N_("Nobody with this address has accepted an invitation to judge this edition."))
        return _show(round_, status=422, error=problem)
    setup.seat_juror(
        current.session(),
        round_,
        panel,
        person,
        languages=_words(request.form.get("languages", "ko")),
        genres=_words(request.form.get("genres", "")),
        by=current.actor(),
    )
    flash(_("The juror has a seat."), "ok")
    return redirect(url_for("rounds.show", code=round_.code), 303)


def _words(text: str) -> list[str]:
    return [word for word in tidy(text).replace(",", " ").lower().split() if len(word) <= 24][:12]


@bp.post("/<code>/state")
@guard(policies.chair_round, load=queries.round_by_code)
def move(round_: Round) -> ResponseReturnValue:
    """Pause, resume, close or reopen a round."""
    chosen = NEXT_STATES.get(request.form.get("move", ""))
    require(chosen is not None)
    assert chosen is not None
    advance(current.session(), round_, chosen[0], by=current.actor())
    flash(_(chosen[1]), "ok")
    return redirect(url_for("rounds.show", code=round_.code), 303)
