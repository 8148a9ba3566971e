"""Groups and their quotas; seats booked, waited for, offered, allotted and used; every scan at the door."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Base, Code, Created, Id, Short, Versioned, choice, written_once
from portal.lifecycles import SEAT, Lifecycle, SeatState
from portal.programme.models import Screening

_HELD = "state IN ('waitlisted', 'offered', 'confirmed', 'checked_in')"


class Proof(StrEnum):
    """How somebody shows that they belong to a group."""

    LINK = "link"
    ROSTER = "roster"
    COHORT = "cohort"


class Group(Versioned, Base):
    """People for whom seats are kept: trainees, students, winners, press.

    They come by a secret link, by an address on the roster, or as members of a cohort. `link` is the secret, which
    can be renewed.
    """

    __tablename__ = "audience_groups"

    id: Mapped[Id]
    code: Mapped[Code]
    link: Mapped[Code]
    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("editions.id"))
    name_ko: Mapped[Short]
    name_en: Mapped[Short]
    proof: Mapped[Proof] = mapped_column(choice(Proof), default=Proof.LINK)
    cohort_id: Mapped[int | None] = mapped_column(sa.ForeignKey("cohorts.id", ondelete="SET NULL"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    roster: Mapped[list[RosterLine]] = relationship(
        back_populates="group", lazy="raise", cascade="all, delete-orphan", order_by="RosterLine.email"
    )

    __table_args__ = (sa.UniqueConstraint("edition_id", "name_ko"),)


class RosterLine(Base):
    """An address that belongs to a group."""

    __tablename__ = "audience_roster"

    group_id: Mapped[int] = mapped_column(sa.ForeignKey("audience_groups.id", ondelete="CASCADE"), primary_key=True)
    email: Mapped[str] = mapped_column(sa.String(254), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(200), default="")
    group: Mapped[Group] = relationship(back_populates="roster", lazy="raise")


class Quota(Versioned, Base):
    """Seats of a screening kept for a group until the release clock strikes; without a group, a hold of the house.

    `seats - taken` of every quota that is not released is the screening's `held`; both change in one statement each.
    """

    __tablename__ = "seat_quotas"

    id: Mapped[Id]
    code: Mapped[Code]
    screening_id: Mapped[int] = mapped_column(sa.ForeignKey("screenings.id", ondelete="CASCADE"))
    group_id: Mapped[int | None] = mapped_column(sa.ForeignKey("audience_groups.id"), index=True)
    label: Mapped[str] = mapped_column(sa.String(200), default="")
    seats: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)
    releases_at: Mapped[datetime | None]
    released_at: Mapped[datetime | None]
    screening: Mapped[Screening] = relationship(lazy="raise")
    group: Mapped[Group | None] = relationship(lazy="raise")

    __table_args__ = (
        sa.CheckConstraint("0 <= taken AND taken <= seats AND seats > 0", name="taken"),
        sa.CheckConstraint("group_id IS NOT NULL OR label <> ''", name="named"),
        sa.UniqueConstraint("screening_id", "group_id"),
        sa.Index("ix_seat_quotas_clock", "released_at", "releases_at"),
    )


class Origin(StrEnum):
    """How a booking came about."""

    PUBLIC = "public"
    GUEST_LIST = "guest_list"
    WALK_IN = "walk_in"


class Booking(Versioned, Base):
    """A party for one screening; at most one live booking for each address and screening.

    `position` orders the waiting list densely; tickets and offers are opened by signed links. An address that nobody
    vouched for is verified by its owner until `verify_by`, or the seats go on. After a move the holder keeps the seats
    (`kept_at`) or gives them back; `moved_in` is the version that moved them. Of a party that is in,
    `outside` are still to come.
    """

    __tablename__ = "bookings"
    lifecycle: ClassVar[Lifecycle] = SEAT

    id: Mapped[Id]
    code: Mapped[Code]
    screening_id: Mapped[int] = mapped_column(sa.ForeignKey("screenings.id"))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"), index=True)
    group_id: Mapped[int | None] = mapped_column(sa.ForeignKey("audience_groups.id"), index=True)
    quota_id: Mapped[int | None] = mapped_column(sa.ForeignKey("seat_quotas.id"), index=True)
    origin: Mapped[Origin] = mapped_column(choice(Origin), default=Origin.PUBLIC)
    state: Mapped[SeatState] = mapped_column(choice(SeatState))
    name: Mapped[Short]
    email: Mapped[str] = mapped_column(sa.String(254))
    language: Mapped[str] = mapped_column(sa.String(2), default="ko")
    party: Mapped[int]
    access_needs: Mapped[str] = mapped_column(sa.String(300), default="")
    note: Mapped[str] = mapped_column(sa.String(200), default="")
    position: Mapped[int | None]
    offered_until: Mapped[datetime | None]
    created_at: Mapped[Created]
    verified_at: Mapped[datetime | None]
    verify_by: Mapped[datetime | None]
    moved_in: Mapped[int | None]
    kept_at: Mapped[datetime | None]
    checked_in_at: Mapped[datetime | None]
    outside: Mapped[int] = mapped_column(default=0)
    checked_in_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    screening: Mapped[Screening] = relationship(lazy="raise")
    group: Mapped[Group | None] = relationship(lazy="raise")

    @hybrid_property
    def inside(self) -> int:
        """How many of a party that is in have come."""
        return self.party - self.outside

    allotted: Mapped[list[AllottedSeat]] = relationship(
        back_populates="booking",
        lazy="raise",
        cascade="all, delete-orphan",
        order_by="AllottedSeat.row, AllottedSeat.number",
    )

    __table_args__ = (
        sa.CheckConstraint("party BETWEEN 1 AND 20", name="party"),
        sa.CheckConstraint("0 <= outside AND outside < party", name="outside"),
        sa.UniqueConstraint("screening_id", "position"),
        sa.Index("ix_bookings_state", "screening_id", "state", "position"),
        sa.Index("ix_bookings_verify", "verify_by"),
        sa.Index(
            "uq_bookings_live",
            "screening_id",
            "email",
            unique=True,
            sqlite_where=sa.text(_HELD),
            postgresql_where=sa.text(_HELD),
        ),
    )


class AllottedSeat(Base):
    """A numbered seat of a screening whose hall has a seat plan."""

    __tablename__ = "allotted_seats"

    screening_id: Mapped[int] = mapped_column(sa.ForeignKey("screenings.id", ondelete="CASCADE"), primary_key=True)
    row: Mapped[str] = mapped_column(sa.String(6), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(sa.ForeignKey("bookings.id", ondelete="CASCADE"), index=True)
    booking: Mapped[Booking] = relationship(back_populates="allotted", lazy="raise")


class ScanOutcome(StrEnum):
    """What the door answered."""

    ENTERED = "entered"
    AGAIN = "again"
    REFUSED = "refused"
    UNDONE = "undone"


@written_once
class Scan(Base):
    """One scan at a door, online or reconciled later; `once` makes a repeated report the same scan.

    `at` is the moment on the phone that scanned, `received_at` when the portal heard of it; `persons` is how many were
    to come in with it, none where it turned somebody away or took an entry back.
    """

    __tablename__ = "scans"

    id: Mapped[Id]
    once: Mapped[str] = mapped_column(sa.String(64), unique=True)
    screening_id: Mapped[int] = mapped_column(sa.ForeignKey("screenings.id", ondelete="CASCADE"))
    booking_id: Mapped[int | None] = mapped_column(sa.ForeignKey("bookings.id", ondelete="CASCADE"), index=True)
    presented: Mapped[str] = mapped_column(sa.String(200), default="")
    outcome: Mapped[ScanOutcome] = mapped_column(choice(ScanOutcome))
    persons: Mapped[int] = mapped_column(default=0)
    device: Mapped[str] = mapped_column(sa.String(40), default="")
    offline: Mapped[bool] = mapped_column(default=False)
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    at: Mapped[datetime]
    received_at: Mapped[Created]

    __table_args__ = (sa.Index("ix_scans_of_screening", "screening_id", "at"),)
