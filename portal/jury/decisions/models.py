"""Decisions on films with the quotas they keep, and the thread on a film that needs talking about."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Base, Code, Created, Id, Versioned, choice
from portal.entries.models import Entry
from portal.lifecycles import DECISION, DecisionState, Lifecycle


class Outcome(StrEnum):
    SELECTED = "selected"
    RESERVE = "reserve"
    NOT_SELECTED = "not_selected"


class Decision(Versioned, Base):
    """Decided now, announced later: pending decisions are invisible outside the desk until their release.

    `position` orders the reserves where the desk has ordered them by hand (0: by the ranking); `replaces_id` is the
    selection whose place this film took over, each at most once. `undeliverable` says why nobody could be told by mail.
    """

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
    position: Mapped[int] = mapped_column(default=0)
    replaces_id: Mapped[int | None] = mapped_column(sa.ForeignKey("decisions.id", ondelete="SET NULL"), unique=True)
    undeliverable: Mapped[str] = mapped_column(sa.Text, default="")
    entry: Mapped[Entry] = relationship(lazy="raise")

    __table_args__ = (
        sa.UniqueConstraint("round_id", "entry_id"),
        sa.CheckConstraint("state = 'undecided' OR outcome IS NOT NULL", name="outcome_once_decided"),
        sa.CheckConstraint(
            "released_by_id IS NULL OR decided_by_id IS NULL OR released_by_id <> decided_by_id", name="second_person"
        ),
    )


class QuotaKind(StrEnum):
    """What a quota counts: films of a category, of a school's cohort, of a country; or minutes of film in all."""

    CATEGORY = "category"
    SCHOOL = "school"
    COUNTRY = "country"
    MINUTES = "minutes"


class Quota(Base):
    """How many selected films (or minutes) there should be at least or at most; `key` is a code, empty for minutes."""

    __tablename__ = "quotas"

    id: Mapped[Id]
    round_id: Mapped[int] = mapped_column(sa.ForeignKey("rounds.id", ondelete="CASCADE"))
    kind: Mapped[QuotaKind] = mapped_column(choice(QuotaKind))
    key: Mapped[str] = mapped_column(sa.String(40), default="")
    at_least: Mapped[int | None]
    at_most: Mapped[int | None]

    __table_args__ = (
        sa.UniqueConstraint("round_id", "kind", "key"),
        sa.CheckConstraint("at_least IS NOT NULL OR at_most IS NOT NULL", name="bounded"),
        sa.CheckConstraint("at_least IS NULL OR at_most IS NULL OR at_least <= at_most", name="ordered"),
        sa.CheckConstraint("coalesce(at_least, 0) >= 0 AND coalesce(at_most, 0) >= 0", name="positive"),
    )


class Discussion(Versioned, Base):
    """A film on the round's discussion list; its thread is for the chair and the jurors who judged it.

    `outcome` is what the chair wrote down at its end.
    """

    __tablename__ = "discussions"

    id: Mapped[Id]
    code: Mapped[Code]
    round_id: Mapped[int] = mapped_column(sa.ForeignKey("rounds.id", ondelete="CASCADE"))
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entries.id", ondelete="CASCADE"), index=True)
    reason: Mapped[str] = mapped_column(sa.String(300), default="")
    outcome: Mapped[str] = mapped_column(sa.String(2000), default="")
    opened_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    opened_at: Mapped[Created]
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    entry: Mapped[Entry] = relationship(lazy="raise")

    __table_args__ = (sa.UniqueConstraint("round_id", "entry_id"),)


class Remark(Base):
    """What somebody said in a discussion; a juror speaks under the seat's label, the chair as the chair."""

    __tablename__ = "remarks"

    id: Mapped[Id]
    discussion_id: Mapped[int] = mapped_column(sa.ForeignKey("discussions.id", ondelete="CASCADE"), index=True)
    juror_id: Mapped[int | None] = mapped_column(sa.ForeignKey("jurors.id", ondelete="CASCADE"))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    text: Mapped[str] = mapped_column(sa.String(2000))
    at: Mapped[Created]
