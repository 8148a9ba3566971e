"""What a round's scores come to, for each film and for each juror; recomputed, never edited."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Base, Id
from portal.entries.models import Entry


class Result(Base):
    """What a film's scores come to in a round, recomputed from the sheets; scores in points of 1 to 10.

    `rank` is shared by equal scores, `place` breaks ties by `p_top`, then by the number of scores; `raw_rank` is the
    plain means' own. `best_rank` and `worst_rank` are the extremes over leaving out each juror in turn; `panels` maps a
    panel's code to its plain mean. Where the jurors' films fall apart, ranks hold within a `component`.
    """

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
    raw_rank: Mapped[int | None]
    place: Mapped[int | None]
    best_rank: Mapped[int | None]
    worst_rank: Mapped[int | None]
    component: Mapped[int] = mapped_column(default=0)
    panels: Mapped[dict[str, Any]] = mapped_column(default=dict)
    spread: Mapped[float] = mapped_column(default=0.0)
    entry: Mapped[Entry] = relationship(lazy="raise")

    __table_args__ = (sa.UniqueConstraint("round_id", "entry_id"), sa.Index("ix_results_rank", "round_id", "rank"))


class Severity(Base):
    """How generous (above 0) or strict a juror was, in points: `offset` is taken off, `se` says how sure that is.

    `difference` is the plain mean distance from the co-jurors on the `shared` films. `slope` and `noise` say how the
    juror follows what others see and scatters against them; `alarm` means: ask, do not drop.
    """

    __tablename__ = "severities"

    round_id: Mapped[int] = mapped_column(sa.ForeignKey("rounds.id", ondelete="CASCADE"), primary_key=True)
    juror_id: Mapped[int] = mapped_column(sa.ForeignKey("jurors.id", ondelete="CASCADE"), primary_key=True)
    n: Mapped[int]
    offset: Mapped[float]
    se: Mapped[float]
    shared: Mapped[int]
    difference: Mapped[float]
    difference_se: Mapped[float]
    slope: Mapped[float | None]
    noise: Mapped[float | None]
    alarm: Mapped[bool] = mapped_column(default=False)
    component: Mapped[int] = mapped_column(default=0)
