"""One film of a plan: who sees it and why, changed by hand; and the end of a seat."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import policies
from portal.entries.models import Entry
from portal.errors import Invalid
from portal.i18n import _, ngettext
from portal.jury import queries
from portal.jury.assigning import answering, editing, phrases, reading
from portal.jury.assigning.editing import Change
from portal.jury.conflicts import reach
from portal.jury.models import Juror, Round
from portal.jury.views.assignment import bp
from portal.lifecycles import RunState
from portal.web import current
from portal.web.access import guard, require
from portal.web.forms import tidy
from portal.web.pages import page

__all__ = ["bp"]
bp.context_processor(lambda: {"part_name": phrases.part_name, "obstacle": phrases.obstacle})


def _round(session: Any, code: str, **_rest: str) -> Round | None:
    return queries.round_by_code(session, code)


def _film(round_: Round) -> Entry:
    found = reading.film(current.session(), round_, str((request.view_args or {})["number"]))
    require(found is not None)
    assert found is not None
    return found


def _seat(round_: Round, label: str) -> Juror:
    found = reading.seat(current.session(), round_.id, label[:12])
    require(found is not None)
    assert found is not None
    return found


@bp.get("/<code>/assignment/films/<number>")
@guard(policies.chair_round, load=_round)
def film(round_: Round) -> ResponseReturnValue:
    """Everybody who could see this film, with fit, hours and what stands against it."""
    return _film_page(round_, _film(round_))


def _film_page(round_: Round, entry: Entry, *, error: Invalid | None = None) -> ResponseReturnValue:
    session = current.session()
    run = reading.latest(session, round_.id)
    return page(
        "jury/assignment_film.html",
        status=422 if error else 200,
        judging=round_,
        film=entry,
        run=run,
        editable=run is not None and run.state == RunState.PROPOSED,
        seats=reading.seats(session, round_.id),
        on_film=reading.on_film(session, round_.id, entry.id),
        barred={juror for film, juror in reach.pairs(session, round_) if film == entry.id},
        loads=reading.loads(session, round_.id),
        bands={row["label"]: row for row in run.report.get("load", ())} if run else {},
        why=_reasons(round_, entry),
        typed=request.form,
        error=error,
    )


def _reasons(round_: Round, entry: Entry) -> dict[str, Any]:
    run = reading.with_content(current.session(), round_.id)
    if run is None:
        return {}
    from portal.jury.assigning.explaining import Reasons  # brings numpy

    return dict(Reasons(run).of_film(entry.number))


@bp.post("/<code>/assignment/films/<number>")
@guard(policies.chair_round, load=_round)
def change_film(round_: Round) -> ResponseReturnValue:
    """Put a juror on the film, take one off, or swap two."""
    session, entry = current.session(), _film(round_)
    put, out = (tidy(request.form.get(name)) for name in ("put", "out"))
    wanted = Change(
        _seat(round_, put) if put else None,
        _seat(round_, out) if out else None,
        tidy(request.form.get("reason")).replace("\n", " "),
    )
    try:
        against = editing.change(session, round_, entry, wanted, by=current.actor())
    except Invalid as problem:
        return _film_page(round_, entry, error=problem)
    flash(_("Changed. It stays in every later plan."), "ok")
    for one in against:
        flash(one.message, "warn")
    return redirect(url_for("assignment.film", code=round_.code, number=entry.number), 303)


@bp.get("/<code>/assignment/films/<number>/<label>")
@guard(policies.chair_round, load=_round)
def why(round_: Round) -> ResponseReturnValue:
    """Why this juror: the fit in its parts, the rank, who was passed over, and what that saves."""
    entry, seat = _film(round_), _seat(round_, str((request.view_args or {})["label"]))
    reasons = _reasons(round_, entry).get(seat.label)
    return page("jury/assignment_why.html", judging=round_, film=entry, seat=seat, why=reasons)


@bp.get("/<code>/seats/<label>/end")
@guard(policies.chair_round, load=_round)
def ask_end(round_: Round) -> ResponseReturnValue:
    """What the end of a seat means, before it is done."""
    return _end_page(round_, _seat(round_, str((request.view_args or {})["label"])))


def _end_page(round_: Round, seat: Juror, *, error: Invalid | None = None) -> ResponseReturnValue:
    return page(
        "jury/seat_end.html",
        status=422 if error else 200,
        judging=round_,
        seat=seat,
        load=reading.loads(current.session(), round_.id).get(seat.label),
        error=error,
    )


@bp.post("/<code>/seats/<label>/end")
@guard(policies.chair_round, load=_round)
def end_seat(round_: Round) -> ResponseReturnValue:
    """End the seat; what was handed in stays."""
    seat = _seat(round_, str((request.view_args or {})["label"]))
    reason = tidy(request.form.get("reason")).replace("\n", " ")
    try:
        lost = answering.end_seat(current.session(), seat, reason=reason, by=current.actor())
    except Invalid as problem:
        return _end_page(round_, seat, error=problem)
    text = ngettext(
        "The seat has ended. {n} film needs another juror.", "The seat has ended. {n} films need another juror.", lost
    )
    flash(text.format(n=lost), "ok")
    return redirect(url_for("assignment.report", code=round_.code), 303)
