"""What a juror answers to the list of films: all accepted, one declined, the seat given up."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import policies
from portal.errors import Invalid
from portal.i18n import _, ngettext
from portal.jury import queries
from portal.jury.assigning import answering
from portal.jury.assigning.models import Assignment
from portal.jury.models import Juror
from portal.web import current
from portal.web.access import guard
from portal.web.forms import tidy
from portal.web.pages import page

bp = Blueprint("answers", __name__, url_prefix="/jury")


def _own_seat(session: Any, code: str) -> Juror | None:
    """The actor's seat in the round with this code."""
    seats = queries.seats_of(session, current.actor())
    return next((seat for seat in seats if seat.round.code == code), None)


@bp.post("/rounds/<code>/accept")
@guard(policies.answer_seat, load=_own_seat)
def accept(seat: Juror) -> ResponseReturnValue:
    """Accept the whole list."""
    n = answering.accept_all(current.session(), seat, by=current.actor())
    if n:
        flash(ngettext("You have accepted {n} film.", "You have accepted {n} films.", n).format(n=n), "ok")
    return redirect(url_for("jury.home", round=seat.round.code), 303)


@bp.get("/films/<code>/decline")
@guard(policies.answer_assignment, load=queries.assignment_by_code)
def ask_decline(assignment: Assignment) -> ResponseReturnValue:
    """Why a film is given back."""
    return _decline_page(assignment)


def _decline_page(assignment: Assignment, *, error: Invalid | None = None) -> ResponseReturnValue:
    return page("jury/decline.html", status=422 if error else 200, assignment=assignment, error=error)


@bp.post("/films/<code>/decline")
@guard(policies.answer_assignment, load=queries.assignment_by_code)
def decline(assignment: Assignment) -> ResponseReturnValue:
    """Give a film back; it is gone from the list at once."""
    code, reason = assignment.round.code, tidy(request.form.get("reason"))
    try:
        answering.decline(current.session(), assignment, reason=reason, by=current.actor())
    except Invalid as problem:
        return _decline_page(assignment, error=problem)
    flash(_("The film has gone back. Thank you for saying it early."), "ok")
    return redirect(url_for("jury.home", round=code), 303)


@bp.get("/rounds/<code>/step-down")
@guard(policies.answer_seat, load=_own_seat)
def ask_step_down(seat: Juror) -> ResponseReturnValue:
    """What stepping down means, before it is done."""
    return _step_down_page(seat)


def _step_down_page(seat: Juror, *, error: Invalid | None = None) -> ResponseReturnValue:
    rows = queries.queue(current.session(), seat.id, labels=False)
    left = sum(not row.done for row in rows)
    return page("jury/step_down.html", status=422 if error else 200, seat=seat, left=left, error=error)


@bp.post("/rounds/<code>/step-down")
@guard(policies.answer_seat, load=_own_seat)
def step_down(seat: Juror) -> ResponseReturnValue:
    """Give the seat up; what was handed in stays."""
    try:
        answering.end_seat(current.session(), seat, reason=tidy(request.form.get("reason")), by=current.actor())
    except Invalid as problem:
        return _step_down_page(seat, error=problem)
    flash(_("You have stepped down from this round. Thank you for what you did."), "ok")
    return redirect(url_for("jury.home"), 303)
