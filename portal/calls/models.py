"""An edition of the festival, its calls for entries, their categories and regulations."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Base, Created, Id, Short, Text, Versioned, choice, written_once


class CallKind(StrEnum):
    FESTIVAL = "festival"
    SCHOOL = "school"


class Gel(StrEnum):
    """The lighting gel that marks a section everywhere; its name always stands beside it."""

    AI = "ai"
    SCHOOL = "school"
    WORLD = "world"
    DOC = "doc"
    LAB = "lab"
    EVENT = "event"


class Edition(Versioned, Base):
    """One year of the festival; `prefix` starts every entry number, as in PAN27-7K3QX."""

    __tablename__ = "editions"

    id: Mapped[Id]
    slug: Mapped[str] = mapped_column(sa.String(40), unique=True)
    prefix: Mapped[str] = mapped_column(sa.String(8), unique=True)
    name_ko: Mapped[Short]
    name_en: Mapped[Short]
    tagline_ko: Mapped[str] = mapped_column(sa.Text, default="")
    tagline_en: Mapped[str] = mapped_column(sa.Text, default="")
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    published_at: Mapped[datetime | None]
    calls: Mapped[list[Call]] = relationship(back_populates="edition", order_by="Call.id", lazy="raise")


class Call(Versioned, Base):
    """A call for entries: who may enter what until when. Moments are UTC; pages say KST."""

    __tablename__ = "calls"

    id: Mapped[Id]
    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("editions.id"), index=True)
    slug: Mapped[str] = mapped_column(sa.String(40), unique=True)
    kind: Mapped[CallKind] = mapped_column(choice(CallKind))
    name_ko: Mapped[Short]
    name_en: Mapped[Short]
    intro_ko: Mapped[str] = mapped_column(sa.Text, default="")
    intro_en: Mapped[str] = mapped_column(sa.Text, default="")
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    grace_minutes: Mapped[int] = mapped_column(default=120)
    entry_limit: Mapped[int] = mapped_column(default=3)
    published_at: Mapped[datetime | None]
    edition: Mapped[Edition] = relationship(back_populates="calls", lazy="raise")
    categories: Mapped[list[Category]] = relationship(back_populates="call", order_by="Category.position", lazy="raise")

    __table_args__ = (
        sa.CheckConstraint("opens_at < closes_at", name="opens_before_closes"),
        sa.CheckConstraint("entry_limit BETWEEN 1 AND 50", name="entry_limit"),
    )


class Category(Base):
    """A category with its running-time rule (seconds) and its rules on AI use (see disclosure.rules).

    `ai_rules` repeats the policies of the version in force, `rules_version`, so that pages need not ask for it.
    """

    __tablename__ = "categories"

    id: Mapped[Id]
    call_id: Mapped[int] = mapped_column(sa.ForeignKey("calls.id"))
    code: Mapped[str] = mapped_column(sa.String(24))
    name_ko: Mapped[Short]
    name_en: Mapped[Short]
    about_ko: Mapped[str] = mapped_column(sa.Text, default="")
    about_en: Mapped[str] = mapped_column(sa.Text, default="")
    gel: Mapped[Gel] = mapped_column(choice(Gel))
    min_seconds: Mapped[int] = mapped_column(default=0)
    max_seconds: Mapped[int]
    min_height: Mapped[int] = mapped_column(default=720)
    ai_rules: Mapped[list[Any]] = mapped_column(default=list)
    rules_version: Mapped[int] = mapped_column(default=1)
    position: Mapped[int] = mapped_column(default=0)
    call: Mapped[Call] = relationship(back_populates="categories", lazy="raise")

    __table_args__ = (
        sa.UniqueConstraint("call_id", "code"),
        sa.CheckConstraint("0 <= min_seconds AND min_seconds < max_seconds", name="seconds"),
    )


@written_once
class RuleVersion(Base):
    """One published version of a category's rules on AI use; an entry is judged by the one it was submitted under."""

    __tablename__ = "rule_versions"

    id: Mapped[Id]
    category_id: Mapped[int] = mapped_column(sa.ForeignKey("categories.id", ondelete="CASCADE"))
    version: Mapped[int]
    rules: Mapped[list[Any]] = mapped_column(default=list)
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    published_at: Mapped[Created]

    __table_args__ = (sa.UniqueConstraint("category_id", "version"),)


class Regulations(Base):
    """One published version of a call's rules; an entry is judged by the version it was submitted under."""

    __tablename__ = "regulations"

    id: Mapped[Id]
    call_id: Mapped[int] = mapped_column(sa.ForeignKey("calls.id"))
    version: Mapped[int]
    text_ko: Mapped[Text]
    text_en: Mapped[Text]
    change_note: Mapped[str] = mapped_column(sa.Text, default="")
    published_at: Mapped[Created]

    __table_args__ = (sa.UniqueConstraint("call_id", "version"),)
