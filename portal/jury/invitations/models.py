"""A selected film's invitation."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Base, Code, Created, Id, Versioned, choice
from portal.entries.models import Entry
from portal.lifecycles import INVITATION, InvitationState, Lifecycle


class FilmInvitation(Versioned, Base):
    """Made when a selection is announced: its makers confirm or decline by `answer_by`, after which it lapses.

    A later round that selects the film again takes it over, unless it was declined or had lapsed: `decision_id` moves.
    `reason` is why they declined, or who told the office by other means. `offered_at` is when a reserve was first made
    ready for its place: from then on the desk decides, and the portal makes nothing ready by itself.
    """

    __tablename__ = "film_invitations"
    lifecycle: ClassVar[Lifecycle] = INVITATION

    id: Mapped[Id]
    code: Mapped[Code]
    decision_id: Mapped[int] = mapped_column(sa.ForeignKey("decisions.id", ondelete="CASCADE"), unique=True)
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entries.id", ondelete="CASCADE"), index=True)
    state: Mapped[InvitationState] = mapped_column(choice(InvitationState), default=InvitationState.INVITED)
    invited_at: Mapped[Created]
    answer_by: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    reason: Mapped[str] = mapped_column(sa.String(500), default="")
    offered_at: Mapped[datetime | None]
    entry: Mapped[Entry] = relationship(lazy="raise")

    __table_args__ = (sa.CheckConstraint("invited_at < answer_by", name="answer_by"),)
