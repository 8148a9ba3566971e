"""One film to watch and score: player, label, notes, the sheet, and where the sheet is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, flash, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from portal import i18n, policies
from portal.disclosure.publication import published
from portal.disclosure.revisions import history
from portal.errors import Invalid, InvalidMany, Stale
from portal.i18n import _, pick
from portal.jury import queries
from portal.jury.assigning import leaving
from portal.jury.assigning.models import Assignment
from portal.jury.rounds import shown
from portal.jury.scoring import coverage, phrases
from portal.jury.scoring import queries as film_queries
from portal.jury.scoring import service as scoring
from portal.jury.views.desk import bp, pace_of
from portal.lifecycles import AssignmentState, SheetState
from portal.media import reel as reels
from portal.web import current
from portal.web.access import guard
from portal.web.forms import tidy
from portal.web.pages import page


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
class Conflict:
    """Why what was sent was not written: the round takes none, or a newer sheet, with its scores by criterion."""

    closed: bool
    rev: int
    when: datetime | None
    rows: list[tuple[str, int | None]]


def _criterion(row: Any) -> CriterionRow:
    anchors = {int(score): texts[i18n.language()] for score, texts in row.anchors.items()}
    return CriterionRow(
        row.id, row.code, pick(row.name_ko, row.name_en), row.weight, pick(row.question_ko, row.question_en), anchors
    )


@bp.get("/<code>")
@guard(policies.own_assignment, load=queries.assignment_by_code)
def film(assignment: Assignment) -> ResponseReturnValue:
    """One film: player, label, notes, score sheet."""
    return film_page(assignment)


def film_page(
    assignment: Assignment,
    sent: dict[int, int] | None = None,
    comment: str | None = None,
    *,
    errors: Sequence[Invalid] = (),
    status: int = 200,
    conflict: Conflict | None = None,
) -> Response:
    """The page with the scores that were sent, or else the sheet's own."""
    session, entry_id, sheet = current.session(), assignment.entry_id, assignment.sheet
    criteria = film_queries.criteria(session, assignment)
    given = {row.id: row.value for row in criteria if row.value is not None} if sent is None else sent
    rows = film_queries.pace(session, assignment.juror_id)
    seen, notes = shown.of_film(session, entry_id, assignment.round.hidden), film_queries.notes(session, assignment.id)
    total = scoring.weighted_total(given, criteria)
    return page(
        "jury/film.html",
        status=status,
        assignment=assignment,
        criteria=[_criterion(row) for row in criteria],
        given=given,
        comment=comment if comment is not None else sheet.comment if sheet else "",
        total=total / 100 if total is not None else None,
        others=sorted(row.total / 100 for row in rows if row.total and row.code != assignment.code),
        errors={problem.field: problem.message for problem in errors},
        summary=[(_anchor(problem.field), problem.message) for problem in errors],
        pace=pace_of(rows, assignment.code),
        memos=notes.memos,
        faults=notes.faults,
        shown=seen,
        peers=shown.others(session, assignment),
        disclosed=published(session, entry_id) if seen.label else None,
        news=_news(assignment) if seen.label else [],
        reel=reels.of_entry(session, entry_id, viewer=current.actor(), under=leaving.right(assignment)),
        previous=_neighbour(rows, assignment.code, -1),
        conflict=conflict,
        watching=coverage.of(assignment.watched_s, assignment.entry.runtime_s),
        fault_kinds=phrases.fault_kinds(),
        fault_kind=phrases.fault_kind,
        open=policies.score_assignment(current.actor(), assignment),
        standing=_standing_of(assignment),
    )


def _standing_of(assignment: Assignment) -> str:
    """Where the juror's own word stands: abstained, voided by the office, handed_in, or nothing yet."""
    sheet = assignment.sheet
    if assignment.state == AssignmentState.ABSTAINED:
        return "abstained"
    if sheet is None or sheet.state == SheetState.DRAFT:
        return ""
    return "voided" if sheet.state == SheetState.VOIDED else "handed_in"


def _news(assignment: Assignment) -> Sequence[Any]:
    sheet = assignment.sheet
    return (
        history.since(current.session(), assignment.entry_id, sheet.submitted_at)
        if sheet and sheet.submitted_at
        else []
    )


_PLAIN = ("reason", "comment", "why", "kind", "note", "memo")


def _anchor(field: str) -> str:
    """The id of the field a problem names: a plain one, or a criterion's first button."""
    return field if field in _PLAIN else f"score-{field}-1"


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
@guard(policies.own_assignment, load=queries.assignment_to_score)
def score(assignment: Assignment) -> ResponseReturnValue:
    """Keep a draft, or hand in and go to the next film; a script says which in a header and gets JSON."""
    criteria = queries.weights(current.session(), assignment)
    scores, comment = _sent_scores(criteria), tidy(request.form.get("comment"))
    sending = request.headers.get("X-Autosave", "")
    if not policies.score_assignment(current.actor(), assignment):
        return _disagreement(scores, comment, closed=True)
    command = scoring.save_draft if sending == "1" else scoring.submit
    given: dict[str, Any] = {"scores": scores, "comment": comment, "by": current.actor(), "seen": _seen()}
    try:
        sheet = command(current.session(), assignment, criteria, **given)
    except (Invalid, InvalidMany) as problem:
        return _refused(assignment, scores, comment, _named(problem, criteria))
    except (Stale, StaleDataError, IntegrityError):
        return _disagreement(scores, comment)
    onward = None if sending == "1" else _to_next(assignment, criteria[0].next if criteria else None)
    if sending:
        return jsonify(rev=sheet.rev, time=i18n.clock_time(sheet.updated_at), next=onward)
    return redirect(onward or "", 303)


def _seen() -> int | None:
    text = request.form.get("rev", "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _refused(
    assignment: Assignment, scores: dict[int, Any], comment: str, errors: list[Invalid]
) -> ResponseReturnValue:
    """What is wrong with it; the page shows what was sent, and only now is the rest of the assignment read."""
    if "X-Autosave" in request.headers:
        return jsonify(errors={f"score-{one.field}": one.message for one in errors}), 422
    whole = queries.assignment_by_code(current.session(), assignment.code)
    assert whole is not None
    return film_page(whole, scores, comment, errors=errors, status=422)


def _disagreement(scores: dict[int, Any], comment: str, *, closed: bool = False) -> ResponseReturnValue:
    """Another window's newer sheet counts, or the round takes none now: said beside what was sent, which is kept."""
    session = current.session()
    session.rollback()  # the database itself may have refused; nothing of this request stays
    whole = queries.assignment_by_code(session, str((request.view_args or {})["code"]))
    assert whole is not None
    sheet = whole.sheet
    theirs = scoring.scores_of(session, sheet.id) if sheet and not closed else {}
    conflict = Conflict(
        closed=closed,
        rev=sheet.rev if sheet else 0,
        when=sheet.updated_at if sheet else None,
        rows=[(row.name, theirs.get(row.id)) for row in map(_criterion, film_queries.criteria(session, whole))],
    )
    if "X-Autosave" in request.headers:
        return make_response(render_template("jury/_conflict.html", assignment=whole, conflict=conflict), 409)
    return film_page(whole, scores, comment, conflict=conflict, status=409)


def _to_next(assignment: Assignment, code: str | None) -> str:
    if code is None:
        return url_for("jury.done", code=assignment.round.code)
    flash(_("Handed in. On to the next film."), "ok")
    return url_for("jury.film", code=code)
