"""A talk of the stage in parts: one taken, one free; a guest who comes, and one who sends words."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import links
from portal.lifecycles import GuestState
from portal.policies import SYSTEM
from portal.programme import queries, service
from portal.programme.models import Guest, QASession, QASlot, Screening

PART = "PARTOFTALK"
WORDS = "함께하지 못해 아쉬워요. 편지를 쓰는 기계는 제 할머니의 상자에서 시작했어요. 오늘 열어 주셔서 고맙습니다."


def with_parts(session: Session) -> None:
    """The talk of the stage's screening gets a remote guest, an absent one with words, and three parts."""
    talk = _talk(session)
    service.plan_talk(
        session,
        talk.screening,
        minutes=max(talk.minutes, 30),
        moderator=talk.moderator_name,
        note="꽃다발은 무대 왼쪽",
        remote_url="https://call.pan.example/evening",
        by=SYSTEM,
    )
    made = service.make_slots(session, talk, count=3, minutes=8, by=SYSTEM)
    made[0].code = PART
    speaker, absent = _guest(session, GuestState.ACCEPTED), _guest(session, GuestState.DECLINED)
    speaker.timezone = "Europe/Paris"
    service.take_slot(session, speaker, made[1].code, by=SYSTEM)
    absent.statement = WORDS
    session.flush()


def _talk(session: Session) -> QASession:
    code = session.scalars(sa.select(Screening.code).order_by(Screening.starts_at)).all()[-1]
    talk = queries.talk_by_code(session, code)
    assert talk is not None
    return talk


def _guest(session: Session, state: GuestState) -> Guest:
    query = sa.select(Guest).where(Guest.qa_session_id == _talk(session).id, Guest.state == state)
    return session.scalars(query.order_by(Guest.id)).first()  # type: ignore[return-value]


def things(session: Session) -> dict[str, Any]:
    """The part that is free, and the links of the guest who comes and of the one who does not."""
    mine = links.of(session)
    return {
        "part": session.scalar(sa.select(QASlot.code).where(QASlot.code == PART)),
        "speaker": mine.token(links.GUEST, _guest(session, GuestState.ACCEPTED).code),
        "absent": mine.token(links.GUEST, _guest(session, GuestState.DECLINED).code),
    }
