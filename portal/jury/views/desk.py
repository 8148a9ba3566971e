"""The juror's desk: a queue in minutes of film, and one film to watch and score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import i18n, policies
from portal.disclosure.publication import published
from portal.disclosure.revisions import history
from portal.errors import Invalid, InvalidMany
from portal.i18n import _, pick
from portal.jury import queries
from portal.jury.assigning.models import Assignment
from portal.jury.models import Juror
from portal.jury.scoring import queries as film_queries
from portal.jury.scoring import service as scoring
from portal.media import queries as media
from portal.media import reel as reels
from portal.media import viewing
from portal.media.models import Slot
from portal.web import current
from portal.web.access import guard, require
from portal.web.forms import tidy
from portal.web.pages import page

bp = Blueprint("jury", __name__, url_prefix="/jury")


@dataclass(frozen=True)
class CriterionRow:
    """A criterion as the score row shows it."""

    id: int
    code: str
    name: str
    weight: int
    question: str
    anchors: dict[int, str]


@dataclass(frozen=True)
class Pace:
    """Where a juror stands: films done of all, minutes left to watch, the strip's states."""

    done: int
    total: int
    minutes: int
    states: list[str]


def _criterion(row: Any) -> CriterionRow:
    anchors = {int(score): texts[i18n.language()] for score, texts in row.anchors.items()}
    return CriterionRow(
        row.id, row.code, pick(row.name_ko, row.name_en), row.weight, pick(row.question_ko, row.question_en), anchors
    )


