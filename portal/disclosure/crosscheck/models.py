"""What the cross-check of a disclosure with the entry's files found, and what was answered."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Code, Created, Id, Versioned, choice
from portal.lifecycles import FINDING, FindingState, Lifecycle


class Severity(StrEnum):
    """How much a finding matters to the office; POSITIVE speaks for the creator."""

    POSITIVE = "positive"
    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class CrossCheck(Base):
    """Up to when changes of an entry's files and disclosure were seen; its row is what two workers wait at."""

    __tablename__ = "cross_checks"

    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entries.id", ondelete="CASCADE"), primary_key=True)
    seen_until: Mapped[datetime | None]


class CrossFinding(Versioned, Base):
    """One difference, or one agreement, between a file of an entry and its disclosure.

    `kind` is the code of the specification, X00 to X14; `found` and `declared` are the facts at the last check, from
    which the sentence is made in the reader's language. `subject` tells findings of one kind and file apart (the tool,
    for one). `manual_check` is what an organizer saw by hand where no program can look, a watermark for one; `note` is
    why the finding was settled, and nobody settled one that a later check no longer found.
    """

    __tablename__ = "cross_findings"
    lifecycle: ClassVar[Lifecycle] = FINDING

    id: Mapped[Id]
    code: Mapped[Code]
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entries.id", ondelete="CASCADE"))
    asset_id: Mapped[int] = mapped_column(sa.ForeignKey("assets.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(3))
    subject: Mapped[str] = mapped_column(sa.String(120), default="")
    severity: Mapped[Severity] = mapped_column(choice(Severity))
    state: Mapped[FindingState] = mapped_column(choice(FindingState), default=FindingState.OPEN)
    found: Mapped[dict[str, Any]] = mapped_column(default=dict)
    declared: Mapped[dict[str, Any]] = mapped_column(default=dict)
    answer: Mapped[str] = mapped_column(sa.Text, default="")
    answered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    answered_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(sa.Text, default="")
    manual_check: Mapped[str] = mapped_column(sa.Text, default="")
    settled_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    created_at: Mapped[Created]

    __table_args__ = (sa.UniqueConstraint("entry_id", "kind", "asset_id", "subject"),)
