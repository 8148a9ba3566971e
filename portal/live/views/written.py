"""Answers in writing: a guest's own page, opened by the link of the invitation, once the talk is over."""

from __future__ import annotations

from flask import Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal import policies
from portal.errors import Invalid, Stale
from portal.i18n import _, pick
from portal.live.forms import AnswerForm
from portal.live.models import Question
from portal.live.questions import queries, words
from portal.live.questions import written as writing
from portal.live.views.blueprint import bp
from portal.programme.models import Guest
from portal.programme.queries import guest_by_token
from portal.web import current
from portal.web.access import guard
from portal.web.pages import page


def _by_token(session: Session, token: str) -> Guest | None:
    return guest_by_token(session, token)


@bp.get("/guests/<token>/questions")
@guard(policies.subject_of, load=_by_token)
def written(guest: Guest) -> ResponseReturnValue:
    """What was left over about the guest's film and about none, each with its own form."""
    return _page(guest)


def _page(
    guest: Guest, *, failed: Question | None = None, form: AnswerForm | None = None, status: int = 200
) -> Response:
    session, talk = current.session(), guest.qa_session
    screening = talk.screening
    lines = queries.to_answer(session, screening.id, guest.entry_id) if talk.state in writing.OPEN else []
    by = queries.answered_by(session, [line.id for line in lines])
    films = screening.package.films
    return page(
        "live/written.html",
        guest=guest,
        talk=talk,
        title=pick(screening.package.title_ko, screening.package.title_en),
        is_open=talk.state in writing.OPEN,
        published=talk.state == writing.OPEN[-1],
        lines=lines,
        others={line.id for line in lines if by[line.id] not in (None, guest.id)},
        titles={one.entry.number: pick(one.entry.title_ko, one.entry.title_en) for one in films},
        state_text=words.short_text,
        longest=writing.LONGEST_ANSWER,
        failed=failed.code if failed else None,
        form=form,
        token=(request.view_args or {})["token"],
        status=status,
    )


@bp.post("/guests/<token>/questions")
@guard(policies.subject_of, load=_by_token)
def write_answer(guest: Guest) -> ResponseReturnValue:
    """Keep one answer; what was typed stays on the page when it cannot be kept."""
    session, form = current.session(), AnswerForm()
    question = queries.question_in(session, guest.qa_session.screening_id, request.form.get("question", ""))
    question = question or abort(404)
    ko, en = form.answer_ko.data or "", form.answer_en.data or ""
    try:
        writing.answer(session, guest, question, ko=ko, en=en, rev=form.rev.data or 0, by=current.actor())
    except Invalid as problem:
        form.blame(problem)
        return _page(guest, failed=question, form=form, status=422)
    except Stale:
        form.blame(Invalid("main", writing.CHANGED))
        return _page(guest, failed=question, form=form, status=409)
    flash(_("Your answer is kept.") if ko or en else _("Your answer is taken back."), "ok")
    anchor = f"q-{question.code}"
    return redirect(url_for("live.written", token=(request.view_args or {})["token"], _anchor=anchor), 303)
