"""Reasons why a juror must not judge a film, each hinted, confirmed or dismissed."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Created, Id, Versioned, choice


class ConflictSource(StrEnum):
    JUROR = "juror"
    ENTRANT = "entrant"
    COMPUTED = "computed"
    IP_OWNER = "ip_owner"
    MENTOR = "mentor"


class ConflictState(StrEnum):
    HINTED = "hinted"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"


class ConflictScope(StrEnum):
    """How far a conflict reaches from the film it was noted on."""

    FILM = "film"
    TEAM = "team"
    CATEGORY = "category"
    IP = "ip"


class Conflict(Versioned, Base):
    """A reason why a juror must not judge a film; hinted ones count until somebody dismisses them.

    `scope` tells how far it reaches from `entry_id`: that film, every film with somebody of its team, its category, or
    every film that uses the same owner's material. `reason` is what somebody told, `evidence` what the portal found (a
    list of kinds with their particulars, see hints), `answer` what was said when it was settled.
    """

    __tablename__ = "conflicts"

    id: Mapped[Id]
    juror_id: Mapped[int] = mapped_column(sa.ForeignKey("jurors.id", ondelete="CASCADE"))
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entries.id", ondelete="CASCADE"), index=True)
    source: Mapped[ConflictSource] = mapped_column(choice(ConflictSource))
    scope: Mapped[ConflictScope] = mapped_column(choice(ConflictScope), default=ConflictScope.FILM)
    status: Mapped[ConflictState] = mapped_column(choice(ConflictState), default=ConflictState.HINTED)
    reason: Mapped[str] = mapped_column(sa.String(200), default="")
    evidence: Mapped[list[Any]] = mapped_column(default=list)
    noted_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    noted_at: Mapped[Created]
    answer: Mapped[str] = mapped_column(sa.String(200), default="")
    settled_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    settled_at: Mapped[datetime | None]

    __table_args__ = (sa.UniqueConstraint("juror_id", "entry_id", "source"),)

    @property
    def bars(self) -> bool:
        """Whether nobody's word lets the juror judge the film: a mentor of its class, as the portal knows."""
        return self.source == ConflictSource.MENTOR and bool(self.evidence)
