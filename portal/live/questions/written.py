"""Answers in writing: guests answer what time ran out for, and the hall reads it once the talk is published."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal import audit, clock
from portal.errors import Invalid, Stale, require_at_most
from portal.i18n import N_
from portal.lifecycles import QuestionState, advance
from portal.live.models import Question
from portal.live.questions import phases
from portal.live.questions.queries import LEFT
from portal.policies import Actor
from portal.programme.models import Guest, QASession

LONGEST_ANSWER = 3000
CHANGED = N_("This has changed since you opened it. Look at it again, then decide.")
OPEN = phases.ENDED


def answer(session: Session, guest: Guest, question: Question, *, ko: str, en: str, rev: int, by: Actor) -> None:
    """Answer a question that was left over, or write one's own answer anew; both languages empty takes it back.

    Raises Invalid where it is not this guest's to answer, Stale when somebody else was faster.
    """
    _check(guest.qa_session, guest, question)
    for field, text in (("answer_ko", ko), ("answer_en", en)):
        require_at_most(LONGEST_ANSWER, field, text)
    if question.rev != rev:
        if (question.answered_by_id, question.answer_ko, question.answer_en) == (guest.id, ko, en):
            return
        raise Stale
    _settle(session, guest, question, bool(ko or en), by)
    question.answer_ko, question.answer_en = ko, en
    session.flush()
    audit.record(session, by, "question.answered_in_writing", question, guest=guest.id, ko=bool(ko), en=bool(en))


def _check(talk: QASession, guest: Guest, question: Question) -> None:
    if talk.state not in OPEN:
        raise Invalid("main", N_("You can answer in writing once the talk is over."))
    others_film = question.entry_id is not None and guest.entry_id not in (None, question.entry_id)
    others_answer = question.answered_by_id not in (None, guest.id)
    if question.screening_id != talk.screening_id or question.state not in LEFT or others_film or others_answer:
        raise Invalid("main", N_("This question is not yours to answer."))


def _settle(session: Session, guest: Guest, question: Question, written: bool, by: Actor) -> None:
    if written and question.state != QuestionState.WRITTEN:
        advance(session, question, QuestionState.WRITTEN, by=by, guest=guest.id)
    if not written and question.state == QuestionState.WRITTEN:
        back = QuestionState.SKIPPED if question.staged_at else QuestionState.APPROVED
        advance(session, question, back, by=by, guest=guest.id)
    question.answered_by_id = guest.id if written else None
    question.done_at = clock.now() if written else None
    question.place = None
