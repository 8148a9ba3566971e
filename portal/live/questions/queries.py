"""Reads of questions: for a phone, for the moderator, for the wall, for the guests who answer in writing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.entries.models import Entry
from portal.lifecycles import QuestionState, ScreeningState, TalkState
from portal.live.models import Question, QuestionVote, Theme
from portal.live.questions.phases import DONE, ENDED, SHOWN
from portal.live.questions.picking import Candidate
from portal.programme.models import Hall, Package, PackageFilm, PickRule, QASession, Screening

_Q = QuestionState
_ASKED = (_Q.ON_STAGE, _Q.ANSWERED)
LEFT = (_Q.APPROVED, _Q.QUEUED, _Q.SKIPPED, _Q.WRITTEN)


@dataclass(frozen=True, slots=True)
class Line:
    """A question as lists show it; never who asked. `film` is the entry's number, empty for everybody."""

    id: int
    code: str
    rev: int
    state: QuestionState
    text: str
    language: str
    name: str
    film_id: int | None
    film: str
    theme: Theme | None
    early: bool
    votes: int
    place: int | None
    by_rule: bool | None
    merged_into_id: int | None
    reason: str
    answer_ko: str
    answer_en: str
    asked_at: datetime
    done_at: datetime | None
    mine: bool = False

    def candidate(self) -> Candidate:
        """What the rule looks at."""
        return Candidate(self.id, self.film_id, self.votes, self.asked_at, self.place)


@dataclass(frozen=True, slots=True)
class News:
    """Where a floor stands, in one statement: enough to say that nothing has changed."""

    state: ScreeningState
    edition_id: int
    ends_at: datetime
    talk: TalkState
    rule: PickRule
    sums: tuple[Any, ...]


def floor_by_code(session: Session, code: str) -> Screening | None:
    """A screening with its talk, hall and films; None where there is no talk."""
    query = (
        sa.select(Screening)
        .join(Screening.qa_session)
        .where(Screening.code == code)
        .options(
            joinedload(Screening.qa_session),
            joinedload(Screening.hall).joinedload(Hall.venue),
            joinedload(Screening.package).selectinload(Package.films).joinedload(PackageFilm.entry),
        )
    )
    return session.scalar(query)


def screening_by_short(session: Session, short: str) -> Screening | None:
    """The screening with a talk whose code begins with what somebody typed; None unless it is the only one."""
    query = sa.select(Screening).join(Screening.qa_session).where(Screening.code.startswith(short, autoescape=True))
    found = session.scalars(query.limit(2)).all()
    return found[0] if len(found) == 1 else None


def question_by_code(session: Session, code: str) -> Question | None:
    """A question with its screening."""
    return session.scalar(sa.select(Question).where(Question.code == code).options(joinedload(Question.screening)))


def question_in(session: Session, screening_id: int, code: str) -> Question | None:
    """A question of this very screening."""
    return session.scalar(sa.select(Question).where(Question.screening_id == screening_id, Question.code == code))


_COLUMNS = (
    Question.id,
    Question.code,
    Question.rev,
    Question.state,
    Question.text,
    Question.language,
    Question.name,
    Question.entry_id.label("film_id"),
    sa.func.coalesce(Entry.number, "").label("film"),
    Question.theme,
    Question.early,
    Question.votes,
    Question.place,
    Question.by_rule,
    Question.merged_into_id,
    Question.reason,
    Question.answer_ko,
    Question.answer_en,
    Question.asked_at,
    Question.done_at,
)


def lines(session: Session, *which: sa.ColumnElement[bool], key: str = "") -> list[Line]:
    """Questions in the order they were asked; `mine` are those of the asker with this key."""
    query = (
        sa.select(*_COLUMNS, (Question.asker_key == key).label("mine"))
        .outerjoin(Entry, Entry.id == Question.entry_id)
        .where(*which)
        .order_by(Question.asked_at, Question.id)
    )
    return [Line(**row._asdict()) for row in session.execute(query)]


def for_phone(session: Session, screening_id: int, key: str, *, unlocked: bool) -> list[Line]:
    """What somebody may read: the own questions, and once the films are over those on the list and done with."""
    may = Question.asker_key == key
    if unlocked:
        may = sa.or_(may, Question.state.in_((*SHOWN, *DONE)))
    return lines(session, Question.screening_id == screening_id, may, key=key)


def one_for_phone(session: Session, question_id: int, key: str) -> Line:
    """One question as somebody reads it."""
    return lines(session, Question.id == question_id, key=key)[0]


