"""Browsers that asked to be told at once."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Code, Created, Id


class PushSubscription(Base):
    """One browser of a person (Web Push, RFC 8030): where messages to it go, and the keys that seal them (RFC 8291).

    It is told nothing once the sign-in it was asked for in, `session_id`, has ended or run out.
    """

    __tablename__ = "push_subscriptions"

    id: Mapped[Id]
    code: Mapped[Code]
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id", ondelete="CASCADE"), index=True)
    session_id: Mapped[int] = mapped_column(sa.ForeignKey("sign_in_sessions.id", ondelete="CASCADE"), index=True)
    endpoint: Mapped[str] = mapped_column(sa.String(700), unique=True)
    p256dh: Mapped[str] = mapped_column(sa.String(120))
    auth: Mapped[str] = mapped_column(sa.String(60))
    device: Mapped[str] = mapped_column(sa.String(120), default="")
    created_at: Mapped[Created]
    reached_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
