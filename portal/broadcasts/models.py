"""Letters from the office."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Code, Created, Id, Short, Versioned, choice
from portal.lifecycles import BROADCAST, BroadcastState, Lifecycle
from portal.mail.models import Topic


class Broadcast(Versioned, Base):
    """A letter in both languages to everybody of an audience; prepared, it waits in the outbox as a held batch.

    `audience` is one of portal.broadcasts.audiences, `place` the cohort, call, round or screening it is narrowed to.
    """

    __tablename__ = "broadcasts"
    lifecycle: ClassVar[Lifecycle] = BROADCAST

    id: Mapped[Id]
    code: Mapped[Code]
    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("editions.id"), index=True)
    state: Mapped[BroadcastState] = mapped_column(choice(BroadcastState), default=BroadcastState.DRAFT)
    name: Mapped[Short]
    topic: Mapped[Topic] = mapped_column(choice(Topic))
    audience: Mapped[str] = mapped_column(sa.String(40))
    place: Mapped[str] = mapped_column(sa.String(40), default="")
    subject_ko: Mapped[str] = mapped_column(sa.String(200), default="")
    subject_en: Mapped[str] = mapped_column(sa.String(200), default="")
    body_ko: Mapped[str] = mapped_column(sa.Text, default="")
    body_en: Mapped[str] = mapped_column(sa.Text, default="")
    made_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    created_at: Mapped[Created]
    prepared_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
