"""The chair's conflicts of interest: what was told and found, settled one by one or many at once, and noted by hand."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal import policies
from portal.errors import Invalid
from portal.i18n import N_, _, ngettext
from portal.jury import queries
from portal.jury.conflicts import letters, phrases, service
from portal.jury.conflicts import queries as reads
from portal.jury.conflicts.models import Conflict, ConflictScope, ConflictSource, ConflictState
from portal.jury.models import Round
from portal.jury.views.round_forms import whole
from portal.web import current
from portal.web.access import guard, require
from portal.web.forms import tidy
from portal.web.pages import page
from portal.web.pagination import paged, wanted

bp = Blueprint("conflicts", __name__, url_prefix="/ops/rounds")
bp.context_processor(
    lambda: {
        "conflict_state": phrases.conflict_state,
        "source_name": phrases.source_name,
        "scope_name": phrases.scope_name,
        "evidence": phrases.evidence,
        "said": phrases.said,
    }
)
BY_HAND = (ConflictSource.JUROR, ConflictSource.ENTRANT, ConflictSource.IP_OWNER, ConflictSource.MENTOR)


@bp.get("/<code>/conflicts")
@guard(policies.chair_round, load=queries.round_by_code)
def index(round_: Round) -> ResponseReturnValue:
    """Every conflict of the round with its evidence, hints first, as filtered."""
    return _page(round_)


def _page(
    round_: Round, *, status: int = 200, error: Invalid | None = None, typed: dict[str, str] | None = None
) -> ResponseReturnValue:
    session = current.session()
    filters = _filters()
    rows = paged(session, reads.listed(round_.id, filters), number=wanted(request.args.get("page")))
    return page(
        "jury/conflicts.html",
        block="rows",
        status=status,
        judging=round_,
        rows=rows,
        filters=filters,
        counts=reads.counts(session, round_.id),
        jurors=reads.jurors(session, round_.id),
        history=reads.history(session, [row.id for row in rows.rows]),
        by_hand=[(one.value, phrases.source_name(one)) for one in BY_HAND],
        scopes=[(one.value, phrases.scope_name(one)) for one in ConflictScope],
        sources=[(one.value, phrases.source_name(one)) for one in ConflictSource],
        declaring=round_.state in reads.DECLARING,
        error=error,
        typed=typed or {},
    )


def _filters() -> reads.Filters:
    asked = request.args
    state = next((one for one in ConflictState if one == asked.get("state")), None)
    source = next((one for one in ConflictSource if one == asked.get("source")), None)
    return reads.Filters(state, source, whole(asked.get("juror")) or None)


def _back(round_: Round) -> ResponseReturnValue:
    """To the list as it was filtered."""
    kept: dict[str, Any] = {
        name: request.form[name] for name in ("state", "source", "juror", "page") if request.form.get(name)
    }
    return redirect(url_for("conflicts.index", code=round_.code, **kept), 303)


def _tell(text: str, left: int) -> None:
    flash(text, "ok")
    if left:
        told = ngettext(
            "{n} film left the juror's desk. Repair the assignment to give it to somebody else.",
            "{n} films left the juror's desk. Repair the assignment to give them to somebody else.",
            left,
        )
        flash(told.format(n=left), "warn")


@bp.post("/<code>/conflicts/look")
@guard(policies.chair_round, load=queries.round_by_code)
def look(round_: Round) -> ResponseReturnValue:
    """Look for conflicts the portal can see by itself."""
    found = service.compute(current.session(), round_, by=current.actor())
    flash(ngettext("{n} new conflict found.", "{n} new conflicts found.", found).format(n=found), "ok")
    return redirect(url_for("conflicts.index", code=round_.code), 303)


@bp.post("/<code>/conflicts/ask")
@guard(policies.chair_round, load=queries.round_by_code)
def ask(round_: Round) -> ResponseReturnValue:
    """Write to every juror who has not declared yet; twice on one day is one mail."""
    require(round_.state in reads.DECLARING)
    sent = letters.ask_to_declare(current.session(), round_)
    text = ngettext("{n} juror asked by mail.", "{n} jurors asked by mail.", sent)
    flash(text.format(n=sent) if sent else _("Everybody has been asked today or has declared."), "ok")
    return redirect(url_for("conflicts.index", code=round_.code), 303)


@bp.post("/<code>/conflicts")
@guard(policies.chair_round, load=queries.round_by_code)
def add(round_: Round) -> ResponseReturnValue:
    """Note a conflict by hand; it is confirmed by that."""
    try:
        left = _noted(current.session(), round_)
    except Invalid as problem:
        return _page(round_, status=422, error=problem, typed=dict(request.form))
    _tell(_("The conflict is noted."), left)
    return redirect(url_for("conflicts.index", code=round_.code), 303)


def _noted(session: Session, round_: Round) -> int:
    form = request.form
    juror = reads.seat_of(session, round_, whole(form.get("juror_id")))
    film = reads.judged_film(session, round_, tidy(form.get("number")).upper())
    source = next((one for one in BY_HAND if one == form.get("from")), None)
    scope = next((one for one in ConflictScope if one == form.get("scope")), ConflictScope.FILM)
    if juror is None:
        raise Invalid("juror_id", N_("Choose a juror of this round."))
    if film is None:
        raise Invalid("number", N_("No film of this round has this number."))
    if source is None:
        raise Invalid("from", N_("Choose where the conflict comes from."))
    reason = tidy(form.get("reason")).replace("\n", " ")
    return service.declare(session, juror, film, source=source, scope=scope, reason=reason, by=current.actor())


@bp.post("/<code>/conflicts/confirm")
@guard(policies.chair_round, load=queries.round_by_code)
def confirm(round_: Round) -> ResponseReturnValue:
    """Confirm every hint that was ticked."""
    ids = [whole(text) for text in request.form.getlist("conflict")[:200]]
    settled, left = service.confirm_all(current.session(), round_, ids, by=current.actor())
    if not settled:
        return _page(round_, status=422, error=Invalid("rows", N_("Tick the hints that you want to confirm.")))
    _tell(ngettext("{n} conflict confirmed.", "{n} conflicts confirmed.", settled).format(n=settled), left)
    return _back(round_)


@bp.post("/<code>/conflicts/<int:conflict_id>")
@guard(policies.chair_round, load=lambda session, code, conflict_id: queries.round_by_code(session, code))
def settle(round_: Round) -> ResponseReturnValue:
    """Confirm a conflict, or dismiss it with a reason."""
    conflict = _conflict(round_)
    verdict = request.form.get("verdict", "")
    try:
        if verdict not in ("confirm", "dismiss"):
            raise Invalid("rows", N_("Choose: confirm or dismiss."))
        left = service.settle(
            current.session(),
            round_,
            conflict,
            confirmed=verdict == "confirm",
            reason=tidy(request.form.get("reason")).replace("\n", " ")[: service.LONGEST_REASON],
            by=current.actor(),
            seen=whole(request.form.get("rev")) or None,
        )
    except Invalid as problem:
        return _page(round_, status=422, error=Invalid(f"why-{conflict.id}", problem.code))
    _tell(_("The conflict is confirmed.") if verdict == "confirm" else _("The conflict is dismissed."), left)
    return _back(round_)


def _conflict(round_: Round) -> Conflict:
    args: dict[str, Any] = request.view_args or {}
    found = reads.conflict_of(current.session(), round_, int(args["conflict_id"]))
    require(found is not None)
    assert found is not None
    return found
