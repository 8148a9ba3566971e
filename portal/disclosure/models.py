"""The disclosure of an entry, its immutable revisions, and the performers with their consent."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Base, Code, Created, Hash, Id, Short, Text, Versioned, choice
from portal.disclosure.codes import ConsentStatus, PerformerKind
from portal.lifecycles import CONSENT, DISCLOSURE, ConsentState, DisclosureState, Lifecycle


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

    __table_args__ = (
        sa.CheckConstraint("tier BETWEEN 0 AND 4", name="tier"),
        sa.CheckConstraint("generated_bp BETWEEN 0 AND 10000 AND altered_bp BETWEEN 0 AND 10000", name="shares"),
    )


class DisclosureRevision(Base):
    """A submitted state of the ledger, chained to the one before by SHA-256; never changed."""

    __tablename__ = "disclosure_revisions"

    id: Mapped[Id]
    disclosure_id: Mapped[int] = mapped_column(sa.ForeignKey("disclosures.id", ondelete="CASCADE"))
    revision: Mapped[int]
    body: Mapped[Text]
    digest: Mapped[Hash]
    previous: Mapped[Hash]
    reason: Mapped[str] = mapped_column(sa.String(24))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    created_at: Mapped[Created]

    __table_args__ = (sa.UniqueConstraint("disclosure_id", "revision"),)


class Performer(Base):
    """A person, replicated, altered or synthetic, who appears or is heard in the film.

    The code is drawn with the form, so that a row saved twice by autosave is one performer.
    """

    __tablename__ = "performers"

    id: Mapped[Id]
    code: Mapped[Code]
    disclosure_id: Mapped[int] = mapped_column(sa.ForeignKey("disclosures.id", ondelete="CASCADE"), index=True)
    kind: Mapped[PerformerKind] = mapped_column(choice(PerformerKind))
    name: Mapped[Short]
    part: Mapped[str] = mapped_column(sa.String(200), default="")
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
    """A request for a performer's consent by single-use link, and the answer.

    `offer` is what the person was asked for, word for word (see disclosure.offers); `media` and `ends_on` are what
    they granted of it. The same link lets them withdraw later.
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
    created_at: Mapped[Created]
    expires_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    asked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    performer: Mapped[Performer] = relationship(back_populates="consents", lazy="raise")
