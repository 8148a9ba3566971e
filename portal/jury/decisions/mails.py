"""The mails of decisions: they wait in the outbox with their decision and leave with its release alone."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import doorbell
from portal.accounts.letters import addressed
from portal.accounts.models import Person
from portal.entries.models import Entry
from portal.jury.decisions.models import Decision, Outcome
from portal.jury.models import Round
from portal.lifecycles import MailState, advance
from portal.mail import outbox, queries
from portal.mail.models import TIED, OutgoingMail
from portal.policies import Actor


def batch(round_: Round) -> str:
    """The name under which a round's decision mails wait together."""
    return f"{TIED}round:{round_.id}:decisions"


def queue(session: Session, round_: Round, entry: Entry, decision: Decision) -> None:
    """Let the mail to the maker wait with its decision."""
    owner = session.get_one(Person, entry.owner_id)
    session.flush()
    selected = decision.outcome == Outcome.SELECTED
    more: dict[str, Any] = {"answer_by": round_.answer_by} if selected else {}
    outbox.queue(
        session,
        f"decision_{decision.outcome}",
        to=addressed(owner),
        about=decision,
        # A selected maker's mail is written anew when the round's day to answer moves.
        transition=f"pending.{decision.rev}" + (f".{round_.rev}" if selected else ""),
        edition_id=round_.edition_id,
        hold=True,
        batch=batch(round_),
        entry=entry,
        **more,
    )


def supersede(session: Session, decision: Decision, by: Actor) -> int:
    """What waits of an earlier decision will not leave; how many mails that were."""
    waiting = session.scalars(
        sa.select(OutgoingMail).where(
            OutgoingMail.object_kind == Decision.__tablename__,
            OutgoingMail.object_id == decision.id,
            OutgoingMail.state == MailState.DRAFT,
        )
    ).all()
    for mail in waiting:
        advance(session, mail, MailState.SUPERSEDED, by=by)
    return len(waiting)


def let_go(session: Session, round_: Round, announced: Collection[Decision], by: Actor) -> None:
    """Send what waited with these decisions; to an address that takes no mail by now it has failed, and shows it.

    The mail of a decision that a colleague has just made waits on: it was not announced.
    """
    about = OutgoingMail.object_id.in_([decision.id for decision in announced])
    held = (OutgoingMail.batch == batch(round_), OutgoingMail.state == MailState.DRAFT, about)
    waiting = session.scalars(sa.select(OutgoingMail).where(*held)).all()
    unreachable = queries.suppressed(session, [mail.recipient for mail in waiting])
    for mail in waiting:
        if mail.recipient in unreachable:
            mail.last_error = unreachable[mail.recipient]
            advance(session, mail, MailState.FAILED, by=by, reason="the address is suppressed")
            continue
        advance(session, mail, MailState.QUEUED, by=by)
        doorbell.after_commit(session, "mail.deliver", mail.id)


def waiting(session: Session, round_: Round) -> int:
    """How many wait."""
    held = (OutgoingMail.batch == batch(round_), OutgoingMail.state == MailState.DRAFT)
    return session.scalar(sa.select(sa.func.count()).where(*held)) or 0
