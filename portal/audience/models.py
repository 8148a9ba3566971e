"""Seats booked, waited for, offered and used."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Base, Code, Created, Id, Short, Versioned, choice
from portal.lifecycles import SEAT, Lifecycle, SeatState
from portal.programme.models import Screening

_HELD = "state IN ('waitlisted', 'offered', 'confirmed', 'checked_in')"


class Booking(Versioned, Base):
    """A party of one to four for one screening; at most one live booking for each address and screening.

    `position` orders the waiting list densely; tickets and offers are opened by signed links.
    """

    __tablename__ = "bookings"
    lifecycle: ClassVar[Lifecycle] = SEAT

    id: Mapped[Id]
    code: Mapped[Code]
    screening_id: Mapped[int] = mapped_column(sa.ForeignKey("screenings.id"))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"), index=True)
    state: Mapped[SeatState] = mapped_column(choice(SeatState))
    name: Mapped[Short]
    email: Mapped[str] = mapped_column(sa.String(254))
    language: Mapped[str] = mapped_column(sa.String(2), default="ko")
    party: Mapped[int]
    access_needs: Mapped[str] = mapped_column(sa.String(300), default="")
    position: Mapped[int | None]
    offered_until: Mapped[datetime | None]
    created_at: Mapped[Created]
    checked_in_at: Mapped[datetime | None]
    checked_in_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    screening: Mapped[Screening] = relationship(lazy="raise")

    __table_args__ = (
        sa.CheckConstraint("party BETWEEN 1 AND 4", name="party"),
        sa.UniqueConstraint("screening_id", "position"),
        sa.Index("ix_bookings_state", "screening_id", "state", "position"),
        sa.Index(
            "uq_bookings_live",
            "screening_id",
            "email",
            unique=True,
            sqlite_where=sa.text(_HELD),
            postgresql_where=sa.text(_HELD),
        ),
    )
