"""Reads of people, their sessions, roles and invitations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import clock, signing
from portal.accounts.models import Person, RoleGrant, SignInSession
from portal.policies import Actor, Grant


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


def account_behind(session: Session, token: str) -> Account | None:
    """The account of a session that neither ended nor expired, of a person who is not disabled; two statements."""
    person = session.execute(_person_behind(token)).first()
    if person is None:
        return None
    return Account(
        actor=Actor("person", person.id, grants_of(session, person.id)),
        person_id=person.id,
        email=person.email,
        native_name=person.native_name,
        latin_name=f"{person.latin_family.upper()} {person.latin_given}".strip(),
        language=person.language,
        timezone=person.timezone,
    )


def _person_behind(token: str) -> sa.Select[*tuple[Any, ...]]:
    columns = (Person.id, Person.email, Person.native_name, Person.latin_family, Person.latin_given)
    return (
        sa.select(*columns, Person.language, Person.timezone)
        .join(SignInSession, SignInSession.person_id == Person.id)
        .where(
            SignInSession.digest == signing.digest(token),
            SignInSession.ended_at.is_(None),
            SignInSession.expires_at > clock.now(),
            Person.disabled_at.is_(None),
        )
    )


def grants_of(session: Session, person_id: int) -> frozenset[Grant]:
    """The roles a person holds now."""
    held = sa.select(RoleGrant.role, RoleGrant.scope, RoleGrant.scope_id).where(
        RoleGrant.person_id == person_id, RoleGrant.ended_at.is_(None)
    )
    return frozenset(Grant(row.role, row.scope, row.scope_id) for row in session.execute(held))


def person_by_email(session: Session, email: str) -> Person | None:
    """The person with this address, written as it is stored."""
    return session.scalar(sa.select(Person).where(Person.email == email))


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