def _pace(rows: Sequence[Any], now: str | None = None) -> Pace:
    left = sum(row.runtime_s for row in rows if not row.done)
    states = ["now" if row.code == now else "done" if row.done else "" for row in rows]
    return Pace(sum(row.done for row in rows), len(rows), -(-left // 60), states)


@bp.get("")
@guard(policies.enter_jury)
def home() -> ResponseReturnValue:
    """The juror's rounds; the newest one's queue, unfinished first or as filtered."""
    seats = queries.seats_of(current.session(), current.actor())
    if not seats:
        return page("jury/waiting.html")
    chosen = next((seat for seat in seats if seat.round.code == request.args.get("round")), seats[0])
    rows = queries.queue(current.session(), chosen.id)
    order = request.args.get("order", "")
    return page(
        "jury/queue.html",
        block="rows",
        seats=seats,
        seat=chosen,
        pace=_pace(rows),
        rows=_ordered(rows, order),
        order=order,
    )


def _ordered(rows: list[queries.QueueRow], order: str) -> list[queries.QueueRow]:
    if order == "short":
        return sorted(rows, key=lambda row: (row.done, row.runtime_s))
    if order == "mine":
        return sorted(rows, key=lambda row: (row.total is None, -(row.total or 0)))
    return sorted(rows, key=lambda row: row.done)


@bp.get("/<code>")
@guard(policies.own_assignment, load=queries.assignment_by_code)
def film(assignment: Assignment) -> ResponseReturnValue:
    """One film: player, label, notes, score sheet."""
    return _film(assignment)


def _film(
    assignment: Assignment,
    sent: dict[int, int] | None = None,
    comment: str | None = None,
    *,
    errors: Sequence[Invalid] = (),
    status: int = 200,
) -> Response:
    """The page with the scores that were sent, or else the sheet's own."""
    session, entry_id, sheet = current.session(), assignment.entry_id, assignment.sheet
    criteria = film_queries.criteria(session, assignment)
    given = {row.id: row.value for row in criteria if row.value is not None} if sent is None else sent
    rows = film_queries.pace(session, assignment.juror_id)
    total = scoring.weighted_total(given, criteria)
    others = sorted(row.total / 100 for row in rows if row.done and row.total and row.code != assignment.code)
    return page(
        "jury/film.html",
        status=status,
        assignment=assignment,
        criteria=[_criterion(row) for row in criteria],
        given=given,
        comment=comment if comment is not None else sheet.comment if sheet else "",
        total=total / 100 if total is not None else None,
        others=others,
        errors={problem.field: problem.message for problem in errors},
        summary=[(_anchor(problem.field), problem.message) for problem in errors],
        pace=_pace(rows, assignment.code),
        memos=film_queries.memos(session, assignment.id),
        disclosed=published(session, entry_id),
        news=history.since(session, entry_id, sheet.submitted_at) if sheet and sheet.submitted_at else [],
        reel=reels.of_entry(session, entry_id, viewer=current.actor()),
        previous=_neighbour(rows, assignment.code, -1),
        open=policies.score_assignment(current.actor(), assignment),
    )


def _anchor(field: str) -> str:
    """The id of the field a problem names: a plain one, or a criterion's first button."""
    return field if field in ("reason", "comment") else f"score-{field}-1"


def _neighbour(rows: Sequence[Any], code: str, step: int) -> str | None:
    codes = [row.code for row in rows]
    at = codes.index(code) + step
    return codes[at] if 0 <= at < len(codes) else None


def _sent_scores(criteria: Sequence[Any]) -> dict[int, Any]:
    sent = {row.id: request.form.get(f"score-{row.code}", "") for row in criteria}
    return {key: int(text) if text.isdecimal() and len(text) < 4 else 0 for key, text in sent.items() if text}


def _named(problem: Invalid | InvalidMany, criteria: Sequence[Any]) -> list[Invalid]:
    """The service names criteria by id; the page's fields carry their codes."""
    codes = {f"c{row.id}": row.code for row in criteria}
    problems = problem.problems if isinstance(problem, InvalidMany) else [problem]
    return [Invalid(codes.get(one.field, one.field), one.code, **one.params) for one in problems]


@bp.post("/<code>/scores")
@guard(policies.score_assignment, load=queries.assignment_to_score)
def score(assignment: Assignment) -> ResponseReturnValue:
    """Autosave, or hand in and go to the next film."""
    criteria = queries.weights(current.session(), assignment)
    scores, comment = _sent_scores(criteria), tidy(request.form.get("comment"))
    autosave = request.headers.get("X-Autosave") == "1"
    command = scoring.save_draft if autosave else scoring.submit
    try:
        sheet = command(current.session(), assignment, criteria, scores=scores, comment=comment, by=current.actor())
    except (Invalid, InvalidMany) as problem:
        found = _named(problem, criteria)
        if autosave:
            return jsonify(errors={f"score-{one.field}": one.message for one in found}), 422
        return _refused(assignment, scores, comment, found)
    if autosave:
        return jsonify(rev=sheet.rev, time=i18n.clock_time(sheet.updated_at))
    return _to_next(assignment, criteria[0].next if criteria else None)


def _refused(assignment: Assignment, scores: dict[int, Any], comment: str, errors: list[Invalid]) -> Response:
    """The page again, with what was sent; only now is the rest of the assignment read."""
    whole = queries.assignment_by_code(current.session(), assignment.code)
    assert whole is not None
    return _film(whole, scores, comment, errors=errors, status=422)


def _to_next(assignment: Assignment, code: str | None) -> ResponseReturnValue:
    if code is None:
        return redirect(url_for("jury.done", code=assignment.round.code), 303)
    flash(_("Handed in. On to the next film."), "ok")
    return redirect(url_for("jury.film", code=code), 303)


@bp.get("/done/<code>")
@guard(policies.enter_jury)
def done(code: str) -> ResponseReturnValue:
    """Thanks, after the last film; sheets stay editable until the round closes."""
    seat = _seat(code)
    return page("jury/done.html", seat=seat, rows=queries.queue(current.session(), seat.id))


def _seat(round_code: str) -> Juror:
    seats = queries.seats_of(current.session(), current.actor())
    found = next((seat for seat in seats if seat.round.code == round_code), None)
    require(found is not None)
    assert found is not None
    return found


@bp.post("/<code>/memos")
@guard(policies.score_assignment, load=queries.assignment_by_code)
def note(assignment: Assignment) -> ResponseReturnValue:
    """A private note at a moment of the film."""
    at = request.form.get("at", "0")
    scoring.add_memo(
        current.session(),
        assignment,
        at_s=int(at) if at.isdecimal() and len(at) < 6 else 0,
        text=tidy(request.form.get("memo")),
        by=current.actor(),
    )
    return redirect(url_for("jury.film", code=assignment.code) + "#memos", 303)


@bp.post("/<code>/memos/remove")
@guard(policies.score_assignment, load=queries.assignment_by_code)
def remove_note(assignment: Assignment) -> ResponseReturnValue:
    """Take a note away."""
    memo = request.form.get("memo_id", "0")
    scoring.remove_memo(current.session(), assignment, int(memo) if memo.isdecimal() and len(memo) < 12 else 0)
    return redirect(url_for("jury.film", code=assignment.code) + "#memos", 303)


@bp.post("/<code>/watched")
@guard(policies.score_assignment, load=queries.assignment_by_code)
def watched(assignment: Assignment) -> ResponseReturnValue:
    """What of the film was played, told by the player every few seconds."""
    session, told = current.session(), request.form
    film = media.current_asset(session, assignment.entry_id, Slot.FILM)
    require(film is not None)
    assert film is not None
    seen = viewing.read_seen(told.get("spans", ""), told.get("position", ""))
    kept = viewing.note(session, film, seen, by=current.actor())
    scoring.note_watched(session, assignment, seconds=kept.watched_s, by=current.actor())
    return "", 204


@bp.post("/<code>/recuse")
@guard(policies.score_assignment, load=queries.assignment_by_code)
def recuse(assignment: Assignment) -> ResponseReturnValue:
    """Step back from a film for a conflict of interest."""
    try:
        scoring.recuse(current.session(), assignment, reason=tidy(request.form.get("reason"))[:500], by=current.actor())
    except Invalid as problem:
        return _film(assignment, errors=[problem], status=422)
    flash(_("Thank you for telling us. We pass this film on to somebody else."), "ok")
    return redirect(url_for("jury.home"), 303)
