"""Rounds, panels, criteria, jurors, conflicts, assignments, score sheets, results, decisions and awards."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Person
from portal.calls.models import Call
from portal.db import Base, Claimable, Code, Created, Id, Short, Text, Versioned, choice
from portal.entries.models import Entry
from portal.lifecycles import (
    ASSIGNMENT,
    DECISION,
    ROUND,
    SHEET,
    AssignmentState,
    DecisionState,
    Lifecycle,
    RoundState,
    SheetState,
)


class Round(Versioned, Claimable, Base):
    """One round of judging. Loads are minutes of film: each juror within `band_bp` of the mean;
    `floor_bp` is what every film keeps of its own best possible jurors. `plan` is the last assignment's report."""

    __tablename__ = "rounds"
    lifecycle: ClassVar[Lifecycle] = ROUND

    id: Mapped[Id]
    code: Mapped[Code]
    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("editions.id"), index=True)
    call_id: Mapped[int] = mapped_column(sa.ForeignKey("calls.id"))
    state: Mapped[RoundState] = mapped_column(choice(RoundState), default=RoundState.SETUP)
    name_ko: Mapped[Short]
    name_en: Mapped[Short]
    position: Mapped[int] = mapped_column(default=1)
    jurors_per_film: Mapped[int] = mapped_column(default=3)
    band_bp: Mapped[int] = mapped_column(default=500)
    floor_bp: Mapped[int] = mapped_column(default=8000)
    seed: Mapped[int] = mapped_column(default=2024)
    places: Mapped[int] = mapped_column(default=24)
    blind: Mapped[bool] = mapped_column(default=True)
    due_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    plan: Mapped[dict[str, Any]] = mapped_column(default=dict)
    assignment_wanted_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    results_at: Mapped[datetime | None]
    results_note: Mapped[dict[str, Any]] = mapped_column(default=dict)
    call: Mapped[Call] = relationship(lazy="raise")
    panels: Mapped[list[Panel]] = relationship(back_populates="round", order_by="Panel.position", lazy="raise")

    __table_args__ = (
        sa.CheckConstraint("jurors_per_film BETWEEN 1 AND 9", name="jurors_per_film"),
        sa.CheckConstraint("band_bp BETWEEN 0 AND 10000 AND floor_bp BETWEEN 0 AND 10000", name="shares"),
    )


