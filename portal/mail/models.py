"""Outgoing mails as rows; one row for each (object, transition, kind, recipient), sent at most once."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Claimable, Code, Created, Id, Short, Text, Versioned, choice
from portal.lifecycles import MAIL, Lifecycle, MailState

TIED = "with:"
"""A batch whose name starts so leaves with the announcement it tells of, never by itself."""


class OutgoingMail(Versioned, Claimable, Base):
    """A mail as it will leave, rendered when it was queued; DRAFT ones wait for a person's release."""

    __tablename__ = "outgoing_mails"
    lifecycle: ClassVar[Lifecycle] = MAIL

    id: Mapped[Id]
    state: Mapped[MailState] = mapped_column(choice(MailState), default=MailState.QUEUED, index=True)
    kind: Mapped[str] = mapped_column(sa.String(40))
    object_kind: Mapped[str] = mapped_column(sa.String(40))
    object_id: Mapped[int]
    transition: Mapped[str] = mapped_column(sa.String(60))
    recipient: Mapped[str] = mapped_column(sa.String(254))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"), index=True)
    edition_id: Mapped[int | None] = mapped_column(sa.ForeignKey("editions.id"))
    batch: Mapped[str | None] = mapped_column(sa.String(60), index=True)
    language: Mapped[str] = mapped_column(sa.String(2))
    subject: Mapped[Short]
    text: Mapped[Text]
    html: Mapped[Text]
    attachments: Mapped[list[Any]] = mapped_column(default=list)
    created_at: Mapped[Created]
    send_after: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    message_id: Mapped[str | None] = mapped_column(sa.String(120), unique=True)
    uncertain: Mapped[bool] = mapped_column(default=False)

    @property
    def tied(self) -> bool:
        """Whether the mail leaves only with the announcement it tells of."""
        return self.state == MailState.DRAFT and (self.batch or "").startswith(TIED)

    __table_args__ = (
        sa.UniqueConstraint("object_kind", "object_id", "transition", "kind", "recipient"),
        sa.Index("ix_outgoing_mails_state_lease", "state", "lease_until"),
    )


class Suppression(Base):
    """An address that nothing is sent to, because mail to it came back for good or somebody asked for that."""

    __tablename__ = "suppressions"

    id: Mapped[Id]
    code: Mapped[Code]
    address: Mapped[str] = mapped_column(sa.String(254), unique=True)
    reason: Mapped[str] = mapped_column(sa.String(500))
    since: Mapped[Created]
