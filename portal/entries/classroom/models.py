"""A class's own rows about its films."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Person
from portal.db import Base, Code, Created, Id, Versioned, written_once


class PeerNote(Versioned, Base):
    """What a classmate wrote to a film's makers; a mentor or the office may hide it."""

    __tablename__ = "peer_notes"

    id: Mapped[Id]
    code: Mapped[Code]
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entries.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id", ondelete="CASCADE"))
    text: Mapped[str] = mapped_column(sa.String(1000))
    created_at: Mapped[Created]
    hidden_at: Mapped[datetime | None]
    hidden_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    person: Mapped[Person] = relationship(lazy="raise", foreign_keys=[person_id])


class PeerVote(Base):
    """A student's vote for a classmate's film; how many each has is counted in the enrolment."""

    __tablename__ = "peer_votes"

    id: Mapped[Id]
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entries.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id", ondelete="CASCADE"), index=True)
    at: Mapped[Created]

    __table_args__ = (sa.UniqueConstraint("entry_id", "person_id"),)


class Prompt(Versioned, Base):
    """One line of a team's prompt log: coursework for team, mentors and office, never shown to jurors."""

    __tablename__ = "prompts"

    id: Mapped[Id]
    code: Mapped[Code]
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entries.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    tool: Mapped[str] = mapped_column(sa.String(120), default="")
    text: Mapped[str] = mapped_column(sa.Text)
    outcome: Mapped[str] = mapped_column(sa.String(500), default="")
    created_at: Mapped[Created]


@written_once
class Promotion(Base):
    """A class's frozen film entered in a festival call; once a call."""

    __tablename__ = "promotions"

    id: Mapped[Id]
    source_id: Mapped[int] = mapped_column(sa.ForeignKey("entries.id", ondelete="CASCADE"))
    call_id: Mapped[int] = mapped_column(sa.ForeignKey("calls.id"))
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entries.id", ondelete="CASCADE"), unique=True)
    receipt_id: Mapped[int | None] = mapped_column(sa.ForeignKey("receipts.id", ondelete="SET NULL"))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    at: Mapped[Created]

    __table_args__ = (
        sa.UniqueConstraint("source_id", "call_id"),
        sa.CheckConstraint("source_id <> entry_id", name="another"),
    )