class Panel(Base):
    """A judging view (AI craft, story, IP and market) with its own criteria; weights of a round sum to 100."""

    __tablename__ = "panels"

    id: Mapped[Id]
    round_id: Mapped[int] = mapped_column(sa.ForeignKey("rounds.id", ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(sa.String(24))
    name_ko: Mapped[Short]
    name_en: Mapped[Short]
    weight: Mapped[int]
    position: Mapped[int] = mapped_column(default=0)
    round: Mapped[Round] = relationship(back_populates="panels", lazy="raise")
    criteria: Mapped[list[Criterion]] = relationship(
        back_populates="panel", order_by="Criterion.position", lazy="raise"
    )

    __table_args__ = (
        sa.UniqueConstraint("round_id", "code"),
        sa.CheckConstraint("weight BETWEEN 1 AND 100", name="weight"),
    )


class Criterion(Base):
    """A question scored 1 to 10; `anchors` maps a score to what it means, in both languages."""

    __tablename__ = "criteria"

    id: Mapped[Id]
    panel_id: Mapped[int] = mapped_column(sa.ForeignKey("panels.id", ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(sa.String(24))
    name_ko: Mapped[Short]
    name_en: Mapped[Short]
    question_ko: Mapped[Short]
    question_en: Mapped[Short]
    anchors: Mapped[dict[str, Any]] = mapped_column(default=dict)
    weight: Mapped[int]
    position: Mapped[int] = mapped_column(default=0)
    panel: Mapped[Panel] = relationship(back_populates="criteria", lazy="raise")

    __table_args__ = (
        sa.UniqueConstraint("panel_id", "code"),
        sa.CheckConstraint("weight BETWEEN 1 AND 100", name="weight"),
    )


class Juror(Base):
    """A person's seat on one panel of one round; `label` (J-07) is all that others see in a blind round."""

    __tablename__ = "jurors"

    id: Mapped[Id]
    round_id: Mapped[int] = mapped_column(sa.ForeignKey("rounds.id", ondelete="CASCADE"))
    panel_id: Mapped[int] = mapped_column(sa.ForeignKey("panels.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"), index=True)
    label: Mapped[str] = mapped_column(sa.String(12))
    languages: Mapped[list[str]] = mapped_column(default=list)
    genres: Mapped[list[str]] = mapped_column(default=list)
    employer: Mapped[str] = mapped_column(sa.String(200), default="")
    max_minutes: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None]
    round: Mapped[Round] = relationship(lazy="raise")
    panel: Mapped[Panel] = relationship(lazy="raise")
    person: Mapped[Person] = relationship(lazy="raise")

    __table_args__ = (sa.UniqueConstraint("round_id", "person_id"), sa.UniqueConstraint("round_id", "label"))


class ConflictSource(StrEnum):
    JUROR = "juror"
    ENTRANT = "entrant"
    COMPUTED = "computed"
    IP_OWNER = "ip_owner"
    MENTOR = "mentor"


class ConflictState(StrEnum):
    HINTED = "hinted"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"


class Conflict(Base):
    """A reason why a juror must not judge a film; hinted ones count until somebody dismisses them."""

    __tablename__ = "conflicts"

    id: Mapped[Id]
    juror_id: Mapped[int] = mapped_column(sa.ForeignKey("jurors.id", ondelete="CASCADE"))
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entries.id", ondelete="CASCADE"), index=True)
    source: Mapped[ConflictSource] = mapped_column(choice(ConflictSource))
    status: Mapped[ConflictState] = mapped_column(choice(ConflictState), default=ConflictState.HINTED)
    reason: Mapped[Short]
    noted_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    noted_at: Mapped[Created]

    __table_args__ = (sa.UniqueConstraint("juror_id", "entry_id", "source"),)


class Assignment(Versioned, Base):
    """One juror for one film. `code` and `position` are neutral: they tell nothing of the entry or of others."""

    __tablename__ = "assignments"
    lifecycle: ClassVar[Lifecycle] = ASSIGNMENT

    id: Mapped[Id]
    code: Mapped[Code]
    round_id: Mapped[int] = mapped_column(sa.ForeignKey("rounds.id", ondelete="CASCADE"))
    juror_id: Mapped[int] = mapped_column(sa.ForeignKey("jurors.id"))
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entries.id"), index=True)
    state: Mapped[AssignmentState] = mapped_column(choice(AssignmentState), default=AssignmentState.PROPOSED)
    position: Mapped[int] = mapped_column(default=0)
    fixed: Mapped[bool] = mapped_column(default=False)
    reasons: Mapped[dict[str, Any]] = mapped_column(default=dict)
    watched_s: Mapped[int] = mapped_column(default=0)
    left_reason: Mapped[str] = mapped_column(sa.Text, default="")
    published_at: Mapped[datetime | None]
    round: Mapped[Round] = relationship(lazy="raise")
    juror: Mapped[Juror] = relationship(lazy="raise")
    entry: Mapped[Entry] = relationship(lazy="raise")
    sheet: Mapped[ScoreSheet | None] = relationship(back_populates="assignment", lazy="raise", uselist=False)

    __table_args__ = (
        sa.UniqueConstraint("juror_id", "entry_id"),
        sa.Index("ix_assignments_queue", "juror_id", "state"),
        sa.Index("ix_assignments_round_state", "round_id", "state"),
    )


class ScoreSheet(Versioned, Base):
    """A juror's scores for one film. `total` is the weighted mean in hundredths, 100 to 1000."""

    __tablename__ = "score_sheets"
    lifecycle: ClassVar[Lifecycle] = SHEET

    id: Mapped[Id]
    assignment_id: Mapped[int] = mapped_column(sa.ForeignKey("assignments.id", ondelete="CASCADE"), unique=True)
    state: Mapped[SheetState] = mapped_column(choice(SheetState), default=SheetState.DRAFT)
    total: Mapped[int | None]
    comment: Mapped[str] = mapped_column(sa.Text, default="")
    updated_at: Mapped[Created]
    submitted_at: Mapped[datetime | None] = mapped_column(index=True)
    assignment: Mapped[Assignment] = relationship(back_populates="sheet", lazy="raise")
    scores: Mapped[list[Score]] = relationship(lazy="raise", cascade="all, delete-orphan")

    __table_args__ = (sa.CheckConstraint("total BETWEEN 100 AND 1000", name="total"),)


class Score(Base):
    """One criterion's score on a sheet."""

    __tablename__ = "scores"

    sheet_id: Mapped[int] = mapped_column(sa.ForeignKey("score_sheets.id", ondelete="CASCADE"), primary_key=True)
    criterion_id: Mapped[int] = mapped_column(sa.ForeignKey("criteria.id"), primary_key=True)
    value: Mapped[int] = mapped_column(sa.SmallInteger)

    __table_args__ = (sa.CheckConstraint("value BETWEEN 1 AND 10", name="value"),)


class Memo(Base):
    """A juror's private note at a moment of the film."""

    __tablename__ = "memos"

    id: Mapped[Id]
    assignment_id: Mapped[int] = mapped_column(sa.ForeignKey("assignments.id", ondelete="CASCADE"), index=True)
    at_s: Mapped[int]
    text: Mapped[str] = mapped_column(sa.String(500))
    created_at: Mapped[Created]


class Result(Base):
    """What a film's scores come to in a round, recomputed from the sheets; scores in points of 1 to 10."""

    __tablename__ = "results"

    id: Mapped[Id]
    round_id: Mapped[int] = mapped_column(sa.ForeignKey("rounds.id", ondelete="CASCADE"))
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entries.id", ondelete="CASCADE"), index=True)
    n: Mapped[int]
    mean: Mapped[float]
    score: Mapped[float]
    low: Mapped[float]
    high: Mapped[float]
    p_top: Mapped[float]
    rank: Mapped[int | None]
    spread: Mapped[float] = mapped_column(default=0.0)
    entry: Mapped[Entry] = relationship(lazy="raise")

    __table_args__ = (sa.UniqueConstraint("round_id", "entry_id"), sa.Index("ix_results_rank", "round_id", "rank"))


class Outcome(StrEnum):
    SELECTED = "selected"
    RESERVE = "reserve"
    NOT_SELECTED = "not_selected"


class Decision(Versioned, Base):
    """Decided now, announced later: pending decisions are invisible outside the desk until their release."""

    __tablename__ = "decisions"
    lifecycle: ClassVar[Lifecycle] = DECISION

    id: Mapped[Id]
    round_id: Mapped[int] = mapped_column(sa.ForeignKey("rounds.id", ondelete="CASCADE"))
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entries.id", ondelete="CASCADE"), index=True)
    state: Mapped[DecisionState] = mapped_column(choice(DecisionState), default=DecisionState.UNDECIDED)
    outcome: Mapped[Outcome | None] = mapped_column(choice(Outcome))
    note: Mapped[str] = mapped_column(sa.Text, default="")
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    decided_at: Mapped[datetime | None]
    released_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    announced_at: Mapped[datetime | None]
    entry: Mapped[Entry] = relationship(lazy="raise")

    __table_args__ = (
        sa.UniqueConstraint("round_id", "entry_id"),
        sa.CheckConstraint("state = 'undecided' OR outcome IS NOT NULL", name="outcome_once_decided"),
        sa.CheckConstraint(
            "released_by_id IS NULL OR decided_by_id IS NULL OR released_by_id <> decided_by_id", name="second_person"
        ),
    )


class Award(Base):
    """A prize of the edition and, once given, the film that holds it."""

    __tablename__ = "awards"

    id: Mapped[Id]
    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("editions.id"), index=True)
    category_id: Mapped[int | None] = mapped_column(sa.ForeignKey("categories.id"))
    entry_id: Mapped[int | None] = mapped_column(sa.ForeignKey("entries.id", ondelete="SET NULL"), index=True)
    name_ko: Mapped[Short]
    name_en: Mapped[Short]
    citation: Mapped[Text] = mapped_column(default="")
    position: Mapped[int] = mapped_column(default=0)
