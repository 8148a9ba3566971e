"""A film as it is programmed: its rating, what it owes, and the test play of the copy that is shown."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Base, Code, Created, Hash, Id, Versioned, choice, written_once
from portal.entries.models import Entry
from portal.lifecycles import MATERIAL, Lifecycle, MaterialState
from portal.media.models import Asset


class Feature(Versioned, Base):
    """A film in the programme: its own rating and content notes. Once locked, its copy is the one that is shown."""

    __tablename__ = "features"

    id: Mapped[Id]
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entries.id", ondelete="CASCADE"), unique=True)
    rating: Mapped[int] = mapped_column(default=0)
    notes_ko: Mapped[str] = mapped_column(sa.String(500), default="")
    notes_en: Mapped[str] = mapped_column(sa.String(500), default="")
    locked_sha256: Mapped[str | None] = mapped_column(sa.String(64))
    locked_at: Mapped[datetime | None]
    locked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    entry: Mapped[Entry] = relationship(lazy="raise")

    __table_args__ = (
        sa.CheckConstraint("rating IN (0, 12, 15, 19)", name="rating"),
        sa.CheckConstraint("(locked_at IS NULL) = (locked_sha256 IS NULL)", name="locked_copy"),
    )


class MaterialKind(StrEnum):
    """What a film owes the hall and the catalogue."""

    MASTER = "master"
    SUBTITLES_KO = "subtitles_ko"
    SUBTITLES_EN = "subtitles_en"
    STILLS = "stills"
    POSTER = "poster"
    LABEL_CARD = "label_card"


class Material(Versioned, Base):
    """One thing a film owes by a date. `asset_id` is the file here, `reference` a copy that travels otherwise (DCP)."""

    __tablename__ = "materials"
    lifecycle: ClassVar[Lifecycle] = MATERIAL

    id: Mapped[Id]
    code: Mapped[Code]
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entries.id", ondelete="CASCADE"))
    kind: Mapped[MaterialKind] = mapped_column(choice(MaterialKind))
    state: Mapped[MaterialState] = mapped_column(choice(MaterialState), default=MaterialState.AWAITED)
    due_at: Mapped[datetime]
    asset_id: Mapped[int | None] = mapped_column(sa.ForeignKey("assets.id", ondelete="SET NULL"))
    reference: Mapped[str] = mapped_column(sa.String(300), default="")
    reason: Mapped[str] = mapped_column(sa.String(500), default="")
    received_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    entry: Mapped[Entry] = relationship(lazy="raise")
    asset: Mapped[Asset | None] = relationship(lazy="raise")

    __table_args__ = (
        sa.UniqueConstraint("entry_id", "kind"),
        sa.Index("ix_materials_due", "state", "due_at"),
    )


@written_once
class TestPlay(Base):
    """Somebody watched this very copy in the hall of this screening; the newest of a film counts."""

    __tablename__ = "test_plays"
    __test__ = False

    id: Mapped[Id]
    screening_id: Mapped[int] = mapped_column(sa.ForeignKey("screenings.id", ondelete="CASCADE"))
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entries.id", ondelete="CASCADE"), index=True)
    sha256: Mapped[Hash]
    passed: Mapped[bool]
    note: Mapped[str] = mapped_column(sa.String(500), default="")
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    at: Mapped[Created]

    __table_args__ = (sa.Index("ix_test_plays_of_screening", "screening_id", "entry_id", "id"),)
