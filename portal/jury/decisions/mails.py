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
from portal.jury.invitations import places
from portal.jury.models import Round
from portal.lifecycles import InvitationState, MailState, advance
from portal.mail import outbox, queries
from portal.mail.models import TIED, OutgoingMail
from portal.policies import Actor

AGAIN = "decision_selected_again"
"""The mail to makers who have confirmed before, after an earlier round: it asks nothing."""


def batch(round_: Round) -> str:
    """The name under which a round's decision mails wait together."""
    return f"{TIED}round:{round_.id}:decisions"


def queue(session: Session, round_: Round, entry: Entry, decision: Decision) -> None:
    """Let the mail to the maker wait with its decision."""
    owner = session.get_one(Person, entry.owner_id)
    session.flush()
    selected = decision.outcome == Outcome.SELECTED
    confirmed = selected and bool(coming(session, [entry.id]))
    more: dict[str, Any] = {"answer_by": round_.answer_by} if selected and not confirmed else {}
    outbox.queue(
        session,
        AGAIN if confirmed else f"decision_{decision.outcome}",
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


def coming(session: Session, entry_ids: Collection[int]) -> set[int]:
    """Those of the films whose makers have confirmed."""
    confirmed = places.answered(Entry.id, InvitationState.CONFIRMED)
    return set(session.scalars(sa.select(Entry.id).where(Entry.id.in_(entry_ids), confirmed)))


def keep_true(session: Session, round_: Round, chosen: Collection[Decision], by: Actor) -> None:
    """Write anew what waits with these selections where a film was confirmed or declined since it was written."""
    confirmed = coming(session, [decision.entry_id for decision in chosen])
    about = OutgoingMail.object_id.in_([decision.id for decision in chosen])
    waiting = sa.select(OutgoingMail.object_id).where(*_held(round_), about, OutgoingMail.kind == AGAIN)
    asks_nothing = set(session.scalars(waiting))
    for decision in chosen:
        told = decision.id in asks_nothing
        if told != (decision.entry_id in confirmed) and supersede(session, decision, by):
            queue(session, round_, decision.entry, decision)


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
    waiting = session.scalars(sa.select(OutgoingMail).where(*_held(round_), about)).all()
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
    return session.scalar(sa.select(sa.func.count()).where(*_held(round_))) or 0


def _held(round_: Round) -> tuple[sa.ColumnElement[bool], ...]:
    return OutgoingMail.batch == batch(round_), OutgoingMail.state == MailState.DRAFT
