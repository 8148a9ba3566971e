"""The moderator's board: columns, one press a move, each taken back by the signed way back that its answer carries."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta

from flask import Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal import clock, policies, signing
from portal.errors import Invalid, Stale
from portal.i18n import N_, _
from portal.lifecycles import TalkState
from portal.live.forms import MoveForm
from portal.live.models import Question, Theme
from portal.live.questions import boards, moderation, phases, queries, words
from portal.live.questions.moderation import Step
from portal.live.views.blueprint import bp
from portal.live.views.floor import is_unlocked, talk_of
from portal.programme.models import PickRule, QASession, Screening
from portal.programme.service import talk_states
from portal.programme.states import rule_text, rules, talk_kind, talk_text
from portal.web import current
from portal.web.access import guard
from portal.web.failures import TEXTS
from portal.web.pages import page, wants_fragment

_UNDO = "live-undo"
_UNDO_LASTS = timedelta(minutes=10)
REASONS = (
    N_("It was asked and answered already."),
    N_("It is not about these films."),
    N_("It could hurt somebody."),
    N_("It tells too much of a film."),
)
_DONE = {
    "approve": N_("On the list."),
    "line_up": N_("Lined up."),
    "stage": N_("On stage."),
    "answered": N_("Answered."),
    "skip": N_("Passed over."),
    "decline": N_("Not taken up."),
    "merge": N_("Merged."),
    "theme": N_("Filed."),
}
_STEPS: dict[str, tuple[str, Callable[..., None]]] = {
    "open": (N_("Questions are open."), talk_states.open_questions),
    "shut": (N_("Questions are shut."), talk_states.close_questions),
    "begin": (N_("The talk has begun."), talk_states.begin_talk),
    "unbegin": (N_("The talk has not begun after all."), talk_states.unbegin_talk),
    "close": (N_("The talk is over."), talk_states.close_talk),
    "reopen": (N_("The talk goes on."), talk_states.reopen_talk),
    "publish": (N_("Questions and answers are public."), talk_states.publish_talk),
    "unpublish": (N_("Questions and answers are no longer public."), talk_states.unpublish_talk),
}
# What may be pressed where the talk stands, the first as the next thing to do.
_BUTTONS = {
    TalkState.CONFIRMED: (("open", N_("Open questions")), ("begin", N_("Begin the talk"))),
    TalkState.COLLECTING: (("begin", N_("Begin the talk")), ("shut", N_("Shut questions"))),
    TalkState.LIVE: (("close", N_("End the talk")), ("unbegin", N_("Not begun yet"))),
    TalkState.CLOSED: (("publish", N_("Publish questions and answers")), ("reopen", N_("Go on with the talk"))),
    TalkState.PUBLISHED: (("unpublish", N_("Take off the public page")),),
}


@bp.get("/ops/live/<code>")
@guard(policies.moderate_screening, load=queries.floor_by_code)
def moderate(screening: Screening) -> ResponseReturnValue:
    """The whole board, or its changed part; 204 as long as nothing is new."""
    if wants_fragment() and request.args.get("v") == _stamp(screening):
        return "", 204
    return _board(screening)


def _board(screening: Screening, *, problem: str | None = None, status: int = 200) -> Response:
    session, talk = current.session(), talk_of(screening)
    found = boards.board(session, screening.id, talk.pick_rule)
    return page(
        "live/moderate.html",
        block="board",
        screening=screening,
        talk=talk,
        board=found,
        titles=boards.film_names(screening),
        phase=phases.phase(talk.state, screening.state),
        unlocked=is_unlocked(screening),
        stamp=_stamp(screening),
        problem=problem,
        undo=request.args.get("undo"),
        reasons=[(reason, _(reason)) for reason in REASONS],
        themes=words.themes(),
        rules=[(rule, name) for rule, name, _sentence in rules()],
        words=words,
        buttons=[(step, _(text)) for step, text in _BUTTONS.get(talk.state, ())],
        talk_text=talk_text,
        talk_kind=talk_kind,
        stage=current.links().stage(screening.code),
        short=current.links().short(screening.code),
        status=status,
    )


def _stamp(screening: Screening) -> str:
    news = queries.board_news(current.session(), screening.code)
    assert news is not None
    over = phases.unlocked(news.talk, news.state, news.ends_at, clock.now())
    return hashlib.sha256(repr((news, over)).encode()).hexdigest()[:16]


def _question(session: Session, code: str, question: str) -> Question | None:
    found = queries.question_by_code(session, question)
    return found if found is not None and found.screening.code == code else None


@bp.post("/ops/live/<code>/questions/<question>")
@guard(policies.moderate_question, load=_question)
def move(question: Question) -> ResponseReturnValue:
    """One move; an old page is told with 409 what is there now."""
    form, screening = MoveForm(), question.screening
    try:
        steps = _moved(question, form)
    except (Invalid, Stale) as problem:
        return _refused(screening.code, problem)
    return _moved_on(screening, _(_DONE[str(form.move.data)]), steps)


def _moved(question: Question, form: MoveForm) -> list[Step]:
    session, by, rev = current.session(), current.actor(), form.rev.data or 0
    name = form.move.data or ""
    if name == "approve":
        return moderation.approve(session, question, rev=rev, by=by)
    if name == "line_up":
        return moderation.line_up(session, question, rev=rev, by=by)
    if name == "stage":
        return moderation.bring_on_stage(session, question, rev=rev, seen=form.seen.data, by=by)
    if name in ("answered", "skip"):
        return moderation.finish(session, question, answered=name == "answered", rev=rev, by=by)
    if name == "decline":
        reason = form.reason.data or form.preset.data or ""
        return moderation.decline(session, question, reason=reason, rev=rev, by=by)
    if name == "theme" and form.theme.data in list(Theme):
        return moderation.file_under(session, question, Theme(form.theme.data), rev=rev, by=by)
    into = queries.question_in(session, question.screening_id, form.into.data or "")
    if name == "merge" and into is not None:
        return moderation.merge(session, question, into, rev=rev, by=by)
    raise Invalid("main", N_("Choose one of the buttons."))


def _moved_on(screening: Screening, message: str, steps: list[Step]) -> ResponseReturnValue:
    """The board with the way back: for htmx in a header that the toast reads, else in the address."""
    payload = [screening.id, [step.told() for step in steps]]
    token = signing.sign(current.settings().secret_key, _UNDO, payload) if steps else ""
    if not wants_fragment():
        flash(message, "ok")
        return redirect(url_for("live.moderate", code=screening.code, undo=token or None), 303)
    response = _board(_again(screening.code))
    response.headers["HX-Trigger"] = json.dumps({"moved": {"message": message, "undo": token}})
    return response


def _again(code: str) -> Screening:
    return queries.floor_by_code(current.session(), code) or abort(404)


def _refused(code: str, problem: Invalid | Stale) -> Response:
    """Nothing was written; the board as it is now says why."""
    current.session().rollback()
    stale = isinstance(problem, Stale)
    message = _(TEXTS[409][1]) if isinstance(problem, Stale) else problem.message
    return _board(_again(code), problem=message, status=409 if stale else 422)


@bp.post("/ops/live/<code>/undo")
@guard(policies.moderate_screening, load=queries.floor_by_code)
def undo(screening: Screening) -> ResponseReturnValue:
    """Take the last move back."""
    try:
        payload = signing.unsign(current.settings().secret_key, _UNDO, request.form.get("undo", ""), _UNDO_LASTS)
    except signing.BadToken:
        return _refused(screening.code, Invalid("main", N_("There is nothing to take back any more.")))
    if payload[0] != screening.id:
        abort(404)
    try:
        moderation.undo(current.session(), screening, [Step(**told) for told in payload[1]], by=current.actor())
    except Stale as problem:
        return _refused(screening.code, problem)
    return _moved_on(screening, _("Taken back."), [])


@bp.post("/ops/live/<code>/rule")
@guard(policies.moderate_screening, load=queries.floor_by_code)
def choose_rule(screening: Screening) -> ResponseReturnValue:
    """Choose the published rule."""
    if request.form.get("rule") not in list(PickRule):
        return _refused(screening.code, Invalid("rule", N_("Choose one of the rules.")))
    moderation.choose_rule(current.session(), talk_of(screening), PickRule(request.form["rule"]), by=current.actor())
    flash(_("The hall reads the new rule at once."), "ok")
    return redirect(url_for("live.moderate", code=screening.code), 303)


@bp.post("/ops/live/<code>/talk")
@guard(policies.moderate_screening, load=queries.floor_by_code)
def talk_step(screening: Screening) -> ResponseReturnValue:
    """Open questions, begin, end, publish; each of them back as well."""
    step = _STEPS.get(request.form.get("step", ""))
    try:
        if step is None:
            raise Invalid("main", N_("Choose one of the buttons."))
        _take(screening, talk_of(screening), step[1])
    except Invalid as problem:
        return _refused(screening.code, problem)
    flash(_(step[0]), "ok")
    return redirect(url_for("live.moderate", code=screening.code), 303)


def _take(screening: Screening, talk: QASession, step: Callable[..., None]) -> None:
    session, by = current.session(), current.actor()
    if step is talk_states.close_talk:
        moderation.clear_stage(session, screening, by=by)
    step(session, talk, by=by)


@bp.get("/live/<code>/picked")
@guard(policies.moderate_screening, load=queries.floor_by_code)
def picked(screening: Screening) -> ResponseReturnValue:
    """What is on stage, lined up and next by the rule, for the run sheet."""
    talk = talk_of(screening)
    return page(
        "live/picked.html",
        block="picked",
        screening=screening,
        board=boards.board(current.session(), screening.id, talk.pick_rule),
        titles=boards.film_names(screening),
        rule=rule_text(talk.pick_rule)[1],
        why_text=words.why_text,
    )
