"""The chair's progress board: who is late, what they need a day, reminders, later dates, faults, voided sheets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import clock, i18n, policies
from portal.errors import Invalid
from portal.i18n import N_, _, ngettext
from portal.jury import phrases, queries
from portal.jury.assigning.models import Assignment
from portal.jury.models import Juror, Round
from portal.jury.scoring import coverage, faults, nudging, progress, voiding
from portal.jury.scoring import phrases as scoring_phrases
from portal.jury.scoring.progress import Pace
from portal.lifecycles import RoundState
from portal.mail import returned
from portal.web import current
from portal.web.access import guard, require
from portal.web.forms import tidy
from portal.web.pages import page

bp = Blueprint("progress", __name__, url_prefix="/ops/rounds")
bp.context_processor(lambda: {"round_state": phrases.round_state, "fault_kind": scoring_phrases.fault_kind})

ALL_BEHIND = "behind"


@bp.get("/<code>/progress")
@guard(policies.chair_round, load=queries.round_by_code)
def board(round_: Round) -> ResponseReturnValue:
    """Everybody's pace, those who need a word first."""
    rows = progress.board(current.session(), round_, now=clock.now())
    return page(
        "jury/progress.html",
        block="rows",
        judging=round_,
        rows=rows,
        behind=sum(one.behind for one in rows),
        open_faults=sum(one.faults for one in rows),
        nudgeable=len(nudging.due_for_one([one for one in rows if one.behind], now=clock.now())),
        may_nudge=round_.state == RoundState.OPEN,
    )


def _chosen(round_: Round, who: str) -> list[Pace]:
    """One juror by seat, or everybody who is behind."""
    rows = progress.board(current.session(), round_, now=clock.now())
    return [one for one in rows if (one.behind if who == ALL_BEHIND else one.label == who)]


@bp.get("/<code>/progress/nudge")
@guard(policies.chair_round, load=queries.round_by_code)
def ask_nudge(round_: Round) -> ResponseReturnValue:
    """Who would get a reminder, and the mail itself, before anything is sent."""
    return _nudge_page(round_, request.args.get("who", ALL_BEHIND))


def _nudge_page(round_: Round, who: str, *, error: Invalid | None = None) -> ResponseReturnValue:
    chosen = _chosen(round_, who)
    free = nudging.due_for_one(chosen, now=clock.now())
    languages = {one.language: one for one in reversed(free)}
    return page(
        "jury/nudge.html",
        status=422 if error else 200,
        judging=round_,
        who=who,
        free=free,
        skipped=[one for one in chosen if one not in free],
        samples=[(one, nudging.preview(current.session(), round_, one)) for one in languages.values()],
        error=error,
    )


@bp.post("/<code>/progress/nudge")
@guard(policies.chair_round, load=queries.round_by_code)
def nudge(round_: Round) -> ResponseReturnValue:
    """Send the reminders; nobody gets two a day."""
    who = request.form.get("who", "")
    try:
        sent = nudging.nudge(current.session(), round_, _chosen(round_, who), by=current.actor())
    except Invalid as problem:
        return _nudge_page(round_, who, error=problem)
    text = ngettext("{n} reminder is on its way.", "{n} reminders are on their way.", sent).format(n=sent)
    flash(text if sent else _("Nobody was written to: everybody is done or got a reminder today."), "ok")
    return redirect(url_for("progress.board", code=round_.code), 303)


def _seat(round_: Round) -> Juror:
    label = str((request.view_args or {})["label"])
    found = progress.seat(current.session(), round_.id, label)
    require(found is not None)
    assert found is not None
    return found


def _round_of_seat(session: Any, code: str, label: str) -> Round | None:
    return queries.round_by_code(session, code)


@bp.get("/<code>/progress/<label>")
@guard(policies.chair_round, load=_round_of_seat)
def juror(round_: Round) -> ResponseReturnValue:
    """One juror: films, what was watched, sheets, the date."""
    return _juror_page(round_, _seat(round_))


