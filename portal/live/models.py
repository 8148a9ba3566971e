"""Questions from the floor with their votes, and the audience's ballot."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.audience.models import Booking
from portal.db import Base, Code, Created, Hash, Id, Versioned, choice
from portal.entries.models import Entry
from portal.lifecycles import BALLOT, QUESTION, BallotState, Lifecycle, QuestionState
from portal.programme.models import Screening

# Characters as a reader counts them; an emoji of a family is one and takes eleven of what a database counts.
LONGEST_QUESTION, QUESTION_ROOM = 200, 1000


class Theme(StrEnum):
    """What a question is about, as the moderator files it."""

    STORY = "story"
    MAKING = "making"
    AI = "ai"
    PEOPLE = "people"
    INDUSTRY = "industry"
    OTHER = "other"


class Question(Versioned, Base):
    """A question of somebody in the audience; `asker_key` is a salted digest of who asked, never shown.

    `early` ones came before the film ended: nobody but the asker and the moderators reads them until it has. `place`
    orders the queue; one question of a screening is on stage at a time. `by_rule` says whether the published rule would
    have picked it at that moment. `source_key` is a salted digest of the network address, for limits alone.
    """

    __tablename__ = "questions"
    lifecycle: ClassVar[Lifecycle] = QUESTION

    id: Mapped[Id]
    code: Mapped[Code]
    screening_id: Mapped[int] = mapped_column(sa.ForeignKey("screenings.id", ondelete="CASCADE"))
    entry_id: Mapped[int | None] = mapped_column(sa.ForeignKey("entries.id", ondelete="SET NULL"), index=True)
    booking_id: Mapped[int | None] = mapped_column(sa.ForeignKey("bookings.id", ondelete="SET NULL"), index=True)
    state: Mapped[QuestionState] = mapped_column(choice(QuestionState), default=QuestionState.PENDING)
    asker_key: Mapped[Hash]
    source_key: Mapped[str] = mapped_column(sa.String(64), default="")
    name: Mapped[str] = mapped_column(sa.String(60), default="")
    language: Mapped[str] = mapped_column(sa.String(2), default="ko")
    text: Mapped[str] = mapped_column(sa.String(QUESTION_ROOM))
    theme: Mapped[Theme | None] = mapped_column(choice(Theme))
    early: Mapped[bool] = mapped_column(default=False)
    votes: Mapped[int] = mapped_column(default=0)
    place: Mapped[int | None]
    by_rule: Mapped[bool | None]
    merged_into_id: Mapped[int | None] = mapped_column(sa.ForeignKey("questions.id", ondelete="SET NULL"), index=True)
    reason: Mapped[str] = mapped_column(sa.String(200), default="")
    answer_ko: Mapped[str] = mapped_column(sa.Text, default="")
    answer_en: Mapped[str] = mapped_column(sa.Text, default="")
    answered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("guests.id", ondelete="SET NULL"))
    asked_at: Mapped[Created]
    staged_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    screening: Mapped[Screening] = relationship(lazy="raise")
    entry: Mapped[Entry | None] = relationship(lazy="raise")

    __table_args__ = (
        sa.CheckConstraint("votes >= 0", name="votes"),
        sa.CheckConstraint("(state = 'merged') = (merged_into_id IS NOT NULL)", name="merged"),
        sa.Index("ix_questions_of_screening", "screening_id", "state"),
        sa.Index(
            "uq_questions_on_stage",
            "screening_id",
            unique=True,
            sqlite_where=sa.text("state = 'on_stage'"),
            postgresql_where=sa.text("state = 'on_stage'"),
        ),
    )


class QuestionVote(Base):
    """Somebody wants this question asked; once."""

    __tablename__ = "question_votes"

    question_id: Mapped[int] = mapped_column(sa.ForeignKey("questions.id", ondelete="CASCADE"), primary_key=True)
    voter_key: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    source_key: Mapped[str] = mapped_column(sa.String(64), default="")
    at: Mapped[Created]


class BallotBox(Versioned, Base):
    """The audience award's ballot of one screening: opened, closed, counted, published."""

    __tablename__ = "ballot_boxes"
    lifecycle: ClassVar[Lifecycle] = BALLOT

    id: Mapped[Id]
    screening_id: Mapped[int] = mapped_column(sa.ForeignKey("screenings.id", ondelete="CASCADE"), unique=True)
    state: Mapped[BallotState] = mapped_column(choice(BallotState), default=BallotState.PLANNED)
    opened_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    screening: Mapped[Screening] = relationship(lazy="raise")


class AudienceVote(Base):
    """One to five stars of one seat for one film; it may be changed until the box is closed.

    `source_key` is a salted digest of the network address, for the report on anomalies alone.
    """

    __tablename__ = "audience_votes"

    id: Mapped[Id]
    box_id: Mapped[int] = mapped_column(sa.ForeignKey("ballot_boxes.id", ondelete="CASCADE"))
    booking_id: Mapped[int] = mapped_column(sa.ForeignKey("bookings.id", ondelete="CASCADE"), index=True)
    seat: Mapped[int]
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entries.id", ondelete="CASCADE"), index=True)
    stars: Mapped[int] = mapped_column(sa.SmallInteger)
    changes: Mapped[int] = mapped_column(default=0)
    source_key: Mapped[Hash]
    first_at: Mapped[Created]
    changed_at: Mapped[Created]
    booking: Mapped[Booking] = relationship(lazy="raise")

    __table_args__ = (
        sa.CheckConstraint("stars BETWEEN 1 AND 5", name="stars"),
        sa.CheckConstraint("seat BETWEEN 1 AND 20", name="seat"),
        sa.UniqueConstraint("box_id", "booking_id", "seat", "entry_id"),
    )
