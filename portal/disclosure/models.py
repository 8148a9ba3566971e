"""The disclosure of an entry, its immutable revisions, and the performers with their consent."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Base, Code, Created, Hash, Id, Short, Text, Versioned, choice, written_once
from portal.disclosure.codes import Channel, ConsentStatus, HoldCause, PerformerKind
from portal.lifecycles import (
    AMENDMENT,
    CONSENT,
    DISCLOSURE,
    AmendmentState,
    ConsentState,
    DisclosureState,
    Lifecycle,
)

# An amendment that is being written or waits for an answer.
UNDER_WAY = (AmendmentState.OPEN, AmendmentState.PROPOSED)


class Disclosure(Versioned, Base):
    """What the creator declares. `ledger` is the neutral ledger without performers, which are rows of their own;
    tier and phases are computed from both and stored for lists. `film_sha256` is the film the creator signed for."""

    __tablename__ = "disclosures"
    lifecycle: ClassVar[Lifecycle] = DISCLOSURE

    id: Mapped[Id]
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entries.id", ondelete="CASCADE"), unique=True)
    state: Mapped[DisclosureState] = mapped_column(choice(DisclosureState), default=DisclosureState.DRAFT)
    ledger: Mapped[dict[str, Any]] = mapped_column(default=dict)
    tier: Mapped[int | None] = mapped_column(sa.SmallInteger, index=True)
    phases: Mapped[dict[str, Any]] = mapped_column(default=dict)
    badges: Mapped[list[str]] = mapped_column(default=list)
    generated_bp: Mapped[int] = mapped_column(default=0)
    altered_bp: Mapped[int] = mapped_column(default=0)
    human_statement: Mapped[str] = mapped_column(sa.Text, default="")
    attested_at: Mapped[datetime | None]
    film_sha256: Mapped[str | None] = mapped_column(sa.String(64))
    updated_at: Mapped[Created]
    performers: Mapped[list[Performer]] = relationship(
        back_populates="disclosure", order_by="Performer.id", lazy="raise", cascade="all, delete-orphan"
    )
    amendment: Mapped[Amendment | None] = relationship(
        primaryjoin=lambda: sa.and_(
            Amendment.disclosure_id == Disclosure.id,
            Amendment.state.in_(UNDER_WAY),
        ),
        lazy="raise",
        viewonly=True,
        uselist=False,
    )

    __table_args__ = (
        sa.CheckConstraint("tier BETWEEN 0 AND 4", name="tier"),
        sa.CheckConstraint("generated_bp BETWEEN 0 AND 10000 AND altered_bp BETWEEN 0 AND 10000", name="shares"),
    )


@written_once
class DisclosureRevision(Base):
    """A submitted state of the ledger, chained to the one before by SHA-256; never changed.

    `body` says all that is hashed: the ledger, the revision's number, reason, role and moment, and the digest before
    it. `tier` repeats what the ledger comes to, for the public history.
    """

    __tablename__ = "disclosure_revisions"

    id: Mapped[Id]
    disclosure_id: Mapped[int] = mapped_column(sa.ForeignKey("disclosures.id", ondelete="CASCADE"))
    revision: Mapped[int]
    body: Mapped[Text]
    digest: Mapped[Hash]
    previous: Mapped[Hash]
    reason: Mapped[str] = mapped_column(sa.String(24))
    role: Mapped[str] = mapped_column(sa.String(12), default="")
    tier: Mapped[int | None] = mapped_column(sa.SmallInteger)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    created_at: Mapped[Created]

    __table_args__ = (sa.UniqueConstraint("disclosure_id", "revision"),)


class Amendment(Versioned, Base):
    """A change of a disclosure that was handed in, while it is written and until it counts.

    `answers` is the working copy (see revisions.drafts); the disclosure and its performers stay as they were handed
    in. PROPOSED waits for an organizer, because it declares less AI after the deadline.
    """

    __tablename__ = "amendments"
    lifecycle: ClassVar[Lifecycle] = AMENDMENT

    id: Mapped[Id]
    disclosure_id: Mapped[int] = mapped_column(sa.ForeignKey("disclosures.id", ondelete="CASCADE"), index=True)
    state: Mapped[AmendmentState] = mapped_column(choice(AmendmentState), default=AmendmentState.OPEN)
    reason: Mapped[str] = mapped_column(sa.String(24))
    note: Mapped[str] = mapped_column(sa.Text, default="")
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    answer: Mapped[str] = mapped_column(sa.Text, default="")
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    created_at: Mapped[Created]
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    decided_at: Mapped[datetime | None]

    __table_args__ = (
        sa.Index(
            "uq_amendments_open",
            "disclosure_id",
            unique=True,
            sqlite_where=sa.text("state IN ('open', 'proposed')"),
            postgresql_where=sa.text("state IN ('open', 'proposed')"),
        ),
    )


class RuleWaiver(Base):
    """An organizer's decision to let one policy go for one film; taken back, the row is gone and the trail tells."""

    __tablename__ = "rule_waivers"

    id: Mapped[Id]
    disclosure_id: Mapped[int] = mapped_column(sa.ForeignKey("disclosures.id", ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(sa.String(3))
    reason: Mapped[Text]
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    granted_at: Mapped[Created]

    __table_args__ = (sa.UniqueConstraint("disclosure_id", "code"),)


class Performer(Base):
    """A person, replicated, altered or synthetic, who appears or is heard in the film.

    The code is drawn with the form, so that a row saved twice by autosave is one performer. `film` is the code of the
    film of an omnibus the person is in, empty in a film alone.
    """

    __tablename__ = "performers"

    id: Mapped[Id]
    code: Mapped[Code]
    disclosure_id: Mapped[int] = mapped_column(sa.ForeignKey("disclosures.id", ondelete="CASCADE"), index=True)
    kind: Mapped[PerformerKind] = mapped_column(choice(PerformerKind))
    name: Mapped[Short]
    part: Mapped[str] = mapped_column(sa.String(200), default="")
    film: Mapped[str] = mapped_column(sa.String(12), default="")
    likeness: Mapped[list[str]] = mapped_column(default=list)
    appear_s: Mapped[int] = mapped_column(default=0)
    synth_s: Mapped[int] = mapped_column(default=0)
    minor: Mapped[bool] = mapped_column(default=False)
    deceased: Mapped[bool] = mapped_column(default=False)
    public_credit: Mapped[bool] = mapped_column(default=True)
    consent_status: Mapped[ConsentStatus] = mapped_column(choice(ConsentStatus), default=ConsentStatus.PENDING)
    disclosure: Mapped[Disclosure] = relationship(back_populates="performers", lazy="raise")
    consents: Mapped[list[Consent]] = relationship(
        back_populates="performer", order_by="Consent.id", lazy="raise", cascade="all, delete-orphan"
    )

    __table_args__ = (sa.CheckConstraint("0 <= synth_s AND synth_s <= appear_s", name="seconds"),)


class Consent(Versioned, Base):
    """A request for a performer's consent by single-use link, and the answer; or a paper they signed.

    `offer` is what the person was asked for, word for word (see consent.offers); `media` and `ends_on` are what
    they granted of it; `chain` is how a licensee came to the rights. The same link lets them withdraw later.

    A paper is REQUESTED until its file is sound, OPENED until a consent officer has read it, then SIGNED, or EXPIRED
    when the officer refused it for `verdict`; its digest, dates, words and verdict stay when the file behind `asset_id`
    is deleted.

    One that was `carried_from_id` another holds for the same film in another call, and ends with it.
    """

    __tablename__ = "consents"
    lifecycle: ClassVar[Lifecycle] = CONSENT

    id: Mapped[Id]
    performer_id: Mapped[int] = mapped_column(sa.ForeignKey("performers.id", ondelete="CASCADE"), index=True)
    state: Mapped[ConsentState] = mapped_column(choice(ConsentState), default=ConsentState.REQUESTED)
    digest: Mapped[Hash] = mapped_column(unique=True)
    email: Mapped[str] = mapped_column(sa.String(254))
    signer_name: Mapped[str] = mapped_column(sa.String(200), default="")
    signer_capacity: Mapped[str] = mapped_column(sa.String(12), default="SELF")
    scope_text: Mapped[str] = mapped_column(sa.Text, default="")
    offer: Mapped[dict[str, Any]] = mapped_column(default=dict)
    media: Mapped[list[str]] = mapped_column(default=list)
    ends_on: Mapped[date | None]
    limits: Mapped[str] = mapped_column(sa.Text, default="")
    chain: Mapped[str] = mapped_column(sa.Text, default="")
    created_at: Mapped[Created]
    expires_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    asked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    channel: Mapped[Channel] = mapped_column(choice(Channel), default=Channel.LINK)
    text_version: Mapped[str] = mapped_column(sa.String(24), default="")
    asset_id: Mapped[int | None] = mapped_column(sa.ForeignKey("assets.id", ondelete="SET NULL"), unique=True)
    paper_sha256: Mapped[str | None] = mapped_column(sa.String(64))
    officer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    verdict: Mapped[str] = mapped_column(sa.Text, default="")
    carried_from_id: Mapped[int | None] = mapped_column(sa.ForeignKey("consents.id", ondelete="SET NULL"), index=True)
    performer: Mapped[Performer] = relationship(back_populates="consents", lazy="raise")


class Hold(Base):
    """A bar on every public use of a film: whose consent was refused or withdrawn, since when, and who lifted it.

    It outlives the performer's row, so that taking a person out of the form does not silently bring the film back.
    """

    __tablename__ = "holds"

    id: Mapped[Id]
    code: Mapped[Code]
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entries.id", ondelete="CASCADE"), index=True)
    performer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("performers.id", ondelete="SET NULL"))
    cause: Mapped[HoldCause] = mapped_column(choice(HoldCause))
    person_name: Mapped[str] = mapped_column(sa.String(200), default="")
    told: Mapped[str] = mapped_column(sa.Text, default="")
    placed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    since: Mapped[Created]
    lifted_at: Mapped[datetime | None]
    lifted_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    lift_reason: Mapped[str] = mapped_column(sa.Text, default="")

    __table_args__ = (
        sa.Index(
            "uq_holds_open",
            "performer_id",
            unique=True,
            sqlite_where=sa.text("lifted_at IS NULL"),
            postgresql_where=sa.text("lifted_at IS NULL"),
        ),
    )
