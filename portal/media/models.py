"""Uploads in progress, the assets they become, and the renditions made of them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Base, Claimable, Code, Created, Id, Versioned, choice
from portal.lifecycles import ASSET, AssetState, Lifecycle


class Slot(StrEnum):
    """What a file is for."""

    FILM = "film"
    POSTER = "poster"
    STILL = "still"
    SUBTITLE = "subtitle"


class RenditionKind(StrEnum):
    SCREENER = "screener"
    FRAME = "frame"
    WIDE = "wide"
    SMALL = "small"
    CAPTIONS = "captions"


class Asset(Versioned, Claimable, Base):
    """One file of an entry: received, probed, made playable, or refused with the reason.

    `storage_key` is a random id on the volume; `file_name` is what the creator called it, NFC, for display only.
    """

    __tablename__ = "assets"
    lifecycle: ClassVar[Lifecycle] = ASSET

    id: Mapped[Id]
    code: Mapped[Code]
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entries.id", ondelete="CASCADE"))
    slot: Mapped[Slot] = mapped_column(choice(Slot))
    state: Mapped[AssetState] = mapped_column(choice(AssetState), default=AssetState.AWAITED, index=True)
    uploaded_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    file_name: Mapped[str] = mapped_column(sa.String(255))
    content_type: Mapped[str] = mapped_column(sa.String(100), default="application/octet-stream")
    size: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    sha256: Mapped[str | None] = mapped_column(sa.String(64), index=True)
    storage_key: Mapped[str | None] = mapped_column(sa.String(80), unique=True)
    duration_ms: Mapped[int | None]
    width: Mapped[int | None]
    height: Mapped[int | None]
    fps_num: Mapped[int | None]
    fps_den: Mapped[int | None]
    audio_channels: Mapped[int | None]
    probe: Mapped[dict[str, Any]] = mapped_column(default=dict)
    findings: Mapped[list[Any]] = mapped_column(default=list)
    alt_ko: Mapped[str] = mapped_column(sa.String(300), default="")
    alt_en: Mapped[str] = mapped_column(sa.String(300), default="")
    progress_bp: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[Created]
    received_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    superseded_at: Mapped[datetime | None]
    renditions: Mapped[list[Rendition]] = relationship(
        back_populates="asset", order_by="Rendition.id", lazy="raise", cascade="all, delete-orphan"
    )

    __table_args__ = (
        sa.Index("ix_assets_entry_slot", "entry_id", "slot", "superseded_at"),
        sa.CheckConstraint("size >= 0", name="size"),
        sa.CheckConstraint("progress_bp BETWEEN 0 AND 10000", name="progress"),
    )


class Upload(Versioned, Base):
    """A resumable upload (tus 1.0): `received` bytes of `length` are on the volume."""

    __tablename__ = "uploads"

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(sa.String(64), unique=True)
    asset_id: Mapped[int] = mapped_column(sa.ForeignKey("assets.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id", ondelete="CASCADE"), index=True)
    length: Mapped[int] = mapped_column(sa.BigInteger)
    received: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    created_at: Mapped[Created]
    expires_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    asset: Mapped[Asset] = relationship(lazy="raise")

    __table_args__ = (sa.CheckConstraint("0 <= received AND received <= length", name="received"),)


class Rendition(Base):
    """A derivative we made and serve: stripped, neutral, re-encoded."""

    __tablename__ = "renditions"

    id: Mapped[Id]
    code: Mapped[Code]
    asset_id: Mapped[int] = mapped_column(sa.ForeignKey("assets.id", ondelete="CASCADE"))
    kind: Mapped[RenditionKind] = mapped_column(choice(RenditionKind))
    storage_key: Mapped[str] = mapped_column(sa.String(80), unique=True)
    content_type: Mapped[str] = mapped_column(sa.String(100))
    size: Mapped[int] = mapped_column(sa.BigInteger)
    width: Mapped[int | None]
    height: Mapped[int | None]
    created_at: Mapped[Created]
    asset: Mapped[Asset] = relationship(back_populates="renditions", lazy="raise")

    __table_args__ = (sa.UniqueConstraint("asset_id", "kind"),)
