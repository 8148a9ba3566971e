"""Questions on the stage that tests share: an evening whose films are over, with a question in every column."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import clock, links
from portal.lifecycles import QuestionState, ScreeningState, TalkState
from portal.live.models import Question, QuestionVote
from portal.programme.models import Guest, QASession, Screening

_Q = QuestionState
_ASKED = (
    (_Q.PENDING, "다음 작품은 무엇인가요?", 1),
    (_Q.PENDING, "배우의 목소리도 AI인가요?", 1),
    (_Q.APPROVED, "목소리도 AI로 만든 건가요? 배우 목소리요", 12),
    (_Q.QUEUED, "How long did it take to make the film?", 31),
    (_Q.ON_STAGE, "배우에게 초상권 동의는 어떻게 받으셨나요?", 44),
    (_Q.ANSWERED, "음악은 누가 만들었나요?", 20),
    (_Q.SKIPPED, "학생도 이런 영화를 만들 수 있을까요?", 9),
    (_Q.DECLINED, "주차장은 어디인가요?", 1),
)


def with_questions(session: Session) -> None:
    """A talk that is live, and another one that is over with something left to answer."""
    live, over = _evenings(session)
    _stand(session, live, ScreeningState.Q_AND_A, TalkState.LIVE)
    _stand(session, over, ScreeningState.HELD, TalkState.CLOSED)
    for n, (state, text, votes) in enumerate(_ASKED):
        _ask(session, live, f"HALL{n}QUESTX", state, text, votes)
    _ask(session, over, "LEFTQUESTX", _Q.SKIPPED, "가장 어려웠던 장면은 무엇인가요?", 7)


def _evenings(session: Session) -> tuple[Screening, Screening]:
    talks = sa.select(Screening).join(Screening.qa_session).order_by(Screening.starts_at, Screening.id)
    _, live, over, *_ = session.scalars(talks).all()
    return live, over


def _stand(session: Session, screening: Screening, state: ScreeningState, talk: TalkState) -> None:
    session.execute(sa.update(Screening).where(Screening.id == screening.id).values(state=state))
    session.execute(sa.update(QASession).where(QASession.screening_id == screening.id).values(state=talk))


def _ask(session: Session, screening: Screening, code: str, state: QuestionState, text: str, votes: int) -> None:
    question = Question(
        code=code,
        screening_id=screening.id,
        state=state,
        asker_key=code.ljust(64, "0"),
        text=text,
        language="en" if text.isascii() else "ko",
        name="한 관객",
        votes=votes,
        place=1 if state == _Q.QUEUED else None,
        reason="It is not about these films." if state == _Q.DECLINED else "",
        asked_at=clock.now() - timedelta(minutes=5),
    )
    session.add(question)
    session.flush()
    session.add_all(QuestionVote(question_id=question.id, voter_key=str(n).rjust(64, "0")) for n in range(votes))


def things(session: Session) -> dict[str, Any]:
    """What addresses of the hall ask for."""
    live, over = _evenings(session)
    mine = links.of(session)
    guest = session.scalars(
        sa.select(Guest).join(Guest.qa_session).where(QASession.screening_id == over.id).order_by(Guest.id)
    ).first()
    assert guest is not None
    return {
        "hall": live.code,
        "hall_short": live.code[: links.SHORT],
        "hall_question": "HALL2QUESTX",
        "wall": mine.token(links.STAGE, live.code),
        "writer": mine.token(links.GUEST, guest.code),
        "left_question": "LEFTQUESTX",
    }
