"""Venues and halls, packages of shorts, screenings, Q&A sessions with their guests, and published versions."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.calls.models import Gel
from portal.db import Base, Code, Created, Hash, Id, Short, Versioned, choice
from portal.entries.models import Entry
from portal.lifecycles import GUEST, SCREENING, TALK, GuestState, Lifecycle, ScreeningState, TalkState

# A day of a festival ends at five in the morning after it: minutes after its midnight go up to 29:00.
DAY_MINUTES = 1740


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
    """A room with seats, the minutes it needs between two screenings, and the hours it is open.

    Hours are minutes after the day's midnight, up to 29:00. `plan` names the seats row by row, from the front:
    `{"row": "A", "seats": 12, "accessible": [1, 2]}`; empty where people sit as they like.
    """

    __tablename__ = "halls"

    id: Mapped[Id]
    venue_id: Mapped[int] = mapped_column(sa.ForeignKey("venues.id"), index=True)
    name_ko: Mapped[Short]
    name_en: Mapped[Short]
    seats: Mapped[int]
    accessible_seats: Mapped[int] = mapped_column(default=0)
    turnaround_min: Mapped[int] = mapped_column(default=20)
    opens_min: Mapped[int] = mapped_column(default=0)
    closes_min: Mapped[int] = mapped_column(default=DAY_MINUTES)
    plan: Mapped[list[Any]] = mapped_column(default=list)
    position: Mapped[int] = mapped_column(default=0)
    venue: Mapped[Venue] = relationship(back_populates="halls", lazy="raise")

    __table_args__ = (
        sa.CheckConstraint("seats > 0 AND accessible_seats <= seats", name="seats"),
        sa.CheckConstraint(f"0 <= opens_min AND opens_min < closes_min AND closes_min <= {DAY_MINUTES}", name="hours"),
    )


class Package(Versioned, Base):
    """Films shown together in one order; an omnibus is a package.

    `rating` is the strictest of `least_rating`, which the programmer asks for, and of every film's own. `expected` is
    how many people are expected to come, 0 for unknown.
    """

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
    least_rating: Mapped[int] = mapped_column(default=0)
    bumper_s: Mapped[int] = mapped_column(default=60)
    expected: Mapped[int] = mapped_column(default=0)
    films: Mapped[list[PackageFilm]] = relationship(
        back_populates="package", order_by="PackageFilm.position", lazy="raise", cascade="all, delete-orphan"
    )
    inserts: Mapped[list[Insert]] = relationship(
        back_populates="package",
        order_by="Insert.before_position, Insert.turn, Insert.id",
        lazy="raise",
        cascade="all, delete-orphan",
    )

    __table_args__ = (
        sa.CheckConstraint("rating IN (0, 12, 15, 19)", name="rating"),
        sa.CheckConstraint("least_rating IN (0, 12, 15, 19) AND least_rating <= rating", name="least_rating"),
        sa.CheckConstraint("expected >= 0", name="expected"),
    )


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


class InsertKind(StrEnum):
    """What stands between films."""

    TRAILER = "trailer"
    BUMPER = "bumper"
    SPEECH = "speech"
    INTERMISSION = "intermission"
    CREDITS = "credits"


class Insert(Base):
    """Something in a package that is no film: it comes before the film at `before_position`, or after the last one.

    `turn` orders what comes before one film.
    """

    __tablename__ = "package_inserts"

    id: Mapped[Id]
    package_id: Mapped[int] = mapped_column(sa.ForeignKey("packages.id", ondelete="CASCADE"), index=True)
    kind: Mapped[InsertKind] = mapped_column(choice(InsertKind))
    before_position: Mapped[int]
    turn: Mapped[int] = mapped_column(default=0)
    seconds: Mapped[int]
    note: Mapped[str] = mapped_column(sa.String(200), default="")
    package: Mapped[Package] = relationship(back_populates="inserts", lazy="raise")

    __table_args__ = (
        sa.CheckConstraint("seconds BETWEEN 1 AND 14400", name="seconds"),
        sa.CheckConstraint("before_position >= 0", name="before_position"),
    )


class Screening(Versioned, Base):
    """A package in a hall at a time.

    `taken` counts seats given away, `held` those that quotas still keep for their groups; together they never exceed
    `seats`, by CHECK and by conditional UPDATE. `slot_min` is the length the block was given on the plan, if one was.
    A published screening is cancelled by two people: the one who asks and the one who confirms.
    """

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
    held: Mapped[int] = mapped_column(default=0)
    next_position: Mapped[int] = mapped_column(default=1)
    slot_min: Mapped[int | None]
    largest_party: Mapped[int] = mapped_column(default=4)
    seated: Mapped[bool] = mapped_column(default=False)
    booking_opens_at: Mapped[datetime | None]
    booking_closes_at: Mapped[datetime | None]
    cancel_reason: Mapped[str] = mapped_column(sa.String(300), default="")
    cancel_asked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    cancel_asked_at: Mapped[datetime | None]
    cancelled_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    package: Mapped[Package] = relationship(lazy="raise")
    hall: Mapped[Hall] = relationship(lazy="raise")
    qa_session: Mapped[QASession | None] = relationship(back_populates="screening", lazy="raise", uselist=False)

    __table_args__ = (
        sa.CheckConstraint("0 <= taken AND 0 <= held AND taken + held <= seats", name="taken"),
        sa.CheckConstraint("starts_at < ends_at", name="starts_before_ends"),
        sa.CheckConstraint("slot_min BETWEEN 5 AND 1440", name="slot_min"),
        sa.CheckConstraint("largest_party BETWEEN 1 AND 20", name="largest_party"),
        sa.CheckConstraint(
            "booking_opens_at IS NULL OR booking_closes_at IS NULL OR booking_opens_at < booking_closes_at",
            name="booking_window",
        ),
        sa.CheckConstraint(
            "cancelled_by_id IS NULL OR cancel_asked_by_id IS NULL OR cancelled_by_id <> cancel_asked_by_id",
            name="second_person",
        ),
        sa.Index("ix_screenings_time", "edition_id", "starts_at"),
    )


class PickRule(StrEnum):
    """The published rule by which questions come on stage."""

    VOTES = "votes"
    EACH_FILM = "each_film"
    ORDER = "order"


class QASession(Versioned, Base):
    """The conversation after a screening (GV): its stage, its rule for questions, and where it stands."""

    __tablename__ = "qa_sessions"
    lifecycle: ClassVar[Lifecycle] = TALK

    id: Mapped[Id]
    screening_id: Mapped[int] = mapped_column(sa.ForeignKey("screenings.id", ondelete="CASCADE"), unique=True)
    state: Mapped[TalkState] = mapped_column(choice(TalkState), default=TalkState.PLANNED)
    minutes: Mapped[int]
    moderator_name: Mapped[str] = mapped_column(sa.String(200), default="")
    note: Mapped[str] = mapped_column(sa.Text, default="")
    remote_url: Mapped[str] = mapped_column(sa.String(300), default="")
    pick_rule: Mapped[PickRule] = mapped_column(choice(PickRule), default=PickRule.EACH_FILM)
    began_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    screening: Mapped[Screening] = relationship(back_populates="qa_session", lazy="raise")
    guests: Mapped[list[Guest]] = relationship(
        back_populates="qa_session", order_by="Guest.id", lazy="raise", cascade="all, delete-orphan"
    )
    slots: Mapped[list[QASlot]] = relationship(
        back_populates="qa_session", order_by="QASlot.position", lazy="raise", cascade="all, delete-orphan"
    )

    __table_args__ = (sa.CheckConstraint("minutes BETWEEN 5 AND 180", name="minutes"),)


class GuestRole(StrEnum):
    """What somebody does on stage."""

    GUEST = "guest"
    MODERATOR = "moderator"
    INTERPRETER = "interpreter"


class Guest(Versioned, Base):
    """Somebody invited on stage, who answers through a link of their own.

    Who cannot come may leave a `statement`, which the moderator reads out.
    """

    __tablename__ = "guests"
    lifecycle: ClassVar[Lifecycle] = GUEST

    id: Mapped[Id]
    code: Mapped[Code]
    qa_session_id: Mapped[int] = mapped_column(sa.ForeignKey("qa_sessions.id", ondelete="CASCADE"))
    entry_id: Mapped[int | None] = mapped_column(sa.ForeignKey("entries.id", ondelete="SET NULL"), index=True)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"), index=True)
    role: Mapped[GuestRole] = mapped_column(choice(GuestRole), default=GuestRole.GUEST)
    state: Mapped[GuestState] = mapped_column(choice(GuestState), default=GuestState.INVITED)
    name: Mapped[Short]
    email: Mapped[str] = mapped_column(sa.String(254))
    language: Mapped[str] = mapped_column(sa.String(2), default="ko")
    timezone: Mapped[str] = mapped_column(sa.String(40), default="Asia/Seoul")
    interprets: Mapped[str] = mapped_column(sa.String(60), default="")
    statement: Mapped[str] = mapped_column(sa.Text, default="")
    invited_at: Mapped[Created]
    answer_by: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    qa_session: Mapped[QASession] = relationship(back_populates="guests", lazy="raise")
    slot: Mapped[QASlot | None] = relationship(back_populates="guest", lazy="raise", uselist=False)

    __table_args__ = (sa.UniqueConstraint("qa_session_id", "email"),)


class QASlot(Versioned, Base):
    """A few minutes of a talk that one guest takes; taken by a conditional UPDATE, so that it has one winner."""

    __tablename__ = "qa_slots"

    id: Mapped[Id]
    code: Mapped[Code]
    qa_session_id: Mapped[int] = mapped_column(sa.ForeignKey("qa_sessions.id", ondelete="CASCADE"))
    position: Mapped[int]
    starts_after_min: Mapped[int]
    minutes: Mapped[int]
    guest_id: Mapped[int | None] = mapped_column(sa.ForeignKey("guests.id", ondelete="SET NULL"), unique=True)
    taken_at: Mapped[datetime | None]
    qa_session: Mapped[QASession] = relationship(back_populates="slots", lazy="raise")
    guest: Mapped[Guest | None] = relationship(back_populates="slot", lazy="raise")

    __table_args__ = (
        sa.UniqueConstraint("qa_session_id", "position"),
        sa.CheckConstraint("minutes BETWEEN 1 AND 180 AND starts_after_min >= 0", name="minutes"),
    )


class Release(Base):
    """A published version of the programme, frozen; public pages, JSON and iCal read the newest one without embargo.

    Guests and seat holders hear of its changes when the embargo ends; `told_at` says that they did. Then booking opens
    for what is new in it, if `opens_booking`. A version released while another waits takes its place.
    """

    __tablename__ = "releases"

    id: Mapped[Id]
    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("editions.id"))
    version: Mapped[int]
    body: Mapped[dict[str, Any]]
    digest: Mapped[Hash]
    changes: Mapped[list[Any]] = mapped_column(default=list)
    released_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    released_at: Mapped[Created]
    embargo_until: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
    opens_booking: Mapped[bool] = mapped_column(default=True)

    __table_args__ = (sa.UniqueConstraint("edition_id", "version"),)

    @property
    def public_since(self) -> datetime:
        """The moment since which everybody may read it, if no other took its place before."""
        return self.embargo_until or self.released_at


class Star(Base):
    """A screening in somebody's own plan."""

    __tablename__ = "stars"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    screening_id: Mapped[int] = mapped_column(
        sa.ForeignKey("screenings.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    at: Mapped[Created]
