"""The audience's phone: ask, vote, see what became of one's questions; polled every few seconds, mostly in vain."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal import clock, i18n, policies, signing
from portal.errors import Invalid
from portal.i18n import N_, _
from portal.lifecycles import QuestionState
from portal.live.forms import QuestionForm
from portal.live.models import LONGEST_QUESTION, Question
from portal.live.questions import asking, boards, phases, queries, words
from portal.live.questions.asking import TooOften
from portal.live.questions.phases import DONE, SHOWN, WAITING, Phase
from portal.live.questions.queries import Line, News
from portal.live.questions.reading import characters
from portal.live.views import voices
from portal.live.views.blueprint import bp, wall_door
from portal.programme.models import QASession, Screening
from portal.programme.queries import may_see, showing_of
from portal.programme.states import rule_text
from portal.web import current
from portal.web.access import guard
from portal.web.language import choose
from portal.web.pages import page

_ONCE = "question-form"
_FORM_LIVES = timedelta(days=2)
_STAGED = (QuestionState.ON_STAGE,)


@dataclass(frozen=True, slots=True)
class Card:
    """A question as the `question_card` component draws it."""

    id: str
    text: str
    by: str
    lang: str
    votes: int
    state: str
    state_text: str
    voted: bool
    vote_url: str | None
    answer: str = ""
    reason: str = ""


def talk_of(screening: Screening) -> QASession:
    """The talk of a screening that was found by it."""
    assert screening.qa_session is not None
    return screening.qa_session


def is_unlocked(screening: Screening) -> bool:
    """Whether others' questions may be read now."""
    return phases.unlocked(talk_of(screening).state, screening.state, screening.ends_at, clock.now())


@bp.get("/live/<code>")
@guard(may_see, load=queries.floor_by_code)
def floor(screening: Screening) -> ResponseReturnValue:
    """Everything on one page; a ticket in the address is remembered and taken out of it."""
    token = request.args.get("t")
    if token is not None:
        voices.remember(screening, token)
        return redirect(url_for("live.floor", code=screening.code), 303)
    voices.introduce()
    return _floor(screening, QuestionForm(formdata=None))


def _floor(screening: Screening, form: QuestionForm, status: int = 200) -> Response:
    showing = showing_of(current.session(), screening)
    return page(
        "live/floor.html",
        block="floor",
        showing=showing,
        form=form,
        once=form.once.data or signing.sign(current.settings().secret_key, _ONCE, signing.random_code()),
        limit=LONGEST_QUESTION,
        length=characters(form.text.data or ""),
        films=[(film.number, film.title) for film in showing.films],
        status=status,
        **_hall(screening),
    )


def _hall(screening: Screening) -> dict[str, Any]:
    """What the polled part of the page shows."""
    session, talk = current.session(), talk_of(screening)
    key, open_to_all = voices.key(screening.code), is_unlocked(screening)
    phase = phases.phase(talk.state, screening.state)
    lines = queries.for_phone(session, screening.id, key, unlocked=open_to_all)
    merged = queries.merges(session, screening.id)
    cards = _Cards(screening, phase, queries.voted(session, screening.id, key, merged))
    others = [line for line in lines if not line.mine]
    on_stage, following = (
        boards.wall(session, screening.id, talk.pick_rule) if open_to_all and not phase.over else (None, [])
    )
    return {
        "screening": screening,
        "phase": phase,
        "unlocked": open_to_all,
        "stamp": _stamp(screening),
        "rule": rule_text(talk.pick_rule)[1],
        "next_up": following[0] if following and phase == Phase.LIVE else None,
        "why_text": words.why_text,
        "on_stage": cards.other(on_stage) if on_stage and not on_stage.mine else None,
        "own": [
            cards.own(line, _stands_for(session, line, merged), locked=not open_to_all) for line in lines if line.mine
        ],
        "asked": [cards.other(one) for one in _by_votes(others, WAITING)],
        "done": [cards.other(one) for one in _by_votes(others, (*DONE, *(phase.over * _STAGED)))],
    }


def _stands_for(session: Session, line: Line, merged: Mapping[int, int]) -> Line | None:
    """The question that an own one was merged into."""
    root = queries.root(line.id, merged)
    return queries.one_for_phone(session, root, "") if root != line.id else None


def _by_votes(lines: list[Line], states: tuple[QuestionState, ...]) -> list[Line]:
    return sorted((line for line in lines if line.state in states), key=lambda line: (-line.votes, line.asked_at))


