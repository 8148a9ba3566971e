"""Other engagements of people, and plans that a solver worked out for whole days."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Claimable, Code, Created, Id, Short, Versioned, choice
from portal.lifecycles import PLACING, Lifecycle, PlacingState


class EngagementRole(StrEnum):
    """As what somebody is engaged."""

    JUROR = "juror"
    MODERATOR = "moderator"
    GUEST = "guest"
    STAFF = "staff"


class Engagement(Versioned, Base):
    """Where else somebody has to be: a jury's meeting at its own time, or a screening whose films a juror watches."""

    __tablename__ = "engagements"

    id: Mapped[Id]
    code: Mapped[Code]
    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("editions.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"), index=True)
    email: Mapped[str] = mapped_column(sa.String(254))
    name: Mapped[Short]
    role: Mapped[EngagementRole] = mapped_column(choice(EngagementRole))
    what: Mapped[str] = mapped_column(sa.String(200), default="")
    screening_id: Mapped[int | None] = mapped_column(sa.ForeignKey("screenings.id", ondelete="CASCADE"), index=True)
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]

    __table_args__ = (
        sa.CheckConstraint(
            "(screening_id IS NULL) = (starts_at IS NOT NULL AND ends_at IS NOT NULL) AND"
            " (starts_at IS NULL OR starts_at < ends_at)",
            name="when",
        ),
        sa.UniqueConstraint("email", "screening_id"),
        sa.UniqueConstraint("email", "starts_at"),
    )


class Placing(Versioned, Claimable, Base):
    """One working-out of days from the tray: what was asked, what was found, how good it is proven to be.

    `instance` and `outcome` are plain data of portal.programme.placing's pure modules; the report names the bound.
    """

    __tablename__ = "placings"
    lifecycle: ClassVar[Lifecycle] = PLACING

    id: Mapped[Id]
    code: Mapped[Code]
    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("editions.id"), index=True)
    state: Mapped[PlacingState] = mapped_column(choice(PlacingState), default=PlacingState.WANTED)
    days: Mapped[list[str]] = mapped_column(default=list)
    instance: Mapped[dict[str, Any]] = mapped_column(default=dict)
    outcome: Mapped[dict[str, Any]] = mapped_column(default=dict)
    report: Mapped[dict[str, Any]] = mapped_column(default=dict)
    wanted_at: Mapped[Created]
    wanted_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    solved_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]

    __table_args__ = (
        sa.Index(
            "uq_placings_one_at_a_time",
            "edition_id",
            unique=True,
            sqlite_where=sa.text("state IN ('wanted', 'solved')"),
            postgresql_where=sa.text("state IN ('wanted', 'solved')"),
        ),
    )
