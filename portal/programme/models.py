"""Venues and halls, packages of shorts, screenings, Q&A sessions with their guests, and published versions."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.calls.models import Gel
from portal.db import Base, Code, Created, Hash, Id, Short, Versioned, choice
from portal.entries.models import Entry
from portal.lifecycles import GUEST, SCREENING, GuestState, Lifecycle, ScreeningState


class Venue(Base):
    """A place with one or more halls."""

    __tablename__ = "venues"

    id: Mapped[Id]
    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("editions.id"), index=True)
    name_ko: Mapped[Short]
    name_en: Mapped[Short]
    address_ko: Mapped[str] = mapped_column(sa.String(300), default="")
    address_en: Mapped[str] = mapped_column(sa.String(300), default="")
    halls: Mapped[list[Hall]] = relationship(back_populates="venue", order_by="Hall.position", lazy="raise")


class Hall(Base):
    """A room with seats and the minutes it needs between two screenings."""

    __tablename__ = "halls"

    id: Mapped[Id]
    venue_id: Mapped[int] = mapped_column(sa.ForeignKey("venues.id"), index=True)
    name_ko: Mapped[Short]
    name_en: Mapped[Short]
    seats: Mapped[int]
    accessible_seats: Mapped[int] = mapped_column(default=0)
    turnaround_min: Mapped[int] = mapped_column(default=20)
    position: Mapped[int] = mapped_column(default=0)
    venue: Mapped[Venue] = relationship(back_populates="halls", lazy="raise")

    __table_args__ = (sa.CheckConstraint("seats > 0 AND accessible_seats <= seats", name="seats"),)


class Package(Versioned, Base):
    """Films shown together in one order; an omnibus is a package."""

    __tablename__ = "packages"

    id: Mapped[Id]
    code: Mapped[Code]
    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("editions.id"), index=True)
    title_ko: Mapped[Short]
    title_en: Mapped[Short]
    subtitle_ko: Mapped[str] = mapped_column(sa.String(200), default="")
    subtitle_en: Mapped[str] = mapped_column(sa.String(200), default="")
    gel: Mapped[Gel] = mapped_column(choice(Gel), default=Gel.AI)
    rating: Mapped[int] = mapped_column(default=0)
    bumper_s: Mapped[int] = mapped_column(default=60)
    films: Mapped[list[PackageFilm]] = relationship(
        back_populates="package", order_by="PackageFilm.position", lazy="raise", cascade="all, delete-orphan"
    )

    __table_args__ = (sa.CheckConstraint("rating IN (0, 12, 15, 19)", name="rating"),)


class PackageFilm(Base):
    """A film's place in a package."""

    __tablename__ = "package_films"

    id: Mapped[Id]
    package_id: Mapped[int] = mapped_column(sa.ForeignKey("packages.id", ondelete="CASCADE"))
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entries.id"), index=True)
    position: Mapped[int]
    package: Mapped[Package] = relationship(back_populates="films", lazy="raise")
    entry: Mapped[Entry] = relationship(lazy="raise")

    __table_args__ = (sa.UniqueConstraint("package_id", "entry_id"),)


class Screening(Versioned, Base):
    """A package in a hall at a time. `taken` counts seats given away, guarded by CHECK and conditional UPDATE."""

    __tablename__ = "screenings"
    lifecycle: ClassVar[Lifecycle] = SCREENING

    id: Mapped[Id]
    code: Mapped[Code]
    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("editions.id"), index=True)
    package_id: Mapped[int] = mapped_column(sa.ForeignKey("packages.id"), index=True)
    hall_id: Mapped[int] = mapped_column(sa.ForeignKey("halls.id"), index=True)
    state: Mapped[ScreeningState] = mapped_column(choice(ScreeningState), default=ScreeningState.PLANNED)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    seats: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)
    next_position: Mapped[int] = mapped_column(default=1)
    package: Mapped[Package] = relationship(lazy="raise")
    hall: Mapped[Hall] = relationship(lazy="raise")
    qa_session: Mapped[QASession | None] = relationship(back_populates="screening", lazy="raise", uselist=False)

    __table_args__ = (
        sa.CheckConstraint("0 <= taken AND taken <= seats", name="taken"),
        sa.CheckConstraint("starts_at < ends_at", name="starts_before_ends"),
        sa.Index("ix_screenings_time", "edition_id", "starts_at"),
    )


class QASession(Versioned, Base):
    """The conversation after a screening (GV)."""

    __tablename__ = "qa_sessions"

    id: Mapped[Id]
    screening_id: Mapped[int] = mapped_column(sa.ForeignKey("screenings.id", ondelete="CASCADE"), unique=True)
    minutes: Mapped[int]
    moderator_name: Mapped[str] = mapped_column(sa.String(200), default="")
    note: Mapped[str] = mapped_column(sa.Text, default="")
    screening: Mapped[Screening] = relationship(back_populates="qa_session", lazy="raise")
    guests: Mapped[list[Guest]] = relationship(
        back_populates="qa_session", order_by="Guest.id", lazy="raise", cascade="all, delete-orphan"
    )

    __table_args__ = (sa.CheckConstraint("minutes BETWEEN 5 AND 180", name="minutes"),)


class Guest(Versioned, Base):
    """Somebody invited on stage, who answers through a link of their own."""

    __tablename__ = "guests"
    lifecycle: ClassVar[Lifecycle] = GUEST

    id: Mapped[Id]
    code: Mapped[Code]
    qa_session_id: Mapped[int] = mapped_column(sa.ForeignKey("qa_sessions.id", ondelete="CASCADE"))
    entry_id: Mapped[int | None] = mapped_column(sa.ForeignKey("entries.id", ondelete="SET NULL"), index=True)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"), index=True)
    state: Mapped[GuestState] = mapped_column(choice(GuestState), default=GuestState.INVITED)
    name: Mapped[Short]
    email: Mapped[str] = mapped_column(sa.String(254))
    language: Mapped[str] = mapped_column(sa.String(2), default="ko")
    timezone: Mapped[str] = mapped_column(sa.String(40), default="Asia/Seoul")
    invited_at: Mapped[Created]
    answer_by: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    qa_session: Mapped[QASession] = relationship(back_populates="guests", lazy="raise")

    __table_args__ = (sa.UniqueConstraint("qa_session_id", "email"),)


class Release(Base):
    """A published version of the programme, frozen; public pages, JSON and iCal read the newest one."""

    __tablename__ = "releases"

    id: Mapped[Id]
    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("editions.id"))
    version: Mapped[int]
    body: Mapped[dict[str, Any]]
    digest: Mapped[Hash]
    changes: Mapped[list[Any]] = mapped_column(default=list)
    released_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    released_at: Mapped[Created]

    __table_args__ = (sa.UniqueConstraint("edition_id", "version"),)
