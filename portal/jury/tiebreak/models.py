"""A tie-break: jurors order the films around the cut, and Bradley-Terry makes one order of all of theirs."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Base, Code, Created, Id, Versioned, choice
from portal.entries.models import Entry
from portal.jury.models import Juror
from portal.lifecycles import TIEBREAK, Lifecycle, TieBreakState


class TieBreak(Versioned, Base):
    """One vote on the films around a round's cut, `places` of which are taken; `note` says how they hang together.

    A worker makes the ballots (`ballots_at`) once it is open, and counts them (`counted_at`) once it is closed.
    """

    __tablename__ = "tiebreaks"
    lifecycle: ClassVar[Lifecycle] = TIEBREAK

    id: Mapped[Id]
    code: Mapped[Code]
    round_id: Mapped[int] = mapped_column(sa.ForeignKey("rounds.id", ondelete="CASCADE"), index=True)
    state: Mapped[TieBreakState] = mapped_column(choice(TieBreakState), default=TieBreakState.OPEN)
    places: Mapped[int]
    due_at: Mapped[datetime]
    opened_at: Mapped[Created]
    opened_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    ballots_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    counted_at: Mapped[datetime | None]
    note: Mapped[dict[str, Any]] = mapped_column(default=dict)

    __table_args__ = (
        sa.CheckConstraint("places >= 1", name="places"),
        sa.Index(
            "uq_tiebreaks_one_open",
            "round_id",
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        ),
    )


class TieBreakFilm(Base):
    """A film of a tie-break and what the ballots make of it; strengths are on Bradley-Terry's log scale."""

    __tablename__ = "tiebreak_films"

    tiebreak_id: Mapped[int] = mapped_column(sa.ForeignKey("tiebreaks.id", ondelete="CASCADE"), primary_key=True)
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entries.id", ondelete="CASCADE"), primary_key=True, index=True)
    strength: Mapped[float | None]
    se: Mapped[float | None]
    rank: Mapped[int | None]
    p_top: Mapped[float | None]
    entry: Mapped[Entry] = relationship(lazy="raise")


class Ballot(Versioned, Base):
    """A juror's order of a batch, best first, as entry ids; `batch` is what was asked, in the juror's neutral order."""

    __tablename__ = "ballots"

    id: Mapped[Id]
    code: Mapped[Code]
    tiebreak_id: Mapped[int] = mapped_column(sa.ForeignKey("tiebreaks.id", ondelete="CASCADE"))
    juror_id: Mapped[int] = mapped_column(sa.ForeignKey("jurors.id"), index=True)
    batch: Mapped[list[Any]] = mapped_column(default=list)
    ordering: Mapped[list[Any]] = mapped_column(default=list)
    updated_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None]
    tiebreak: Mapped[TieBreak] = relationship(lazy="raise")
    juror: Mapped[Juror] = relationship(lazy="raise")

    __table_args__ = (sa.UniqueConstraint("tiebreak_id", "juror_id"),)
