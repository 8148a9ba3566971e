"""Uploads in progress, the assets they become, and the renditions made of them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal import clock
from portal.db import Base, Claimable, Code, Created, Id, Versioned, choice
from portal.lifecycles import ASSET, AssetState, Lifecycle


class Slot(StrEnum):
    """What a file is for."""

    FILM = "film"
    POSTER = "poster"
    STILL = "still"
    SUBTITLE = "subtitle"
    REPLACEMENT = "replacement"
    TRAILER = "trailer"
    CONSENT = "consent"
    EVIDENCE = "evidence"


class RenditionKind(StrEnum):
    SCREENER = "screener"
    FRAME = "frame"
    WIDE = "wide"
    SMALL = "small"
    CAPTIONS = "captions"
    STRIP = "strip"
    STREAM = "stream"


class Asset(Versioned, Claimable, Base):
    """One file of an entry: received, probed, made playable, or refused with the reason.

    `storage_key` is a random id on the volume; `file_name` is what the creator called it, NFC, for display only.
    `frozen_at` says when the file was handed in with its entry.
    `judged_at` is the moment of the verdict, `compared_at` that of the search for its likes; `credits_from_ms` is where
    the maker says the closing credits begin; `made_with` the tool that, by their word, an evidence clip comes from.
    A consent paper is encrypted at `sealed_at`, once examined; `plain_key` is where its plain bytes lie until they are
    deleted a moment later. One that was `carried_from_id` another is the same bytes under a second key.
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
    made_with: Mapped[str] = mapped_column(sa.String(120), default="")
    alt_ko: Mapped[str] = mapped_column(sa.String(300), default="")
    alt_en: Mapped[str] = mapped_column(sa.String(300), default="")
    progress_bp: Mapped[int] = mapped_column(default=0)
    credits_from_ms: Mapped[int | None]
    created_at: Mapped[Created]
    received_at: Mapped[datetime | None]
    judged_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    compared_at: Mapped[datetime | None]
    superseded_at: Mapped[datetime | None]
    frozen_at: Mapped[datetime | None]
    sealed_at: Mapped[datetime | None]
    plain_key: Mapped[str | None] = mapped_column(sa.String(80))
    carried_from_id: Mapped[int | None] = mapped_column(sa.ForeignKey("assets.id", ondelete="SET NULL"), index=True)
    renditions: Mapped[list[Rendition]] = relationship(
        back_populates="asset", order_by="Rendition.id", lazy="raise", cascade="all, delete-orphan"
    )

    __table_args__ = (
        sa.Index("ix_assets_entry_slot", "entry_id", "slot", "superseded_at"),
        sa.CheckConstraint("size >= 0", name="size"),
        sa.CheckConstraint("progress_bp BETWEEN 0 AND 10000", name="progress"),
        sa.CheckConstraint("credits_from_ms >= 0", name="credits"),
    )


class Upload(Versioned, Base):
    """A resumable upload (tus 1.0): `received` bytes of `length` are in the storage.

    `parts` is what an object store needs to go on: its own upload id and the tags of the parts it holds. There the
    one `writer` has the upload until `held_until`; on a volume the file's own lock says who writes.
    """

    __tablename__ = "uploads"

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(sa.String(64), unique=True)
    asset_id: Mapped[int] = mapped_column(sa.ForeignKey("assets.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id", ondelete="CASCADE"), index=True)
    length: Mapped[int] = mapped_column(sa.BigInteger)
    received: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    parts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    writer: Mapped[str | None] = mapped_column(sa.String(24))
    held_until: Mapped[datetime | None]
    created_at: Mapped[Created]
    expires_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    asset: Mapped[Asset] = relationship(lazy="raise")

    __table_args__ = (sa.CheckConstraint("0 <= received AND received <= length", name="received"),)


class Rendition(Base):
    """A derivative we made and serve: stripped, neutral, re-encoded. `name` tells the files of one stream apart."""

    __tablename__ = "renditions"

    id: Mapped[Id]
    code: Mapped[Code]
    asset_id: Mapped[int] = mapped_column(sa.ForeignKey("assets.id", ondelete="CASCADE"))
    kind: Mapped[RenditionKind] = mapped_column(choice(RenditionKind))
    name: Mapped[str] = mapped_column(sa.String(40), default="")
    storage_key: Mapped[str] = mapped_column(sa.String(80), unique=True)
    content_type: Mapped[str] = mapped_column(sa.String(100))
    size: Mapped[int] = mapped_column(sa.BigInteger)
    width: Mapped[int | None]
    height: Mapped[int | None]
    created_at: Mapped[Created]
    asset: Mapped[Asset] = relationship(back_populates="renditions", lazy="raise")

    __table_args__ = (sa.UniqueConstraint("asset_id", "kind", "name"),)


class Fingerprint(Base):
    """What a film looks and sounds like, for finding it again: 8 bytes a second of picture, Chromaprint's raw sound."""

    __tablename__ = "fingerprints"

    id: Mapped[Id]
    asset_id: Mapped[int] = mapped_column(sa.ForeignKey("assets.id", ondelete="CASCADE"), unique=True)
    picture: Mapped[bytes] = mapped_column(sa.LargeBinary)
    sound: Mapped[bytes] = mapped_column(sa.LargeBinary)
    created_at: Mapped[Created]


class Likeness(Base):
    """A later film that looks or sounds like an earlier one; shares of the shorter of the two, in basis points."""

    __tablename__ = "likenesses"

    id: Mapped[Id]
    asset_id: Mapped[int] = mapped_column(sa.ForeignKey("assets.id", ondelete="CASCADE"))
    earlier_id: Mapped[int] = mapped_column(sa.ForeignKey("assets.id", ondelete="CASCADE"), index=True)
    picture_bp: Mapped[int]
    sound_bp: Mapped[int]
    created_at: Mapped[Created]
    dismissed_at: Mapped[datetime | None]

    __table_args__ = (
        sa.UniqueConstraint("asset_id", "earlier_id"),
        sa.CheckConstraint("earlier_id < asset_id", name="order"),
        sa.CheckConstraint("picture_bp BETWEEN 0 AND 10000 AND sound_bp BETWEEN 0 AND 10000", name="shares"),
    )


class Viewing(Base):
    """What one person has seen of one film: a bit for each second, and where they stopped."""

    __tablename__ = "viewings"

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id", ondelete="CASCADE"))
    asset_id: Mapped[int] = mapped_column(sa.ForeignKey("assets.id", ondelete="CASCADE"), index=True)
    seconds: Mapped[bytes] = mapped_column(sa.LargeBinary, default=b"")
    watched_s: Mapped[int] = mapped_column(default=0)
    position_ms: Mapped[int] = mapped_column(default=0)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)

    __table_args__ = (
        sa.UniqueConstraint("person_id", "asset_id"),
        sa.CheckConstraint("watched_s >= 0 AND position_ms >= 0", name="watched"),
    )


class EndedRight(Base):
    """A right that playback tickets were issued under and that is over: every one of them is dead at once.

    The `key` is a name that whoever issued the tickets gave the right; the media know nothing else of it.
    """

    __tablename__ = "ended_rights"

    key: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    at: Mapped[Created]
