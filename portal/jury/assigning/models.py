"""Plans as they were worked out, and the assignments of jurors to films that came of them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from portal.db import Base, Claimable, Code, Created, Id, Versioned, choice
from portal.entries.models import Entry
from portal.jury.models import Juror, Round
from portal.jury.scoring.models import ScoreSheet
from portal.lifecycles import ASSIGNMENT, RUN, AssignmentState, Lifecycle, RunState


class RunKind(StrEnum):
    """A plan for the whole round, or one that fills what was lost and leaves the rest."""

    FULL = "full"
    REPAIR = "repair"


class AssignmentRun(Versioned, Claimable, Base):
    """One working-out of a round's plan, with everything needed to work it out again and get the same.

    `instance` and `pairs` are gzipped JSON in the neutral format, `fingerprint` the SHA-256 over what decides the plan.
    """

    __tablename__ = "assignment_runs"
    lifecycle: ClassVar[Lifecycle] = RUN

    id: Mapped[Id]
    code: Mapped[Code]
    round_id: Mapped[int] = mapped_column(sa.ForeignKey("rounds.id", ondelete="CASCADE"), index=True)
    kind: Mapped[RunKind] = mapped_column(choice(RunKind), default=RunKind.FULL)
    state: Mapped[RunState] = mapped_column(choice(RunState), default=RunState.WANTED)
    kappa_bp: Mapped[int] = mapped_column(default=2000)
    seed: Mapped[int] = mapped_column(default=2024)
    engine: Mapped[str] = mapped_column(sa.String(40), default="")
    fingerprint: Mapped[str] = mapped_column(sa.String(64), default="")
    instance: Mapped[bytes | None] = deferred(mapped_column(sa.LargeBinary))
    pairs: Mapped[bytes | None] = deferred(mapped_column(sa.LargeBinary))
    report: Mapped[dict[str, Any]] = mapped_column(default=dict)
    wanted_at: Mapped[Created]
    wanted_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    solved_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]

    __table_args__ = (
        # A round has one plan at a time that is being worked out or waits for its publication.
        sa.Index(
            "uq_assignment_runs_one_at_a_time",
            "round_id",
            unique=True,
            sqlite_where=sa.text("state IN ('wanted', 'proposed')"),
            postgresql_where=sa.text("state IN ('wanted', 'proposed')"),
        ),
    )


class Assignment(Versioned, Base):
    """One juror for one film. `code` and `position` are neutral: they tell nothing of the entry or of others.
    `run_id` is the plan that proposed it; `fixed` ones were set by hand and stay in every later plan."""

    __tablename__ = "assignments"
    lifecycle: ClassVar[Lifecycle] = ASSIGNMENT

    id: Mapped[Id]
    code: Mapped[Code]
    round_id: Mapped[int] = mapped_column(sa.ForeignKey("rounds.id", ondelete="CASCADE"))
    juror_id: Mapped[int] = mapped_column(sa.ForeignKey("jurors.id"))
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entries.id"), index=True)
    state: Mapped[AssignmentState] = mapped_column(choice(AssignmentState), default=AssignmentState.PROPOSED)
    run_id: Mapped[int | None] = mapped_column(sa.ForeignKey("assignment_runs.id", ondelete="SET NULL"))
    position: Mapped[int] = mapped_column(default=0)
    fixed: Mapped[bool] = mapped_column(default=False)
    reasons: Mapped[dict[str, Any]] = mapped_column(default=dict)
    watched_s: Mapped[int] = mapped_column(default=0)
    left_reason: Mapped[str] = mapped_column(sa.Text, default="")
    published_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    round: Mapped[Round] = relationship(lazy="raise")
    juror: Mapped[Juror] = relationship(lazy="raise")
    entry: Mapped[Entry] = relationship(lazy="raise")
    sheet: Mapped[ScoreSheet | None] = relationship(back_populates="assignment", lazy="raise", uselist=False)

    __table_args__ = (
        sa.UniqueConstraint("juror_id", "entry_id"),
        sa.Index("ix_assignments_queue", "juror_id", "state"),
        sa.Index("ix_assignments_round_state", "round_id", "state"),
    )
