"""People: an account is made, its names and its password change."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy.orm import Session

from portal import audit, clock
from portal.accounts import passwords
from portal.accounts.addresses import normal_email
from portal.accounts.letters import addressed
from portal.accounts.models import Person
from portal.accounts.service.sessions import end_other_sessions
from portal.errors import Invalid, Stale
from portal.i18n import N_
from portal.mail import outbox
from portal.policies import SYSTEM, Actor


@dataclass(frozen=True, slots=True)
class Names:
    """How a person is called and addressed."""

    native_name: str
    latin_family: str = ""
    latin_given: str = ""
    language: str = "ko"
    timezone: str = "Asia/Seoul"


def create_person(session: Session, email: str, names: Names, *, by: Actor = SYSTEM) -> Person:
    """Make an account; the address must be new (the database refuses a second one)."""
    person = Person(email=normal_email(email), **asdict(names))
    session.add(person)
    session.flush()
    audit.record(session, by, "person.created", person)
    return person


def edit_profile(session: Session, person: Person, values: dict[str, Any], *, rev: int, by: Actor) -> None:
    """Change names, language and time zone; raises Stale when the form was drawn from an older version."""
    if person.rev != rev:
        raise Stale(theirs={name: getattr(person, name) for name in values})
    before = {name: getattr(person, name) for name in values if getattr(person, name) != values[name]}
    for name in before:
        setattr(person, name, values[name])
    session.flush()
    if before:
        audit.record(session, by, "person.edited", person, fields=sorted(before))


def change_password(
    session: Session, person: Person, new: str, *, current: str | None, keep: str | None, by: Actor
) -> int:
    """Set a password, sign the person out everywhere but in the browser `keep`, and tell by mail.

    Raises Invalid where the current password is wrong or the new one weak. Returns how many browsers were signed out.
    """
    if person.password_hash is not None and not passwords.matches(person.password_hash, current or ""):
        raise Invalid("current_password", N_("This is not your current password."))
    passwords.check_strength(new, email=person.email)
    person.password_hash = passwords.hashed(new)
    session.flush()
    ended = end_other_sessions(session, person.id, keep=keep, by=by)
    audit.record(session, by, "person.password_changed", person)
    to = addressed(person)
    outbox.queue(
        session, "password_changed", to=to, about=person, transition=f"password.{person.rev}", changed_at=clock.now()
    )
    return ended
