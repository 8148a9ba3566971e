"""An entry, its credits, its team, its frozen receipts and the desk's verdict."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Person
from portal.calls.models import Call, CallKind, Category
from portal.db import Base, Code, Created, Hash, Id, Short, Text, Versioned, choice
from portal.disclosure.models import Disclosure
from portal.lifecycles import ENTRY, REPLACEMENT, EntryState, Lifecycle, ReplacementState
from portal.media.models import Asset


class Entry(Versioned, Base):
    """A film entered in a call. `number` (PAN27-7K3QX) is random: it tells neither order nor count.

    `edition_id` repeats the call's, and `member_ids` reads the team: policies ask both without a query.
    `watched_sha256` names the film whose review copy its makers played and found right; another film asks again.
    `rules_version` is the version of the category's rules on AI it was handed in under; a draft has none.
    `announced` is the jury's outcome once it was released, empty before: the makers' pages know nothing earlier.
    `copy_locked_at` says since when the programme shows this very copy, so that no new cut takes its place.
    """

    __tablename__ = "entries"
    lifecycle: ClassVar[Lifecycle] = ENTRY

    id: Mapped[Id]
    number: Mapped[str] = mapped_column(sa.String(20), unique=True)
    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("editions.id"))
    call_id: Mapped[int] = mapped_column(sa.ForeignKey("calls.id"))
    category_id: Mapped[int] = mapped_column(sa.ForeignKey("categories.id"))
    owner_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"), index=True)
    cohort_id: Mapped[int | None] = mapped_column(sa.ForeignKey("cohorts.id"), index=True)
    team_id: Mapped[int | None] = mapped_column(sa.ForeignKey("teams.id"))
    state: Mapped[EntryState] = mapped_column(choice(EntryState), default=EntryState.DRAFT)
    title_ko: Mapped[str] = mapped_column(sa.String(200), default="")
    title_en: Mapped[str] = mapped_column(sa.String(200), default="")
    logline_ko: Mapped[str] = mapped_column(sa.String(300), default="")
    logline_en: Mapped[str] = mapped_column(sa.String(300), default="")
    synopsis_ko: Mapped[str] = mapped_column(sa.Text, default="")
    synopsis_en: Mapped[str] = mapped_column(sa.Text, default="")
    statement: Mapped[str] = mapped_column(sa.Text, default="")
    country: Mapped[str] = mapped_column(sa.String(2), default="KR")
    spoken_language: Mapped[str] = mapped_column(sa.String(8), default="ko")
    genre: Mapped[str] = mapped_column(sa.String(24), default="")
    runtime_s: Mapped[int] = mapped_column(default=0)
    music_cleared: Mapped[bool] = mapped_column(default=False)
    fonts_cleared: Mapped[bool] = mapped_column(default=False)
    declarations: Mapped[list[str]] = mapped_column(default=list)
    watched_sha256: Mapped[str | None] = mapped_column(sa.String(64))
    created_at: Mapped[Created]
    updated_at: Mapped[Created]
    submitted_at: Mapped[datetime | None]
    rules_version: Mapped[int | None]
    announced: Mapped[str] = mapped_column(sa.String(24), default="")
    copy_locked_at: Mapped[datetime | None]
    fix_due_at: Mapped[datetime | None]
    fix_items: Mapped[list[str]] = mapped_column(default=list)
    search_text: Mapped[str] = mapped_column(sa.Text, default="")

    call: Mapped[Call] = relationship(lazy="raise")
    category: Mapped[Category] = relationship(lazy="raise")
    owner: Mapped[Person] = relationship(lazy="raise")
    credits: Mapped[list[Credit]] = relationship(
        back_populates="entry", order_by="Credit.position", lazy="raise", cascade="all, delete-orphan"
    )
    members: Mapped[list[Member]] = relationship(
        back_populates="entry", order_by="Member.id", lazy="raise", cascade="all, delete-orphan"
    )
    disclosure: Mapped[Disclosure | None] = relationship(lazy="raise", viewonly=True, uselist=False)
    assets: Mapped[list[Asset]] = relationship(lazy="raise", viewonly=True, order_by="Asset.id")

    __table_args__ = (
        sa.Index("ix_entries_desk", "edition_id", "state", "submitted_at"),
        sa.Index("ix_entries_category", "category_id", "state"),
        sa.CheckConstraint("runtime_s >= 0", name="runtime"),
    )

    @property
    def member_ids(self) -> frozenset[int]:
        """Everybody who may work on the entry: the owner and those who accepted the team's invitation."""
        accepted = {member.person_id for member in self.members if member.person_id is not None}
        return frozenset(accepted | {self.owner_id})

    @property
    def in_class(self) -> bool:
        """Whether it is a class's own, for its mentor to sign off; a film promoted to the festival was before."""
        return self.cohort_id is not None and self.call.kind == CallKind.SCHOOL


