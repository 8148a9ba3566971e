"""Commands on single mails: release one, cancel it, try a failed one again, send a test of it to oneself."""

from __future__ import annotations

from base64 import b64decode

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, clock, doorbell, i18n, lifecycles, links
from portal.errors import Invalid
from portal.i18n import N_
from portal.lifecycles import MailState
from portal.mail import batches, outbox, unsubscribe
from portal.mail.models import OutgoingMail
from portal.mail.outbox import Recipient
from portal.mail.releasing import require_free
from portal.mail.render import Rendered
from portal.policies import Actor


def release(session: Session, mail: OutgoingMail, *, by: Actor) -> None:
    """Send one draft, or try a failed mail again with its tries counted anew.

    Raises Invalid for a draft of a batch that is too large for one person: it would be let go mail by mail.
    """
    require_free(mail)
    _require_small(session, mail)
    lifecycles.advance(session, mail, MailState.QUEUED, by=by)
    mail.attempts, mail.send_after = 0, None
    session.flush()
    doorbell.after_commit(session, "mail.deliver", mail.id)


def _require_small(session: Session, mail: OutgoingMail) -> None:
    held = batches.batch_named(session, mail.batch) if mail.state == MailState.DRAFT and mail.batch else None
    if held is not None and held.needs_second:
        raise Invalid("main", N_("This mail belongs to a large batch, which two people let go together."))


def cancel(session: Session, mail: OutgoingMail, *, by: Actor) -> None:
    """Keep one mail from leaving; raises IllegalMove once it is on its way."""
    require_free(mail)
    lifecycles.advance(session, mail, MailState.CANCELLED, by=by)
    session.flush()


def send_test(session: Session, mail: OutgoingMail, *, to: Recipient, by: Actor) -> OutgoingMail:
    """Send a mail as it is to somebody of the desk, marked as a test; its own recipient gets and counts nothing.

    Pressed twice, one leaves.
    """
    about = (
        OutgoingMail.object_kind == OutgoingMail.__tablename__,
        OutgoingMail.object_id == mail.id,
        OutgoingMail.kind == "test",
        OutgoingMail.recipient == to.email,
    )
    sent = session.scalars(sa.select(OutgoingMail).where(*about).order_by(OutgoingMail.id.desc())).all()
    if sent and sent[0].created_at > clock.now() - clock.PRESSED_TWICE:
        return sent[0]
    audit.record(session, by, "mail.tested", mail)
    attachments = [(one["name"], one["type"], b64decode(one["base64"])) for one in mail.attachments]
    return outbox.queue(
        session,
        "test",
        to=to,
        about=mail,
        transition=f"test.{len(sent) + 1}",
        edition_id=mail.edition_id,
        attachments=attachments,
        sample=_for(session, mail, to),
    )


def _for(session: Session, mail: OutgoingMail, to: Recipient) -> Rendered:
    """What a mail says, but that the link in its foot is the tester's: nobody unsubscribes somebody else by a test."""
    with i18n.using(mail.language):
        theirs, own = (unsubscribe.link(links.of(session), mail.kind, one) for one in (mail.recipient, to.email))
    text, html = (face.replace(theirs, own) if theirs and own else face for face in (mail.text, mail.html))
    return Rendered(mail.subject, text, html)
