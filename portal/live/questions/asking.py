"""Asking and voting. The same form sent twice is one question; one voice for each person and question.

Who asks and votes is a key (`keys.of`), never a person: what somebody wants to know is nobody's business.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import InstrumentedAttribute

from portal import audit, clock, db, signing
from portal.errors import Invalid, PortalError
from portal.i18n import N_
from portal.live.models import LONGEST_QUESTION, QUESTION_ROOM, Question, QuestionVote
from portal.live.questions import counting, phases
from portal.live.questions.reading import characters
from portal.policies import VISITOR
from portal.programme.models import QASession, Screening

WINDOW = timedelta(minutes=10)
# A whole hall may share one network address, so that only a flood is stopped by it.
ASKED_BY_ONE, ASKED_FROM_ADDRESS, VOTES_FROM_ADDRESS = 5, 200, 3000
CLOSED = N_("Questions are not open at the moment. Keep your text; you can send it when they are.")
WAIT = N_("You have asked a lot in a short time. Your text is kept; send it in a few minutes.")


class TooOften(PortalError):
    """One person, or one network address, asks or votes more than a hall would."""

    status = 429


@dataclass(frozen=True, slots=True)
class Voice:
    """Who speaks: the key of the person, of the network address, and the booking where a ticket was shown."""

    key: str
    source: str
    booking_id: int | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it was written; `code` makes the form recognisable, `film` is an entry's id, None for everybody."""

    text: str
    name: str = ""
    film: int | None = None
    language: str = "ko"
    code: str = ""


def ask(session: Session, screening: Screening, talk: QASession, asked: Asked, voice: Voice) -> Question:
    """Hand a question to the moderator; sent again, by this form or in the same words, it is the one that is there.

    Raises Invalid where it cannot be asked, TooOften where somebody asks without end.
    """
    db.one_at_a_time(session, f"questions {screening.id}")
    found = _asked_before(session, screening.id, asked, voice.key)
    if found is not None:
        return found
    _check(asked, phases.phase(talk.state, screening.state))
    _check_rate(session, Question.asked_at, ASKED_BY_ONE, Question.asker_key == voice.key)
    _check_rate(session, Question.asked_at, ASKED_FROM_ADDRESS, Question.source_key == voice.source)
    question = Question(
        code=asked.code or signing.random_code(),
        screening_id=screening.id,
        entry_id=asked.film,
        booking_id=voice.booking_id,
        asker_key=voice.key,
        source_key=voice.source,
        name=asked.name,
        language=asked.language,
        text=asked.text,
        early=not phases.unlocked(talk.state, screening.state, screening.ends_at, clock.now()),
        votes=1,
    )
    session.add(question)
    session.flush()
    session.add(QuestionVote(question_id=question.id, voter_key=voice.key, source_key=voice.source))
    audit.record(session, VISITOR, "question.asked", question, screening=screening.id, early=question.early)
    return question


def _asked_before(session: Session, screening_id: int, asked: Asked, key: str) -> Question | None:
    again = sa.and_(Question.asker_key == key, Question.text == asked.text)
    same = (Question.screening_id == screening_id, sa.or_(Question.code == asked.code, again))
    return session.scalar(sa.select(Question).where(*same).order_by(Question.id.desc()).limit(1))


def _check(asked: Asked, phase: phases.Phase) -> None:
    if not phase.takes_questions:
        raise Invalid("text", CLOSED)
    if not asked.text:
        raise Invalid("text", N_("Write your question."))
    if (length := characters(asked.text)) > LONGEST_QUESTION or len(asked.text) > QUESTION_ROOM:
        sentence = N_("Shorten this to {limit} characters; it has {length} now.")
        raise Invalid("text", sentence, limit=LONGEST_QUESTION, length=length)


def _check_rate(
    session: Session, at: InstrumentedAttribute[datetime], most: int, *which: sa.ColumnElement[bool]
) -> None:
    counted = sa.select(sa.func.count()).where(*which, at > clock.now() - WINDOW)
    if (session.scalar(counted) or 0) >= most:
        raise TooOften


def vote(session: Session, question: Question, voice: Voice, *, wanted: bool) -> None:
    """Want this question asked, or no more; either twice is once. Raises Invalid where it cannot be voted for.

    Who asked a question, or one merged into it, wants it asked already. A vote is its own record.
    """
    question = counting.locked(session, question.id)
    if question.state not in phases.SHOWN:
        raise Invalid("main", N_("This question is no longer voted on."))
    group = counting.group(question.id)
    if wanted:
        _check_rate(session, QuestionVote.at, VOTES_FROM_ADDRESS, QuestionVote.source_key == voice.source)
        row = {"question_id": question.id, "voter_key": voice.key, "source_key": voice.source, "at": clock.now()}
        session.execute(db.insert(session, QuestionVote).values(row).on_conflict_do_nothing())
    else:
        own = sa.select(Question.id).where(Question.id.in_(group), Question.asker_key == voice.key)
        mine = (QuestionVote.question_id.in_(group), QuestionVote.voter_key == voice.key)
        session.execute(
            sa.delete(QuestionVote)
            .where(*mine, QuestionVote.question_id.not_in(own))
            .execution_options(synchronize_session=False)
        )
    counting.recount(session, question)