class CreditRole(StrEnum):
    DIRECTOR = "director"
    WRITER = "writer"
    PRODUCER = "producer"
    AI_ARTIST = "ai_artist"
    CINEMATOGRAPHER = "cinematographer"
    EDITOR = "editor"
    COMPOSER = "composer"
    SOUND = "sound"
    CAST = "cast"
    OTHER = "other"


class Credit(Base):
    """A name in the film's credits, in native and Latin script."""

    __tablename__ = "credits"

    id: Mapped[Id]
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entries.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    role: Mapped[CreditRole] = mapped_column(choice(CreditRole))
    native_name: Mapped[Short]
    latin_name: Mapped[str] = mapped_column(sa.String(200), default="")
    entry: Mapped[Entry] = relationship(back_populates="credits", lazy="raise")


class Member(Base):
    """Somebody invited to work on the entry; `person_id` is set once they accept."""

    __tablename__ = "members"

    id: Mapped[Id]
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entries.id", ondelete="CASCADE"))
    email: Mapped[str] = mapped_column(sa.String(254))
    name: Mapped[Short]
    digest: Mapped[Hash] = mapped_column(unique=True)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"), index=True)
    invited_at: Mapped[Created]
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    entry: Mapped[Entry] = relationship(back_populates="members", lazy="raise")

    __table_args__ = (sa.UniqueConstraint("entry_id", "email"),)


class Acquaintance(Base):
    """Somebody whom the makers say should not judge their entry, and why; they need not know who judges."""

    __tablename__ = "acquaintances"

    id: Mapped[Id]
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entries.id", ondelete="CASCADE"), index=True)
    name: Mapped[Short]
    email: Mapped[str] = mapped_column(sa.String(320), default="")
    reason: Mapped[Short]
    told_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    told_at: Mapped[Created]

    __table_args__ = (sa.UniqueConstraint("entry_id", "name", "email"),)


class Receipt(Base):
    """What was handed in, frozen: canonical JSON and its SHA-256, which anybody can verify."""

    __tablename__ = "receipts"

    id: Mapped[Id]
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entries.id", ondelete="CASCADE"))
    number: Mapped[str] = mapped_column(sa.String(24), unique=True)
    sequence: Mapped[int]
    snapshot: Mapped[Text]
    digest: Mapped[Hash]
    film_sha256: Mapped[Hash]
    regulations_version: Mapped[int]
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    created_at: Mapped[Created]
    entry: Mapped[Entry] = relationship(lazy="raise")

    __table_args__ = (sa.UniqueConstraint("entry_id", "sequence"),)


class VerdictOutcome(StrEnum):
    ELIGIBLE = "eligible"
    NEEDS_FIX = "needs_fix"
    INELIGIBLE = "ineligible"
    DISQUALIFIED = "disqualified"


class Verdict(Base):
    """The desk's word on an entry; a refusal counts once a second person has confirmed it."""

    __tablename__ = "verdicts"

    id: Mapped[Id]
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entries.id", ondelete="CASCADE"), index=True)
    outcome: Mapped[VerdictOutcome] = mapped_column(choice(VerdictOutcome))
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    proposed_by_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    proposed_at: Mapped[Created]
    confirmed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    confirmed_at: Mapped[datetime | None]
    entry: Mapped[Entry] = relationship(lazy="raise")

    __table_args__ = (
        sa.CheckConstraint("confirmed_by_id IS NULL OR confirmed_by_id <> proposed_by_id", name="second_person"),
        sa.Index(
            "uq_verdicts_open",
            "entry_id",
            unique=True,
            sqlite_where=sa.text("confirmed_at IS NULL"),
            postgresql_where=sa.text("confirmed_at IS NULL"),
        ),
    )


class Replacement(Versioned, Base):
    """A new cut for a film that was handed in: asked for with a reason, decided by an organizer, both cuts kept."""

    __tablename__ = "replacements"
    lifecycle: ClassVar[Lifecycle] = REPLACEMENT

    id: Mapped[Id]
    code: Mapped[Code]
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entries.id", ondelete="CASCADE"), index=True)
    asset_id: Mapped[int] = mapped_column(sa.ForeignKey("assets.id"), unique=True)
    state: Mapped[ReplacementState] = mapped_column(choice(ReplacementState), default=ReplacementState.ASKED)
    reason: Mapped[Text]
    answer: Mapped[str] = mapped_column(sa.Text, default="")
    asked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    asked_at: Mapped[Created]
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    decided_at: Mapped[datetime | None]
    entry: Mapped[Entry] = relationship(lazy="raise")
    asset: Mapped[Asset] = relationship(lazy="raise")

    __table_args__ = (
        sa.Index(
            "uq_replacements_open",
            "entry_id",
            unique=True,
            sqlite_where=sa.text("state = 'asked'"),
            postgresql_where=sa.text("state = 'asked'"),
        ),
    )
