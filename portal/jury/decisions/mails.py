"""The mails of decisions: they wait in the outbox with their decision and leave with its release alone."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import doorbell
from portal.accounts.models import Person
from portal.entries.models import Entry
from portal.jury.decisions.models import Decision
from portal.jury.models import Round
from portal.lifecycles import MailState, advance
from portal.mail import outbox
from portal.mail.models import TIED, OutgoingMail
from portal.policies import Actor


def batch(round_: Round) -> str:
    """The name under which a round's decision mails wait together."""
    return f"{TIED}round:{round_.id}:decisions"


def queue(session: Session, round_: Round, entry: Entry, decision: Decision) -> None:
    """Let the mail to the maker wait with its decision."""
    owner = session.get_one(Person, entry.owner_id)
    session.flush()
    outbox.queue(
        session,
        f"decision_{decision.outcome}",
        to=outbox.Recipient(owner.email, owner.language, owner.shown_in(owner.language), owner.id),
        about=decision,
        transition=f"pending.{decision.rev}",
        edition_id=round_.edition_id,
        hold=True,
        batch=batch(round_),
        entry=entry,
    )


def supersede(session: Session, decision: Decision, by: Actor) -> None:
    """What waits of an earlier decision will not leave."""
    for mail in session.scalars(
        sa.select(OutgoingMail).where(
            OutgoingMail.object_kind == Decision.__tablename__,
            OutgoingMail.object_id == decision.id,
            OutgoingMail.state == MailState.DRAFT,
        )
    ):
        advance(session, mail, MailState.SUPERSEDED, by=by)


def let_go(session: Session, round_: Round, by: Actor) -> None:
    """Send everything that waited."""
    for mail in session.scalars(
        sa.select(OutgoingMail).where(OutgoingMail.batch == batch(round_), OutgoingMail.state == MailState.DRAFT)
    ):
        advance(session, mail, MailState.QUEUED, by=by)
        doorbell.after_commit(session, "mail.deliver", mail.id)


def waiting(session: Session, round_: Round) -> int:
    """How many wait."""
    held = (OutgoingMail.batch == batch(round_), OutgoingMail.state == MailState.DRAFT)
    return session.scalar(sa.select(sa.func.count()).where(*held)) or 0
