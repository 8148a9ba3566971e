"""Reminders as rows."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Claimable, Created, Id, Versioned, choice
from portal.lifecycles import REMINDER, Lifecycle, ReminderState


class Reminder(Versioned, Claimable, Base):
    """Somebody is to be reminded of an object for the `nth` time at `due_at`: once, and not when the reason has ended.

    `reason` says why it was cancelled.
    """

    __tablename__ = "reminders"
    lifecycle: ClassVar[Lifecycle] = REMINDER

    id: Mapped[Id]
    state: Mapped[ReminderState] = mapped_column(choice(ReminderState), default=ReminderState.PLANNED)
    kind: Mapped[str] = mapped_column(sa.String(40))
    object_kind: Mapped[str] = mapped_column(sa.String(40))
    object_id: Mapped[int]
    recipient: Mapped[str] = mapped_column(sa.String(254))
    nth: Mapped[int] = mapped_column(default=1)
    edition_id: Mapped[int | None] = mapped_column(sa.ForeignKey("editions.id"), index=True)
    due_at: Mapped[datetime]
    created_at: Mapped[Created]
    settled_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(sa.String(60), default="")

    __table_args__ = (
        sa.UniqueConstraint("kind", "object_kind", "object_id", "recipient", "nth"),
        sa.Index("ix_reminders_due", "state", "due_at"),
        sa.CheckConstraint("nth BETWEEN 1 AND 9", name="nth"),
    )