def _juror_page(round_: Round, seat: Juror, *, error: Invalid | None = None) -> ResponseReturnValue:
    session = current.session()
    rows = progress.board(session, round_, now=clock.now())
    return page(
        "jury/progress_juror.html",
        status=422 if error else 200,
        judging=round_,
        seat=seat,
        pace=next((one for one in rows if one.juror_id == seat.id), None),
        films=[(row, coverage.of(row.watched_s, row.runtime_s)) for row in progress.films(session, seat.id)],
        me_id=current.actor().person_id,
        came_back=returned.returned(session, [seat.person_id]).values(),
        may_office=policies.enter_office(current.actor()),
        due_on=request.form.get("due_on", i18n.korean_day(seat.due_at).isoformat() if seat.due_at else ""),
        error=error,
    )


@bp.post("/<code>/progress/<label>/due")
@guard(policies.chair_round, load=_round_of_seat)
def extend(round_: Round) -> ResponseReturnValue:
    """A later date for one juror, or the round's own again."""
    seat = _seat(round_)
    try:
        nudging.extend(current.session(), round_, seat, due_at=_day(request.form.get("due_on", "")), by=current.actor())
    except Invalid as problem:
        return _juror_page(round_, seat, error=problem)
    flash(_("The date is set."), "ok")
    return redirect(url_for("progress.juror", code=round_.code, label=seat.label), 303)


def _day(text: str) -> datetime | None:
    if not text.strip():
        return None
    try:
        return datetime.combine(date.fromisoformat(text.strip()), time(23, 59), current.settings().zone)
    except ValueError as error:
        raise Invalid("due_on", N_("Write the date like 2027-02-19.")) from error


VOIDING = {
    "ask": N_("Asked. Somebody else confirms it."),
    "confirm": N_("The sheet does not count any more."),
    "stand": N_("The sheet stands."),
}


@bp.post("/<code>/progress/<label>/void")
@guard(policies.chair_round, load=_round_of_seat)
def void(round_: Round) -> ResponseReturnValue:
    """Ask for a sheet to be voided, confirm it as the second person, or let it stand."""
    seat, move = _seat(round_), request.form.get("move", "")
    assignment = voiding.assignment_in(current.session(), round_.id, request.form.get("assignment", ""))
    require(assignment is not None and assignment.juror_id == seat.id and move in VOIDING)
    assert assignment is not None
    try:
        _settle(assignment, move)
    except Invalid as problem:
        return _juror_page(round_, seat, error=problem)
    flash(_(VOIDING[move]), "ok")
    return redirect(url_for("progress.juror", code=round_.code, label=seat.label), 303)


def _settle(assignment: Assignment, move: str) -> None:
    session, by = current.session(), current.actor()
    if move == "ask":
        voiding.ask(session, assignment, reason=tidy(request.form.get("reason")), by=by)
    elif move == "confirm":
        voiding.confirm(session, assignment, by=by)
    else:
        voiding.let_stand(session, assignment, by=by)


@bp.get("/<code>/faults")
@guard(policies.chair_round, load=queries.round_by_code)
def fault_list(round_: Round) -> ResponseReturnValue:
    """What jurors told of picture, sound and captions, unanswered first."""
    return _fault_page(round_, faults.of_round(current.session(), round_.id))


def _fault_page(
    round_: Round, rows: Sequence[Any], *, error: Invalid | None = None, at: str = ""
) -> ResponseReturnValue:
    return page("jury/faults.html", status=422 if error else 200, judging=round_, rows=rows, error=error, at=at)


@bp.post("/<code>/faults/<fault>")
@guard(policies.chair_round, load=lambda session, code, fault: queries.round_by_code(session, code))
def answer(round_: Round) -> ResponseReturnValue:
    """Answer a juror on the page of the film."""
    session = current.session()
    found = faults.in_round(session, round_.id, str((request.view_args or {})["fault"]))
    require(found is not None)
    assert found is not None
    try:
        faults.answer(session, found, text=tidy(request.form.get("answer")), by=current.actor())
    except Invalid as problem:
        return _fault_page(round_, faults.of_round(session, round_.id), error=problem, at=found.code)
    flash(_("The juror reads your answer on the page of the film."), "ok")
    return redirect(url_for("progress.fault_list", code=round_.code), 303)
