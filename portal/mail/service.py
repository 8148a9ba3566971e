"""Commands on the outbox: release what was held, cancel it, try a failed mail again."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import doorbell, lifecycles
from portal.errors import Invalid, Stale
from portal.i18n import N_
from portal.lifecycles import MailState
from portal.mail import queries
from portal.mail.models import OutgoingMail
from portal.mail.queries import HeldBatch
from portal.policies import Actor


def release_batch(session: Session, held: HeldBatch, *, expected: int, by: Actor) -> int:
    """Send every draft of a batch, as many as the releaser was shown; raises Stale when the number has changed."""
    _require_free(held)
    moved = lifecycles.advance_all(session, OutgoingMail, MailState.QUEUED, *_drafts(held), by=by, batch=held.batch)
    if moved != expected:
        raise Stale(theirs={"count": moved})
    for mail_id in queries.first_waiting(session):
        doorbell.after_commit(session, "mail.deliver", mail_id)
    return moved


def cancel_batch(session: Session, held: HeldBatch, *, by: Actor) -> int:
    """Cancel every draft of a batch; returns how many."""
    _require_free(held)
    return lifecycles.advance_all(session, OutgoingMail, MailState.CANCELLED, *_drafts(held), by=by, batch=held.batch)


def _require_free(held: HeldBatch | OutgoingMail) -> None:
    if held.tied:
        raise Invalid("main", N_("These mails leave with the announcement they tell of. Release it there."))


def _drafts(held: HeldBatch) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        OutgoingMail.batch == held.batch,
        OutgoingMail.edition_id == held.edition_id,
        OutgoingMail.state == MailState.DRAFT,
    )


def release(session: Session, mail: OutgoingMail, *, by: Actor) -> None:
    """Send one draft, or try a failed mail again with its tries counted anew."""
    _require_free(mail)
    lifecycles.advance(session, mail, MailState.QUEUED, by=by)
    mail.attempts, mail.send_after = 0, None
    session.flush()
    doorbell.after_commit(session, "mail.deliver", mail.id)


def cancel(session: Session, mail: OutgoingMail, *, by: Actor) -> None:
    """Keep one mail from leaving; raises IllegalMove once it is on its way."""
    _require_free(mail)
    lifecycles.advance(session, mail, MailState.CANCELLED, by=by)
    session.flush()
