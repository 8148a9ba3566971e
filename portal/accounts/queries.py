"""Reads of people, their sessions, roles and invitations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager

from portal import clock, signing
from portal.accounts.models import Invitation, Person, RoleGrant, SignInLink, SignInSession
from portal.db import UtcDateTime
from portal.mail import notices
from portal.policies import Actor, Grant, Role, Scope

NEED_SECOND_STEP = (Role.ADMINISTRATOR, Role.ORGANIZER, Role.CHAIR, Role.CONSENT_OFFICER)


@dataclass(frozen=True, slots=True)
class Account:
    """The person behind a session, with the roles that hold right now."""

    actor: Actor
    person_id: int
    email: str
    native_name: str
    latin_name: str
    language: str
    timezone: str
    unread: int


def account_behind(session: Session, token: str) -> Account | None:
    """The account of a session that neither ended nor expired, of a person who is not disabled; one statement.

    Where the installation asks for a second step, the roles that need it count only once it is on.
    """
    rows = session.execute(_ACCOUNT, {"digest": signing.digest(token), "now": clock.now()}).all()
    if not rows:
        return None
    person, grants = rows[0], _grants(rows)
    if session.info["settings"].second_step and not person.confirmed:
        grants = frozenset(grant for grant in grants if grant.role not in NEED_SECOND_STEP)
    return Account(
        actor=Actor("person", person.id, grants),
        person_id=person.id,
        email=person.email,
        native_name=person.native_name,
        latin_name=f"{person.latin_family.upper()} {person.latin_given}".strip(),
        language=person.language,
        timezone=person.timezone,
        unread=person.unread,
    )


# Asked by every request of somebody signed in, hence one statement, built once: the person, once for each role, and how
# many notices wait for them.
_ACCOUNT = (
    sa.select(
        Person.id,
        Person.email,
        Person.native_name,
        Person.latin_family,
        Person.latin_given,
        Person.language,
        Person.timezone,
        Person.totp_secret.is_not(None).label("confirmed"),
        notices.unread(Person).label("unread"),
        RoleGrant.role,
        RoleGrant.scope,
        RoleGrant.scope_id,
    )
    .join(SignInSession, SignInSession.person_id == Person.id)
    .outerjoin(RoleGrant, sa.and_(RoleGrant.person_id == Person.id, RoleGrant.ended_at.is_(None)))
    .where(
        SignInSession.digest == sa.bindparam("digest"),
        SignInSession.ended_at.is_(None),
        SignInSession.expires_at > sa.bindparam("now", type_=UtcDateTime()),
        Person.disabled_at.is_(None),
    )
)


def grants_of(session: Session, person_id: int) -> frozenset[Grant]:
    """The roles a person holds now."""
    held = sa.select(RoleGrant.role, RoleGrant.scope, RoleGrant.scope_id).where(
        RoleGrant.person_id == person_id, RoleGrant.ended_at.is_(None)
    )
    return _grants(session.execute(held).all())


def _grants(rows: Sequence[Any]) -> frozenset[Grant]:
    return frozenset(Grant(row.role, row.scope, row.scope_id) for row in rows if row.role is not None)


def person_by_email(session: Session, email: str) -> Person | None:
    """The person with this address, written as it is stored."""
    return session.scalar(sa.select(Person).where(Person.email == email))


def person_by_code(session: Session, code: str) -> Person | None:
    """The person with this public code, unless disabled."""
    return session.scalar(sa.select(Person).where(Person.code == code, Person.disabled_at.is_(None)))


def open_sessions(session: Session, person_id: int) -> Sequence[SignInSession]:
    """The browsers a person is signed in with, newest first."""
    return session.scalars(
        sa.select(SignInSession)
        .where(
            SignInSession.person_id == person_id,
            SignInSession.ended_at.is_(None),
            SignInSession.expires_at > clock.now(),
        )
        .order_by(SignInSession.id.desc())
    ).all()


def own_account(session: Session, person_id: int | None) -> Person | None:
    """The person who is signed in, as a row to edit."""
    return session.get(Person, person_id) if person_id is not None else None


def link_is_usable(token: str) -> sa.ColumnElement[bool]:
    """Says of a sign-in link that it is this one, unused and in time."""
    return sa.and_(
        SignInLink.digest == signing.digest(token), SignInLink.used_at.is_(None), SignInLink.expires_at > clock.now()
    )


def usable_link(session: Session, token: str) -> SignInLink | None:
    """The sign-in link behind a token, while it still works."""
    return session.scalar(sa.select(SignInLink).where(link_is_usable(token)))


def address_of_link(session: Session, token: str) -> str | None:
    """Whom a link was mailed to, used or not: its holder may ask for a new one."""
    return session.scalar(sa.select(SignInLink.email).where(SignInLink.digest == signing.digest(token)))


def invitation_is_open(token: str) -> sa.ColumnElement[bool]:
    """Says of an invitation that it is this one, not accepted and in time."""
    return sa.and_(
        Invitation.digest == signing.digest(token),
        Invitation.accepted_at.is_(None),
        Invitation.expires_at > clock.now(),
    )


def invitation_behind(session: Session, token: str) -> Invitation | None:
    """The open invitation of a link."""
    return session.scalar(sa.select(Invitation).where(invitation_is_open(token)))


def open_invitation(session: Session, email: str, grant: Grant) -> Invitation | None:
    """The open invitation of an address to this very role."""
    return session.scalar(
        sa.select(Invitation).where(
            *_open_in(grant.scope, grant.scope_id), Invitation.email == email, Invitation.role == grant.role
        )
    )


def open_invitations(session: Session, scope: Scope, scope_id: int) -> Sequence[Invitation]:
    """Who was invited to a place and has not answered, newest first."""
    return session.scalars(sa.select(Invitation).where(*_open_in(scope, scope_id)).order_by(Invitation.id.desc())).all()


def _open_in(scope: Scope, scope_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        Invitation.scope == scope,
        Invitation.scope_id == scope_id,
        Invitation.accepted_at.is_(None),
        Invitation.expires_at > clock.now(),
    )


def holders(session: Session, scope: Scope, scope_id: int) -> Sequence[RoleGrant]:
    """Everybody who holds a role in a place, with the person, in the order of roles and names."""
    return session.scalars(
        sa.select(RoleGrant)
        .join(RoleGrant.person)
        .options(contains_eager(RoleGrant.person))
        .where(RoleGrant.scope == scope, RoleGrant.scope_id == scope_id, RoleGrant.ended_at.is_(None))
        .order_by(RoleGrant.role, Person.native_name, Person.id)
    ).all()


def needs_second_step(session: Session, person: Person) -> bool:
    """Whether some of the person's roles wait for the second step to be switched on."""
    asked: bool = session.info["settings"].second_step
    if not asked or person.totp_secret is not None:
        return False
    return any(grant.role in NEED_SECOND_STEP for grant in grants_of(session, person.id))
