"""Commands on single mails: release one, cancel it, try a failed one again, send a test of it to oneself."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, clock, doorbell, i18n, lifecycles, links
from portal.errors import Invalid
from portal.i18n import N_
from portal.lifecycles import MailState
from portal.mail import batches, outbox, unsubscribe
from portal.mail.kinds import TEST
from portal.mail.models import OutgoingMail
from portal.mail.outbox import Attachment, Recipient
from portal.mail.releasing import require_free
from portal.mail.render import Rendered
from portal.policies import Actor

_ON_ITS_WAY = (MailState.QUEUED, MailState.SENDING, MailState.SENT)


def release(session: Session, mail: OutgoingMail, *, by: Actor) -> None:
    """Send one draft, or try a failed mail again with its tries counted anew. Pressed twice, it leaves once.

    Raises Invalid for a draft of a batch that is too large for one person: it would be let go mail by mail.
    """
    if mail.state in _ON_ITS_WAY:
        return
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
    """Keep one mail from leaving; raises IllegalMove once it is on its way. Pressed twice, it is cancelled once."""
    if mail.state == MailState.CANCELLED:
        return
    require_free(mail)
    lifecycles.advance(session, mail, MailState.CANCELLED, by=by)
    session.flush()


def send_test(session: Session, mail: OutgoingMail, *, to: Recipient, by: Actor) -> OutgoingMail:
    """Send a mail as it is to somebody of the desk; its own recipient gets and counts nothing."""
    attachments = [(one["name"], one["type"], b64decode(one["base64"])) for one in mail.attachments]
    sample = _for(session, mail, to)
    return send_sample(session, sample, about=mail, to=to, edition_id=mail.edition_id, attachments=attachments, by=by)


def send_sample(
    session: Session,
    sample: Rendered,
    *,
    about: Any,
    to: Recipient,
    edition_id: int | None,
    attachments: Sequence[Attachment] = (),
    by: Actor,
) -> OutgoingMail:
    """Send what readers would get to somebody of the desk, marked as a test. Pressed twice, one leaves."""
    tests = (
        OutgoingMail.object_kind == about.__tablename__,
        OutgoingMail.object_id == about.id,
        OutgoingMail.kind == TEST,
        OutgoingMail.recipient == to.email,
        OutgoingMail.language == to.language,
    )
    sent = session.scalars(sa.select(OutgoingMail).where(*tests).order_by(OutgoingMail.id.desc())).all()
    if sent and sent[0].created_at > clock.now() - clock.PRESSED_TWICE:
        return sent[0]
    audit.record(session, by, "mail.tested", about)
    return outbox.queue(
        session,
        TEST,
        to=to,
        about=about,
        transition=f"test.{to.language}.{len(sent) + 1}",
        edition_id=edition_id,
        attachments=attachments,
        sample=sample,
    )


def _for(session: Session, mail: OutgoingMail, to: Recipient) -> Rendered:
    """What a mail says, but that the link in its foot is the tester's: nobody unsubscribes somebody else by a test."""
    with i18n.using(mail.language):
        theirs, own = (unsubscribe.link(links.of(session), mail.kind, one) for one in (mail.recipient, to.email))
    text, html = (face.replace(theirs, own) if theirs and own else face for face in (mail.text, mail.html))
    return Rendered(mail.subject, text, html)
