"""The votes of a question: distinct voters of it and of everything merged into it, counted under its row's lock."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.live.models import Question, QuestionVote


def locked(session: Session, question_id: int) -> Question:
    """The question as it is now, held until the end of the unit of work; SQLite holds the whole database."""
    query = sa.select(Question).where(Question.id == question_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def group(question_id: int) -> sa.Select[tuple[int]]:
    """The ids of a question and of everything merged into it, and into those."""
    own = sa.select(Question.id).where(Question.id == question_id).cte("merged", recursive=True)
    both = own.union(sa.select(Question.id).join(own, Question.merged_into_id == own.c.id))
    return sa.select(both.c.id)


def standing(session: Session, question_id: int | None) -> list[int]:
    """A question and those it stands under, up to the one that stands for all; nothing for none."""
    found: list[int] = []
    while question_id is not None:
        found.append(question_id)
        question_id = session.scalar(sa.select(Question.merged_into_id).where(Question.id == question_id))
    return found


def recount(session: Session, question: Question) -> None:
    """Count again; the caller holds the row. Its `rev` stays: a moderator decides on the question, not on its votes."""
    voters = sa.select(sa.func.count(sa.distinct(QuestionVote.voter_key)))
    counted = session.scalar(voters.where(QuestionVote.question_id.in_(group(question.id)))) or 0
    session.execute(
        sa.update(Question)
        .where(Question.id == question.id)
        .values(votes=counted)
        .execution_options(synchronize_session=False)
    )
    session.expire(question, ["votes"])
