"""People, their sign-in sessions and links, roles and invitations."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Base, Code, Created, Hash, Id, Short, Versioned, choice
from portal.policies import Role, Scope


class Person(Versioned, Base):
    """Somebody with an e-mail address; names are kept in native and Latin script and never split on spaces.

    `totp_secret` is set once the second step of signing in is on; `totp_step` is the last code's, so that none counts
    twice.
    """

    __tablename__ = "people"

    id: Mapped[Id]
    code: Mapped[Code]
    email: Mapped[str] = mapped_column(sa.String(254), unique=True)
    native_name: Mapped[Short]
    latin_family: Mapped[str] = mapped_column(sa.String(100), default="")
    latin_given: Mapped[str] = mapped_column(sa.String(100), default="")
    language: Mapped[str] = mapped_column(sa.String(2), default="ko")
    timezone: Mapped[str] = mapped_column(sa.String(40), default="Asia/Seoul")
    country: Mapped[str | None] = mapped_column(sa.String(2))
    password_hash: Mapped[str | None] = mapped_column(sa.String(200))
    totp_secret: Mapped[str | None] = mapped_column(sa.String(64))
    totp_step: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[Created]

    __table_args__ = (
        sa.CheckConstraint("email = lower(email)", name="email_lower"),
        sa.CheckConstraint("language IN ('ko', 'en')", name="language"),
    )

    @property
    def latin_name(self) -> str:
        """`HAN Seo-yun`: family name in capitals, as festivals print it."""
        return f"{self.latin_family.upper()} {self.latin_given}".strip()

    def shown_in(self, language: str) -> str:
        """The name a reader of `language` should see."""
        return self.native_name if language == "ko" or not self.latin_name else self.latin_name


class SignInSession(Base):
    """One signed-in browser; the cookie holds a random token, the row its digest. Signing out ends the row."""

    __tablename__ = "sign_in_sessions"

    id: Mapped[Id]
    digest: Mapped[Hash] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[Created]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    person: Mapped[Person] = relationship(lazy="raise")


class LinkPurpose(StrEnum):
    SIGN_IN = "sign_in"
    SIGN_UP = "sign_up"


class SignInLink(Base):
    """A single-use link sent by mail; for an unknown address it makes the account when opened."""

    __tablename__ = "sign_in_links"

    id: Mapped[Id]
    digest: Mapped[Hash] = mapped_column(unique=True)
    purpose: Mapped[LinkPurpose] = mapped_column(choice(LinkPurpose))
    email: Mapped[str] = mapped_column(sa.String(254), index=True)
    asked_from: Mapped[str] = mapped_column(sa.String(64), default="", index=True)
    next_path: Mapped[str] = mapped_column(sa.String(300), default="")
    created_at: Mapped[Created]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SignInAttempt(Base):
    """A failed password, kept to slow guessing down by account and by address."""

    __tablename__ = "sign_in_attempts"

    id: Mapped[Id]
    email: Mapped[str] = mapped_column(sa.String(254), index=True)
    asked_from: Mapped[str] = mapped_column(sa.String(64), index=True)
    at: Mapped[datetime] = mapped_column(index=True)


class RoleGrant(Base):
    """A role a person holds in a place until it is ended."""

    __tablename__ = "role_grants"

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id", ondelete="CASCADE"))
    role: Mapped[Role] = mapped_column(choice(Role))
    scope: Mapped[Scope] = mapped_column(choice(Scope))
    scope_id: Mapped[int] = mapped_column(default=0)
    granted_at: Mapped[Created]
    ended_at: Mapped[datetime | None]
    person: Mapped[Person] = relationship(lazy="raise")

    __table_args__ = (
        sa.UniqueConstraint("person_id", "role", "scope", "scope_id"),
        sa.Index("ix_role_grants_place", "scope", "scope_id", "role"),
    )


class Invitation(Base):
    """A role offered by mail; accepting the link makes the grant."""

    __tablename__ = "invitations"

    id: Mapped[Id]
    digest: Mapped[Hash] = mapped_column(unique=True)
    email: Mapped[str] = mapped_column(sa.String(254), index=True)
    name: Mapped[Short]
    language: Mapped[str] = mapped_column(sa.String(2), default="ko")
    role: Mapped[Role] = mapped_column(choice(Role))
    scope: Mapped[Scope] = mapped_column(choice(Scope))
    scope_id: Mapped[int] = mapped_column(default=0)
    invited_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    created_at: Mapped[Created]
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
