"""Score sheets, the events they can be recomputed from, a juror's notes, and faults a juror met."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Base, Code, Created, Id, Versioned, choice, written_once
from portal.lifecycles import SHEET, Lifecycle, SheetState

if TYPE_CHECKING:
    from portal.jury.assigning.models import Assignment


class ScoreSheet(Versioned, Base):
    """A juror's scores for one film. `total` is the weighted mean in hundredths, 100 to 1000.
    One that is voided keeps who asked for it and why, and who confirmed it: two people."""

    __tablename__ = "score_sheets"
    lifecycle: ClassVar[Lifecycle] = SHEET

    id: Mapped[Id]
    assignment_id: Mapped[int] = mapped_column(sa.ForeignKey("assignments.id", ondelete="CASCADE"), unique=True)
    state: Mapped[SheetState] = mapped_column(choice(SheetState), default=SheetState.DRAFT)
    total: Mapped[int | None]
    comment: Mapped[str] = mapped_column(sa.Text, default="")
    updated_at: Mapped[Created]
    submitted_at: Mapped[datetime | None] = mapped_column(index=True)
    void_reason: Mapped[str] = mapped_column(sa.Text, default="")
    void_asked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    voided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    assignment: Mapped[Assignment] = relationship(back_populates="sheet", lazy="raise")
    scores: Mapped[list[Score]] = relationship(lazy="raise", cascade="all, delete-orphan")

    __table_args__ = (
        sa.CheckConstraint("total BETWEEN 100 AND 1000", name="total"),
        sa.CheckConstraint(
            "voided_by_id IS NULL OR void_asked_by_id IS NULL OR voided_by_id <> void_asked_by_id", name="second_person"
        ),
    )


class Score(Base):
    """One criterion's score on a sheet."""

    __tablename__ = "scores"

    sheet_id: Mapped[int] = mapped_column(sa.ForeignKey("score_sheets.id", ondelete="CASCADE"), primary_key=True)
    criterion_id: Mapped[int] = mapped_column(sa.ForeignKey("criteria.id"), primary_key=True)
    value: Mapped[int] = mapped_column(sa.SmallInteger)

    __table_args__ = (sa.CheckConstraint("value BETWEEN 1 AND 10", name="value"),)


class EventKind(StrEnum):
    """What happened to a juror's word on a film."""

    SUBMITTED = "submitted"
    REVISED = "revised"
    REOPENED = "reopened"
    ABSTAINED = "abstained"
    RECUSED = "recused"
    VOIDED = "voided"


@written_once
class ScoreEvent(Base):
    """One thing that happened to a score: the last one of an assignment says what counts, and every result follows.

    `scores` maps a criterion's code to 1-10, `total` is the weighted mean in hundredths; both only where scores count.
    """

    __tablename__ = "score_events"

    id: Mapped[Id]
    round_id: Mapped[int] = mapped_column(sa.ForeignKey("rounds.id", ondelete="CASCADE"))
    assignment_id: Mapped[int] = mapped_column(sa.ForeignKey("assignments.id", ondelete="CASCADE"))
    kind: Mapped[EventKind] = mapped_column(choice(EventKind))
    scores: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    total: Mapped[int | None]
    at: Mapped[Created]

    __table_args__ = (
        sa.Index("ix_score_events_of_assignment", "round_id", "assignment_id", "id"),
        sa.CheckConstraint("total BETWEEN 100 AND 1000", name="total"),
        sa.CheckConstraint("(kind IN ('submitted', 'revised')) = (total IS NOT NULL)", name="total_where_it_counts"),
    )


class Memo(Base):
    """A juror's private note at a moment of the film."""

    __tablename__ = "memos"

    id: Mapped[Id]
    assignment_id: Mapped[int] = mapped_column(sa.ForeignKey("assignments.id", ondelete="CASCADE"), index=True)
    at_s: Mapped[int]
    text: Mapped[str] = mapped_column(sa.String(500))
    created_at: Mapped[Created]


class FaultKind(StrEnum):
    """What went wrong while watching."""

    PICTURE = "picture"
    SOUND = "sound"
    CAPTIONS = "captions"
    STALLS = "stalls"
    OTHER = "other"


class Fault(Versioned, Base):
    """A technical fault a juror told the office of; its answer goes back to the juror's page of that film."""

    __tablename__ = "faults"

    id: Mapped[Id]
    code: Mapped[Code]
    assignment_id: Mapped[int] = mapped_column(sa.ForeignKey("assignments.id", ondelete="CASCADE"), index=True)
    kind: Mapped[FaultKind] = mapped_column(choice(FaultKind))
    at_s: Mapped[int] = mapped_column(default=0)
    note: Mapped[str] = mapped_column(sa.String(500), default="")
    reported_at: Mapped[Created]
    answer: Mapped[str] = mapped_column(sa.String(500), default="")
    answered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    answered_at: Mapped[datetime | None]
