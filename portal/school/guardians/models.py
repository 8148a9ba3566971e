"""A guardian's word on a student under age."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Code, Created, Id, Short, Versioned, choice
from portal.lifecycles import GUARDIAN, GuardianState, Lifecycle


class GuardianConsent(Versioned, Base):
    """Asked by a signed link or noted from a paper; `text` is what was consented to, word for word.

    One that is asked for or given stands for a student of a class at a time. It belongs to the student and not to the
    place in the class: whoever is taken out is still in the films, and the link in the guardian's mail goes on.
    `note` says where a paper is kept.
    """

    __tablename__ = "guardian_consents"
    lifecycle: ClassVar[Lifecycle] = GUARDIAN

    id: Mapped[Id]
    code: Mapped[Code]
    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("cohorts.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id", ondelete="CASCADE"), index=True)
    state: Mapped[GuardianState] = mapped_column(choice(GuardianState), default=GuardianState.ASKED)
    guardian_name: Mapped[Short]
    guardian_email: Mapped[str] = mapped_column(sa.String(254), default="")
    language: Mapped[str] = mapped_column(sa.String(2), default="ko")
    text: Mapped[str] = mapped_column(sa.Text, default="")
    signed_name: Mapped[str] = mapped_column(sa.String(200), default="")
    note: Mapped[str] = mapped_column(sa.String(500), default="")
    asked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    asked_at: Mapped[Created]
    answered_at: Mapped[datetime | None]

    __table_args__ = (
        sa.Index("ix_guardian_consents_student", "cohort_id", "person_id"),
        sa.Index(
            "uq_guardian_consents_standing",
            "cohort_id",
            "person_id",
            unique=True,
            sqlite_where=sa.text("state IN ('asked', 'signed', 'paper')"),
            postgresql_where=sa.text("state IN ('asked', 'signed', 'paper')"),
        ),
    )
