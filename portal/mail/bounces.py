"""Mails that come back: a delivery report is read, the mail is marked, an address that does not exist is suppressed.

A report is RFC 3464's (message/delivery-status), as mail servers return them to the sender's address; it is matched by
the Message-ID that the portal gave, never by an address somebody wrote into it.
"""

from __future__ import annotations

from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.policy import default
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, clock, lifecycles
from portal.lifecycles import MailState
from portal.mail.kinds import Urgency, of_urgency
from portal.mail.models import OutgoingMail, Suppression
from portal.policies import SYSTEM, Actor

_WORDS = 500


@dataclass(frozen=True, slots=True)
class Report:
    """One mail that came back: its Message-ID, RFC 3463's status such as `5.1.1`, and the server's words."""

    message_id: str
    status: str
    words: str = ""

    @property
    def lasting(self) -> bool:
        """Whether trying again is pointless: the address does not exist or takes nothing."""
        return self.status.startswith("5")


def read(content: bytes) -> list[Report]:
    """The reports inside a mail; none in a mail that is no delivery report, or that names no mail."""
    parts = list(message_from_bytes(content, policy=default).walk())
    named = next((found for part in parts if (found := _message_id(part))), "")
    if not named:
        return []
    return [
        Report(named, status, str(block.get("Diagnostic-Code", ""))[:_WORDS])
        for part in parts
        if part.get_content_type() == "message/delivery-status"
        for block in cast(list[Message], part.get_payload())
        if (status := str(block.get("Status", "")).strip()) and str(block.get("Action", "")).lower() == "failed"
    ]


def _message_id(part: Message) -> str:
    """The Message-ID of the mail that is returned, whole or as headers alone."""
    if part.get_content_type() == "message/rfc822":
        returned = cast(list[Message], part.get_payload())
        return str(returned[0].get("Message-ID", "")).strip() if returned else ""
    if part.get_content_type() == "text/rfc822-headers":
        body = part.get_payload(decode=True)
        return str(message_from_bytes(cast(bytes, body), policy=default).get("Message-ID", "")).strip()
    return ""


def note(session: Session, report: Report) -> OutgoingMail | None:
    """Mark the mail that came back and suppress its address if the reason lasts; the same report twice is one."""
    mail = lifecycles.advance_row(
        session,
        OutgoingMail,
        _id_of(session, report.message_id),
        MailState.BOUNCED,
        last_error=f"{report.status} {report.words}".strip(),
    )
    if mail is None:
        return None
    audit.record(session, SYSTEM, "mail.bounced", mail, status=report.status)
    if report.lasting:
        suppress(session, mail.recipient, f"{report.status} {report.words}".strip(), by=SYSTEM)
    return cast(OutgoingMail, mail)


def _id_of(session: Session, message_id: str) -> int:
    return session.scalar(sa.select(OutgoingMail.id).where(OutgoingMail.message_id == message_id)) or 0


def suppress(session: Session, address: str, reason: str, *, by: Actor) -> Suppression:
    """Send nothing to an address from now on; what waits for it fails visibly. Twice is once."""
    found = session.scalar(sa.select(Suppression).where(Suppression.address == address))
    if found is None:
        found = Suppression(address=address, reason=reason[:_WORDS], since=clock.now())
        session.add(found)
        session.flush()
        audit.record(session, by, "address.suppressed", found, reason=found.reason)
    waiting = sa.select(OutgoingMail).where(
        OutgoingMail.recipient == address,
        OutgoingMail.state == MailState.QUEUED,
        OutgoingMail.kind.not_in(of_urgency(Urgency.SECURITY)),
    )
    for mail in session.scalars(waiting).all():
        lifecycles.advance(session, mail, MailState.FAILED, by=by, reason="the address is suppressed")
        mail.last_error = found.reason
    session.flush()
    return found


def lift(session: Session, suppression: Suppression, *, by: Actor) -> None:
    """Send to the address again: it was mended."""
    audit.record(session, by, "address.lifted", suppression, reason=suppression.reason)
    session.delete(suppression)
    session.flush()