def merges(session: Session, screening_id: int) -> dict[int, int]:
    """What was merged into what, by id."""
    query = sa.select(Question.id, Question.merged_into_id).where(
        Question.screening_id == screening_id, Question.state == _Q.MERGED
    )
    return {row.id: row.merged_into_id for row in session.execute(query)}


def root(question_id: int, merged: Mapping[int, int]) -> int:
    """The question that stands for this one in the end."""
    while question_id in merged:
        question_id = merged[question_id]
    return question_id


def voted(session: Session, screening_id: int, key: str, merged: Mapping[int, int]) -> set[int]:
    """The questions somebody wants asked; a vote for one that was merged is a vote for what it was merged into."""
    query = (
        sa.select(QuestionVote.question_id)
        .join(Question, Question.id == QuestionVote.question_id)
        .where(Question.screening_id == screening_id, QuestionVote.voter_key == key)
    )
    return {root(found, merged) for found in session.scalars(query)}


def news(session: Session, code: str, key: str) -> News | None:
    """Where a floor stands for somebody; sums over what this person may read, so that they tell nothing else."""
    everybody = Question.state.in_((*SHOWN, *DONE))
    own = Question.asker_key == key
    sums = [
        sa.func.coalesce(sa.func.sum(sa.case((which, value), else_=0)), 0)
        for which in (everybody, own)
        for value in (1, Question.rev, Question.id * Question.rev, Question.votes, Question.id * Question.votes)
    ]
    return _news(session, code, sums)


def board_news(session: Session, code: str) -> News | None:
    """The same for the moderator, over every question."""
    values = (1, Question.rev, Question.id * Question.rev, Question.votes, Question.id * Question.votes)
    return _news(session, code, [sa.func.coalesce(sa.func.sum(value), 0) for value in values])


def _news(session: Session, code: str, sums: Sequence[Any]) -> News | None:
    place = (Screening.state, Screening.edition_id, Screening.ends_at, QASession.state, QASession.pick_rule)
    query = (
        sa.select(*place, *sums)
        .select_from(Screening)
        .join(QASession, QASession.screening_id == Screening.id)
        .outerjoin(Question, Question.screening_id == Screening.id)
        .where(Screening.code == code)
        .group_by(*place)
    )
    row = session.execute(query).first()
    if row is None:
        return None
    state, edition_id, ends_at, talk, rule, *found = row
    return News(state, edition_id, ends_at, talk, rule, tuple(int(one) for one in found))


def board(session: Session, screening_id: int) -> list[Line]:
    """Every question of a screening."""
    return lines(session, Question.screening_id == screening_id)


def on_the_wall(session: Session, screening_id: int) -> list[Line]:
    """What may come on stage, and what is on it."""
    return lines(session, Question.screening_id == screening_id, Question.state.in_(SHOWN))


def candidates(session: Session, screening_id: int) -> list[Candidate]:
    """What the rule chooses from."""
    states = (_Q.APPROVED, _Q.QUEUED)
    return [
        line.candidate() for line in lines(session, Question.screening_id == screening_id, Question.state.in_(states))
    ]


def films_asked(session: Session, screening_id: int) -> list[int | None]:
    """The films that were asked about on stage, once for each question."""
    query = sa.select(Question.entry_id).where(Question.screening_id == screening_id, Question.state.in_(_ASKED))
    return list(session.scalars(query))


def to_answer(session: Session, screening_id: int, film_id: int | None) -> list[Line]:
    """What a guest may answer in writing: questions left over about their film, and those about none."""
    which = [Question.screening_id == screening_id, Question.state.in_(LEFT)]
    if film_id is not None:
        which.append(sa.or_(Question.entry_id == film_id, Question.entry_id.is_(None)))
    return lines(session, *which)


def answered_by(session: Session, question_ids: Iterable[int]) -> dict[int, int | None]:
    """Which guest answered which question in writing."""
    query = sa.select(Question.id, Question.answered_by_id).where(Question.id.in_(list(question_ids)))
    return {row.id: row.answered_by_id for row in session.execute(query)}


def stages_to_clear(session: Session) -> Sequence[int]:
    """Screenings whose talk is over while a question still stands on stage."""
    query = sa.select(Question.screening_id).join(QASession, QASession.screening_id == Question.screening_id)
    left = query.where(Question.state == _Q.ON_STAGE, QASession.state.in_(ENDED))
    return session.scalars(left.order_by(Question.screening_id)).all()
