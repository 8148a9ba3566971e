"""Outgoing mails as rows; one row for each (object, transition, kind, recipient), sent at most once."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Claimable, Code, Created, Hash, Id, Short, Text, Versioned, choice
from portal.lifecycles import MAIL, Lifecycle, MailState

TIED = "with:"
"""A batch whose name starts so leaves with the announcement it tells of, never by itself."""


class Topic(StrEnum):
    """What a mail is about, as its reader may choose to have it; what is nobody's choice has no topic."""

    FILMS = "films"
    JURY = "jury"
    SCHOOL = "school"
    SCREENINGS = "screenings"
    NEWS = "news"


class Way(StrEnum):
    """How a reader wants the mails of a topic: each at once, one letter a day, or in the portal alone."""

    AT_ONCE = "at_once"
    DIGEST = "digest"
    OFF = "off"


class OutgoingMail(Versioned, Claimable, Base):
    """A mail as it will leave, rendered when it was queued; DRAFT ones wait for a person's release.

    To a person it is a notice, too, which leads to `path` and is unread until `read_at`; KEPT ones are nothing else
    until a daily letter names them at `digested_at`. `timezone` is set where the mail leaves at its reader's daytime
    only; `domain` is the recipient's, for the pace; `wording` is the version of the edition's own words it
    says, if any.
    """

    __tablename__ = "outgoing_mails"
    lifecycle: ClassVar[Lifecycle] = MAIL

    id: Mapped[Id]
    state: Mapped[MailState] = mapped_column(choice(MailState), default=MailState.QUEUED)
    kind: Mapped[str] = mapped_column(sa.String(40))
    object_kind: Mapped[str] = mapped_column(sa.String(40))
    object_id: Mapped[int]
    transition: Mapped[str] = mapped_column(sa.String(60))
    recipient: Mapped[str] = mapped_column(sa.String(254))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    edition_id: Mapped[int | None] = mapped_column(sa.ForeignKey("editions.id"))
    batch: Mapped[str | None] = mapped_column(sa.String(60), index=True)
    language: Mapped[str] = mapped_column(sa.String(2))
    subject: Mapped[Short]
    text: Mapped[Text]
    html: Mapped[Text]
    attachments: Mapped[list[Any]] = mapped_column(default=list)
    created_at: Mapped[Created]
    send_after: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    message_id: Mapped[str | None] = mapped_column(sa.String(120), unique=True)
    uncertain: Mapped[bool] = mapped_column(default=False)
    domain: Mapped[str] = mapped_column(sa.String(254), default="")
    timezone: Mapped[str | None] = mapped_column(sa.String(40))
    path: Mapped[str] = mapped_column(sa.String(500), default="")
    wording: Mapped[int | None]
    read_at: Mapped[datetime | None]
    digested_at: Mapped[datetime | None]
    pushed_at: Mapped[datetime | None]

    @property
    def tied(self) -> bool:
        """Whether the mail leaves only with the announcement it tells of."""
        return self.state == MailState.DRAFT and (self.batch or "").startswith(TIED)

    __table_args__ = (
        sa.UniqueConstraint("object_kind", "object_id", "transition", "kind", "recipient"),
        sa.Index("ix_outgoing_mails_state_lease", "state", "lease_until"),
        sa.Index("ix_outgoing_mails_unread", "person_id", "read_at"),
        sa.Index("ix_outgoing_mails_sent_domain", "sent_at", "domain"),
    )


class MailPreference(Base):
    """How an address wants the mails of a topic; without a row they come at once."""

    __tablename__ = "mail_preferences"

    id: Mapped[Id]
    address: Mapped[str] = mapped_column(sa.String(254))
    topic: Mapped[Topic] = mapped_column(choice(Topic))
    way: Mapped[Way] = mapped_column(choice(Way))
    changed_at: Mapped[Created]

    __table_args__ = (sa.UniqueConstraint("address", "topic"),)


MOST_ALONE = 50
"""So many held mails a person may let go alone."""


class BatchRelease(Versioned, Base):
    """A person's word that a held batch shall leave, now or at `send_at`; a large one needs a second person's, too.

    `expected` mails to the recipients whose digest is `recipients`: what has changed since is not sent. One word a
    batch is open at a time; `ended_at` closes it when the batch left (`left_at`), when somebody took the word back, or
    when its hour found the batch changed (`last_error`, a msgid).
    """

    __tablename__ = "batch_releases"

    id: Mapped[Id]
    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("editions.id"))
    batch: Mapped[str] = mapped_column(sa.String(60))
    expected: Mapped[int]
    recipients: Mapped[Hash]
    send_at: Mapped[datetime | None]
    proposed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    proposed_at: Mapped[Created]
    confirmed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    confirmed_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(sa.String(300), default="")

    @property
    def unconfirmed(self) -> bool:
        """Whether the batch is too large for one person's word, and nobody else has given theirs."""
        return self.expected > MOST_ALONE and self.confirmed_at is None

    __table_args__ = (
        sa.CheckConstraint(
            "confirmed_by_id IS NULL OR proposed_by_id IS NULL OR confirmed_by_id <> proposed_by_id",
            name="second_person",
        ),
        sa.CheckConstraint("expected > 0", name="expected"),
        sa.CheckConstraint("left_at IS NULL OR ended_at IS NOT NULL", name="left_for_good"),
        sa.CheckConstraint(
            f"left_at IS NULL OR expected <= {MOST_ALONE} OR confirmed_at IS NOT NULL", name="left_confirmed"
        ),
        sa.Index(
            "uq_batch_releases_open",
            "edition_id",
            "batch",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
    )


class Wording(Versioned, Base):
    """The words an edition has chosen for a kind of mail, in both languages; a version once published stays as it is.

    The newest published version is in force; one draft of the next may stand beside it.
    """

    __tablename__ = "wordings"

    id: Mapped[Id]
    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("editions.id"))
    kind: Mapped[str] = mapped_column(sa.String(40))
    version: Mapped[int]
    subject_ko: Mapped[str] = mapped_column(sa.String(200), default="")
    subject_en: Mapped[str] = mapped_column(sa.String(200), default="")
    body_ko: Mapped[str] = mapped_column(sa.Text, default="")
    body_en: Mapped[str] = mapped_column(sa.Text, default="")
    written_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    created_at: Mapped[Created]
    published_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    published_at: Mapped[datetime | None]

    __table_args__ = (
        sa.UniqueConstraint("edition_id", "kind", "version"),
        sa.CheckConstraint(
            "published_at IS NULL OR (subject_ko <> '' AND subject_en <> '' AND body_ko <> '' AND body_en <> '')",
            name="both_languages",
        ),
        sa.Index(
            "uq_wordings_draft",
            "edition_id",
            "kind",
            unique=True,
            sqlite_where=sa.text("published_at IS NULL"),
            postgresql_where=sa.text("published_at IS NULL"),
        ),
    )


class Suppression(Base):
    """An address that nothing is sent to, because mail to it came back for good or somebody asked for that."""

    __tablename__ = "suppressions"

    id: Mapped[Id]
    code: Mapped[Code]
    address: Mapped[str] = mapped_column(sa.String(254), unique=True)
    reason: Mapped[str] = mapped_column(sa.String(500))
    since: Mapped[Created]