class _Cards:
    """Draws lines for somebody who may vote as long as the floor is open."""

    def __init__(self, screening: Screening, phase: Phase, voted: set[int]) -> None:
        self._code, self._phase, self._voted = screening.code, phase, voted
        self._titles = boards.film_names(screening)

    def other(self, line: Line) -> Card:
        """Somebody else's question; a name is told to the moderator alone."""
        return self._card(line, words.short_text(self._state(line)), may_vote=True)

    def own(self, line: Line, stands: Line | None, *, locked: bool) -> Card:
        """The reader's own, with what became of it, or of the one it was merged into."""
        told = stands or line
        text = words.own_text(self._state(told), locked=locked)
        if stands is not None:
            text = f"{words.own_text(QuestionState.MERGED)} {text}"
        return self._card(line, text, may_vote=False, told=told)

    def _state(self, line: Line) -> QuestionState:
        """A written answer is one only once the talk is published; what was on stage at its end was answered there."""
        if line.state == QuestionState.ON_STAGE and self._phase.over:
            return QuestionState.ANSWERED
        unpublished = line.state == QuestionState.WRITTEN and self._phase != Phase.PUBLISHED
        return QuestionState.SKIPPED if unpublished else line.state

    def _card(self, line: Line, text: str, *, may_vote: bool, told: Line | None = None) -> Card:
        told = told or line
        votes = may_vote and line.state in SHOWN and self._phase.takes_questions
        published = self._phase == Phase.PUBLISHED
        return Card(
            id=line.code,
            text=line.text,
            by=self._titles.get(line.film, ""),
            lang=line.language,
            votes=told.votes,
            state=words.look(self._state(told)),
            state_text=text,
            voted=line.id in self._voted,
            vote_url=url_for("live.vote", code=self._code, question=line.code) if votes else None,
            answer=i18n.pick(told.answer_ko, told.answer_en) if published else "",
            reason=_(told.reason) if told.state == QuestionState.DECLINED else "",
        )


def _stamp(screening: Screening) -> str:
    news = queries.news(current.session(), screening.code, voices.key(screening.code))
    assert news is not None
    return stamp_of(news)


def stamp_of(news: News) -> str:
    """A short text that is another one as soon as the page is; the films' end is news too."""
    over = phases.unlocked(news.talk, news.state, news.ends_at, clock.now())
    sums = news.sums if over else news.sums[len(news.sums) // 2 :]
    told = repr((news.state, news.talk, news.rule, over, sums))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _news(session: Session, code: str) -> News | None:
    return queries.news(session, code, voices.key(code))


@bp.get("/live/<code>/news")
@guard(policies.see_screening, load=_news)
def news(found: News) -> ResponseReturnValue:
    """204 as long as nothing is new, which costs one statement; else the changed part, or the page without htmx."""
    if request.args.get("v") == stamp_of(found):
        return "", 204
    code = (request.view_args or {})["code"]
    screening = queries.floor_by_code(current.session(), code)
    return _floor(screening, QuestionForm(formdata=None)) if screening else abort(404)


@bp.post("/live/<code>")
@guard(may_see, load=queries.floor_by_code)
def ask(screening: Screening) -> ResponseReturnValue:
    """Take a question; one that cannot be taken stays in the form."""
    form = QuestionForm()
    if not form.sent_and_valid():
        return _floor(screening, form, 422)
    films = {one.entry.number: one.entry_id for one in screening.package.films}
    asked = form.asked(i18n.language(), _code_of(form.once.data), films)
    try:
        asking.ask(current.session(), screening, talk_of(screening), asked, voices.voice(screening))
    except Invalid as problem:
        form.blame(problem)
        return _floor(screening, form, 422)
    except TooOften:
        form.blame(Invalid("text", asking.WAIT))
        return _floor(screening, form, 429)
    flash(_("Sent. A moderator looks at it first."), "ok")
    return redirect(url_for("live.floor", code=screening.code), 303)


def _code_of(once: str | None) -> str:
    """The code this form was given; a form without one gets a new one."""
    try:
        return str(signing.unsign(current.settings().secret_key, _ONCE, once or "", _FORM_LIVES))
    except signing.BadToken:
        return signing.random_code()


def _question(session: Session, code: str, question: str) -> Question | None:
    found = queries.question_by_code(session, question)
    return found if found is not None and found.screening.code == code else None


def _vote_on(actor: policies.Actor, question: Question) -> bool:
    return policies.see_screening(actor, question.screening)


@bp.post("/live/<code>/questions/<question>/vote")
@guard(_vote_on, load=_question)
def vote(question: Question) -> ResponseReturnValue:
    """Want it asked, or no more; `want` says which, so that a repeated press is one."""
    session = current.session()
    screening = queries.floor_by_code(session, question.screening.code) or abort(404)
    if not is_unlocked(screening):
        abort(404)
    phase = phases.phase(talk_of(screening).state, screening.state)
    voice = voices.voice(screening)
    wanted = request.form.get("want")
    if not phase.takes_questions or wanted not in ("0", "1"):
        raise Invalid("main", asking.CLOSED if wanted else N_("Choose one of the buttons."))
    asking.vote(session, question, voice, wanted=wanted == "1")
    if request.headers.get("HX-Request") != "true":
        return redirect(url_for("live.floor", code=screening.code, _anchor=f"q-{question.code}"), 303)
    line = queries.one_for_phone(session, question.id, voice.key)
    merged = queries.merges(session, screening.id)
    cards = _Cards(screening, phase, queries.voted(session, screening.id, voice.key, merged))
    return page("live/card.html", question=cards.other(line))


@wall_door.get("/l/<short>")
@guard(policies.anyone)
def short(short: str) -> ResponseReturnValue:
    """The short address on the wall, typed in any case."""
    found = queries.screening_by_short(current.session(), short.strip().upper()) if len(short) >= 4 else None
    if found is None or not policies.see_screening(current.actor(), found):
        abort(404)
    return redirect(url_for("live.floor", code=found.code, lang=choose()), 302)
