"""What a juror does beside the score: notes, what was watched, faults, giving no score, stepping back."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import policies
from portal.errors import Invalid
from portal.i18n import _
from portal.jury import queries
from portal.jury.assigning.models import Assignment
from portal.jury.scoring import abstaining, faults
from portal.jury.scoring import service as scoring
from portal.jury.views import desk
from portal.jury.views.film import film_page
from portal.media import queries as media
from portal.media import viewing
from portal.media.models import Slot
from portal.web import current
from portal.web.access import guard, require
from portal.web.forms import tidy

bp = desk.bp


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
    return "", 204, {"X-Watched": str(kept.watched_s)}


@bp.post("/<code>/recuse")
@guard(policies.score_assignment, load=queries.assignment_by_code)
def recuse(assignment: Assignment) -> ResponseReturnValue:
    """Step back from a film for a conflict of interest."""
    try:
        scoring.recuse(current.session(), assignment, reason=tidy(request.form.get("reason"))[:500], by=current.actor())
    except Invalid as problem:
        return film_page(assignment, errors=[problem], status=422)
    flash(_("Thank you for telling us. We pass this film on to somebody else."), "ok")
    return redirect(url_for("jury.home"), 303)


@bp.post("/<code>/abstain")
@guard(policies.score_assignment, load=queries.assignment_by_code)
def abstain(assignment: Assignment) -> ResponseReturnValue:
    """Watched, and no score given."""
    try:
        abstaining.abstain(current.session(), assignment, reason=tidy(request.form.get("why")), by=current.actor())
    except Invalid as problem:
        return film_page(assignment, errors=[problem], status=422)
    flash(_("Noted: you watched this film and give no score. You can take that back while the round is open."), "ok")
    return redirect(url_for("jury.home", round=assignment.round.code), 303)


@bp.post("/<code>/reopen")
@guard(policies.score_assignment, load=queries.assignment_by_code)
def reopen(assignment: Assignment) -> ResponseReturnValue:
    """Take an abstention, or a sheet handed in, back to work."""
    try:
        abstaining.reopen(current.session(), assignment, by=current.actor())
    except Invalid as problem:
        return film_page(assignment, errors=[problem], status=422)
    flash(_("This film is open again. It counts once you hand in."), "ok")
    return redirect(url_for("jury.film", code=assignment.code), 303)


@bp.post("/<code>/faults")
@guard(policies.score_assignment, load=queries.assignment_by_code)
def report_fault(assignment: Assignment) -> ResponseReturnValue:
    """Tell the office what is wrong with picture, sound or captions."""
    told = request.form
    note, at_s = tidy(told.get("note")), _seconds(told.get("moment", ""))
    try:
        faults.report(
            current.session(), assignment, kind=told.get("kind", ""), at_s=at_s, note=note, by=current.actor()
        )
    except Invalid as problem:
        return film_page(assignment, errors=[problem], status=422)
    flash(_("The office has your report. Its answer appears here, on the page of the film."), "ok")
    return redirect(url_for("jury.film", code=assignment.code) + "#faults", 303)


def _seconds(text: str) -> int:
    """Seconds of a moment like 3:07 or 1:02:03; what makes no sense is the beginning."""
    parts = text.strip().split(":")
    if not all(part.isascii() and part.isdecimal() and len(part) < 4 for part in parts) or len(parts) > 3:
        return 0
    return sum(int(part) * 60**n for n, part in enumerate(reversed(parts)))
