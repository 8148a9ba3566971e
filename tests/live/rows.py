"""Rows of an evening with a talk: its films, its questions and those who ask them."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal import clock
from portal.lifecycles import QuestionState, ScreeningState, TalkState
from portal.live.models import Question, QuestionVote
from portal.live.questions.asking import Asked, Voice, ask
from portal.programme.models import Guest, PackageFilm, PickRule, QASession, Screening
from tests.programme import rows

_count = itertools.count(1)


def evening(
    session: Session,
    *,
    films: int = 2,
    state: ScreeningState = ScreeningState.Q_AND_A,
    talk: TalkState = TalkState.LIVE,
    rule: PickRule = PickRule.VOTES,
) -> Screening:
    """A published screening with a talk; the films are over unless told otherwise."""
    screening = rows.on_sale(session, films=films)
    session.add(QASession(screening_id=screening.id, minutes=20, moderator_name="최민경", pick_rule=rule, state=talk))
    stand(session, screening, state=state)
    return screening


def stand(session: Session, screening: Screening, *, state: ScreeningState, ends_in: timedelta | None = None) -> None:
    """Put the screening there, past its guards."""
    values: dict[str, Any] = {"state": state}
    if ends_in is not None:
        values |= {"ends_at": clock.now() + ends_in, "starts_at": clock.now() + ends_in - timedelta(hours=1)}
    session.execute(sa.update(Screening).where(Screening.id == screening.id).values(**values))
    session.flush()
    session.refresh(screening)


def talk_state(session: Session, screening: Screening, state: TalkState) -> None:
    """Put the talk there, past its guards."""
    session.execute(sa.update(QASession).where(QASession.screening_id == screening.id).values(state=state))
    session.flush()
    session.expire(talk_of(session, screening))


def talk_of(session: Session, screening: Screening) -> QASession:
    return session.scalars(sa.select(QASession).where(QASession.screening_id == screening.id)).one()


def films_of(session: Session, screening: Screening) -> list[int]:
    """The entries shown, in their order."""
    query = sa.select(PackageFilm.entry_id).where(PackageFilm.package_id == screening.package_id)
    return list(session.scalars(query.order_by(PackageFilm.position)))


def voice(n: int | str) -> Voice:
    return Voice(str(n).rjust(64, "v"), "s" * 64)


def asked(session: Session, screening: Screening, text: str, *, by: int | str | None = None, **more: Any) -> Question:
    """A question as somebody sends it."""
    speaks = voice(by if by is not None else f"asker{next(_count)}")
    return ask(session, screening, talk_of(session, screening), Asked(text, **more), speaks)


def listed(
    session: Session,
    screening: Screening,
    text: str,
    votes: int = 1,
    state: QuestionState = QuestionState.APPROVED,
    **more: Any,
) -> Question:
    """A question in a state, with votes, past its moves."""
    n = next(_count)
    question = Question(
        screening_id=screening.id,
        state=state,
        asker_key=f"asker{n}".rjust(64, "v"),
        text=text,
        votes=votes,
        asked_at=clock.now() + timedelta(seconds=n),
        **more,
    )
    session.add(question)
    session.flush()
    keys = [question.asker_key, *(f"voter{n}-{m}".rjust(64, "v") for m in range(1, votes))]
    session.add_all(QuestionVote(question_id=question.id, voter_key=key) for key in keys)
    session.flush()
    return question


def guest(session: Session, screening: Screening, entry_id: int | None = None, name: str = "감독") -> Guest:
    """Somebody who was on stage."""
    n = next(_count)
    made = Guest(
        qa_session_id=talk_of(session, screening).id,
        entry_id=entry_id,
        name=name,
        email=f"guest{n}@example.test",
        answer_by=clock.now(),
    )
    session.add(made)
    session.flush()
    loaded = sa.select(Guest).where(Guest.id == made.id).options(joinedload(Guest.qa_session))
    return session.scalars(loaded.execution_options(populate_existing=True)).one()
