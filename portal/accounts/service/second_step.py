"""The second step of signing in: a code from the person's own device, switched on, asked for, switched off."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, clock
from portal.accounts import totp
from portal.accounts.letters import addressed
from portal.accounts.models import Person
from portal.errors import Invalid
from portal.i18n import N_
from portal.mail import outbox
from portal.policies import Actor

WRONG_CODE = N_("This code is not right, or it was used already. Wait for the next one.")


def switch_on(session: Session, person: Person, secret: str, typed: str, *, by: Actor) -> None:
    """Ask for a code from now on; the first code proves that the device has the secret. Raises Invalid."""
    step = totp.matching_step(secret, typed, clock.now())
    if step is None:
        raise Invalid("code", WRONG_CODE)
    person.totp_secret, person.totp_step = secret, step
    session.flush()
    audit.record(session, by, "second_step.on", person)
    _tell(session, person)


def switch_off(session: Session, person: Person, *, by: Actor) -> None:
    """Ask for no code any more, at the person's own wish or because the device is lost."""
    if person.totp_secret is None:
        return
    person.totp_secret = None
    session.flush()
    audit.record(session, by, "second_step.off", person)
    _tell(session, person)


def use_code(session: Session, person: Person, typed: str) -> None:
    """Accept a code once; raises Invalid for a wrong one, and for one that somebody used a moment before."""
    step = totp.matching_step(person.totp_secret or totp.new_secret(), typed, clock.now())
    used = step is not None and session.scalar(
        sa.update(Person)
        .where(Person.id == person.id, Person.totp_step < step, Person.totp_secret == person.totp_secret)
        .values(totp_step=step)
        .returning(Person.id)
        .execution_options(synchronize_session=False)
    )
    if not used:
        raise Invalid("code", WRONG_CODE)


def _tell(session: Session, person: Person) -> None:
    to = addressed(person)
    outbox.queue(
        session,
        "second_step",
        to=to,
        about=person,
        transition=f"second_step.{person.rev}",
        is_on=person.totp_secret is not None,
        changed_at=clock.now(),
    )
