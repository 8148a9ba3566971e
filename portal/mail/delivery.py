"""Delivers what waits in the outbox, each mail once.

A mail is marked SENDING in a committed transaction before the server hears of it. A worker that dies after that leaves
a row whose lease runs out; nobody can know whether it left, so it is sent again under the same Message-ID and flagged.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session

from portal import audit, claims, clock, lifecycles
from portal.lifecycles import MailState
from portal.mail import message, queries
from portal.mail.models import OutgoingMail
from portal.mail.smtp import Answer, Fate, Line
from portal.policies import SYSTEM
from portal.settings import Settings

# As long as a server may take to answer all four commands; with the sweep still under three minutes.
LEASE = timedelta(seconds=150)
WAITS = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=4))
Work = Callable[[], AbstractContextManager[Session]]
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail on its way: what the server gets, and which try of which row it is."""

    mail_id: int
    attempt: int
    sender: str
    recipient: str
    content: bytes


def deliver(work: Work, line: Line, first: int) -> int:
    """Send the mail `first` and then every other that waits, over one connection; returns how many were handed over.

    `work` opens one unit of work. One transaction notes what became of a mail and takes the next.
    """
    with work() as session:
        recover(session)
        due = sorted(queries.waiting(session), key=lambda mail_id: (mail_id < first, mail_id))
    handed_over, done = 0, None
    for mail_id in (*due, None):
        ready = mail_id is not None and line.ready()
        with work() as session:
            if done is not None:
                settle(session, *done)
            if mail_id is None and handed_over:
                audit.record(session, SYSTEM, "mail.handed_over", OutgoingMail.__tablename__, mails=handed_over)
            letter = take(session, mail_id) if mail_id is not None and ready else None
        if mail_id is not None and not ready:
            break
        done = (letter, line.hand_over(letter.sender, letter.recipient, letter.content)) if letter else None
        handed_over += letter is not None
    return handed_over


def take(session: Session, mail_id: int) -> Letter | None:
    """Mark the mail as being sent; None when somebody else has it, or it cannot be sent at all."""
    settings: Settings = session.info["settings"]
    mail = lifecycles.advance_row(
        session,
        OutgoingMail,
        mail_id,
        MailState.SENDING,
        queries.due(),
        claims.free(OutgoingMail),
        lease_until=clock.now() + LEASE,
        attempts=OutgoingMail.attempts + 1,
        message_id=sa.func.coalesce(OutgoingMail.message_id, message.message_id(settings, mail_id)),
    )
    if mail is None:
        return None
    try:
        content = message.as_bytes(settings, mail)
    except ValueError as error:
        _give_back(session, mail, Answer(Fate.REFUSED, str(error)))
        return None
    return Letter(mail.id, mail.attempts, message.sender_address(settings), mail.recipient, content)


def settle(session: Session, letter: Letter, answer: Answer) -> None:
    """Note what became of a letter; one that took longer than its lease is no longer ours to note."""
    ours = (OutgoingMail.state == MailState.SENDING, OutgoingMail.attempts == letter.attempt)
    if answer.fate is Fate.SENT:
        left = {"sent_at": clock.now(), "lease_until": None, "last_error": None}
        noted = lifecycles.advance_row(session, OutgoingMail, letter.mail_id, MailState.SENT, *ours, **left)
    else:
        found = sa.select(OutgoingMail).where(OutgoingMail.id == letter.mail_id, *ours).with_for_update()
        noted = session.scalars(found).first()
        if noted is not None:
            _give_back(session, noted, answer)
    if noted is None:
        log.warning("mail.overtaken", mail_id=letter.mail_id)


def recover(session: Session) -> None:
    """Queue again what somebody was sending who has not come back, flagged as perhaps delivered."""
    for mail_id in queries.left_behind_ids(session):
        mail = claims.claim(session, OutgoingMail, mail_id, queries.left_behind(), lease=LEASE)
        if mail is not None:
            mail.attempts -= 1  # this claim only takes stock; the try it counts follows
            _give_back(session, mail, Answer(Fate.UNKNOWN, "the worker ended while sending"), at_once=True)
    session.flush()


def _give_back(session: Session, mail: OutgoingMail, answer: Answer, *, at_once: bool = False) -> None:
    mail.uncertain = mail.uncertain or answer.fate is Fate.UNKNOWN
    claims.settle(mail, error=answer.words)
    if answer.fate is Fate.REFUSED or mail.attempts > len(WAITS):
        lifecycles.advance(session, mail, MailState.FAILED, by=SYSTEM, reason=answer.words)
        return
    lifecycles.advance(session, mail, MailState.QUEUED, by=SYSTEM, reason=answer.words)
    mail.send_after = None if at_once else clock.now() + WAITS[mail.attempts - 1]
