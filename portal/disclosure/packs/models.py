"""The Actor-IP pack of a category: its owner's material, the licence in versions, the teams that took it, its use."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Base, Code, Created, Id, Short, Text, Versioned


class Pack(Versioned, Base):
    """Material that an owner lends to the films of one category; `domains` and `people` are the owner's staff.

    From `published_at` on only teams with a living licence hand films in there; licences end with `ends_on`.
    """

    __tablename__ = "packs"

    id: Mapped[Id]
    code: Mapped[Code]
    category_id: Mapped[int] = mapped_column(sa.ForeignKey("categories.id", ondelete="CASCADE"), unique=True)
    name_ko: Mapped[Short]
    name_en: Mapped[Short]
    owner: Mapped[Short]
    ends_on: Mapped[date]
    domains: Mapped[list[str]] = mapped_column(default=list)
    people: Mapped[list[str]] = mapped_column(default=list)
    published_at: Mapped[datetime | None]
    created_at: Mapped[Created]
    versions: Mapped[list[PackLicence]] = relationship(
        order_by="PackLicence.version", lazy="raise", cascade="all, delete-orphan"
    )
    files: Mapped[list[PackFile]] = relationship(order_by="PackFile.id", lazy="raise", cascade="all, delete-orphan")


class PackLicence(Base):
    """One version of the licence's words; never changed."""

    __tablename__ = "pack_licences"

    id: Mapped[Id]
    pack_id: Mapped[int] = mapped_column(sa.ForeignKey("packs.id", ondelete="CASCADE"))
    version: Mapped[int]
    text_ko: Mapped[Text]
    text_en: Mapped[Text]
    written_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    created_at: Mapped[Created]

    __table_args__ = (sa.UniqueConstraint("pack_id", "version"),)


class PackFile(Base):
    """One file of the material; taken away it is no longer given out, and its log stays."""

    __tablename__ = "pack_files"

    id: Mapped[Id]
    code: Mapped[Code]
    pack_id: Mapped[int] = mapped_column(sa.ForeignKey("packs.id", ondelete="CASCADE"), index=True)
    file_name: Mapped[str] = mapped_column(sa.String(255))
    size: Mapped[int] = mapped_column(sa.BigInteger)
    sha256: Mapped[str] = mapped_column(sa.String(64))
    storage_key: Mapped[str | None] = mapped_column(sa.String(80), unique=True)
    added_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    created_at: Mapped[Created]
    removed_at: Mapped[datetime | None]


class PackTeam(Base):
    """A team's licence: accepted by its entry's owner in one version; `code` is the mark in everything they get."""

    __tablename__ = "pack_teams"

    id: Mapped[Id]
    code: Mapped[Code]
    pack_id: Mapped[int] = mapped_column(sa.ForeignKey("packs.id", ondelete="CASCADE"))
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entries.id", ondelete="CASCADE"), index=True)
    licence_id: Mapped[int] = mapped_column(sa.ForeignKey("pack_licences.id", ondelete="CASCADE"))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    accepted_at: Mapped[Created]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str] = mapped_column(sa.String(300), default="")
    licence: Mapped[PackLicence] = relationship(lazy="raise")

    __table_args__ = (sa.UniqueConstraint("pack_id", "entry_id"),)


class PackUse(Base):
    """Who took which file for which team, when."""

    __tablename__ = "pack_uses"

    id: Mapped[Id]
    team_id: Mapped[int] = mapped_column(sa.ForeignKey("pack_teams.id", ondelete="CASCADE"), index=True)
    file_id: Mapped[int] = mapped_column(sa.ForeignKey("pack_files.id", ondelete="CASCADE"))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    at: Mapped[Created]
