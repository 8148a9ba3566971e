"""Which mails are notices to a person in the portal, and how many of them are unread."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from portal.lifecycles import MailState
from portal.mail.kinds import Urgency, of_urgency
from portal.mail.models import BatchRelease, OutgoingMail
from portal.mail.render import SENDER

MOST_COUNTED = 100
"""Unread notices are counted up to here: every page of everybody shows the number, and past it nobody reads it."""

TOLD = (
    MailState.QUEUED,
    MailState.SENDING,
    MailState.SENT,
    MailState.FAILED,
    MailState.BOUNCED,
    MailState.KEPT,
)
"""States of what is said: neither held back, nor taken back, whether or not it could be delivered."""

# A sign-in link is for the mailbox alone, and the daily letter only repeats what is listed anyway.
_MAILS_ALONE = sorted(of_urgency(Urgency.SECURITY) | {"digest"})


def are_notices() -> sa.ColumnElement[bool]:
    """Says of mails that their readers, if they have an account, find them in the portal."""
    return sa.and_(OutgoingMail.state.in_(TOLD), OutgoingMail.kind.not_in(_MAILS_ALONE))


def title(subject: str) -> str:
    """A subject as the portal says it: without what every mail's begins with."""
    return subject.removeprefix(f"{SENDER} ")


def told_at() -> sa.ColumnElement[datetime]:
    """When a notice reached its reader: a mail that was held back is as new as its leaving."""
    released = (
        sa.select(sa.func.min(BatchRelease.left_at))
        .where(
            BatchRelease.edition_id == OutgoingMail.edition_id,
            BatchRelease.batch == OutgoingMail.batch,
            BatchRelease.left_at >= OutgoingMail.created_at,
        )
        .correlate(OutgoingMail)
        .scalar_subquery()
    )
    moments = (OutgoingMail.sent_at, released, OutgoingMail.created_at)
    return sa.func.coalesce(*moments, type_=OutgoingMail.created_at.type)


def unread(person: Any) -> sa.ScalarSelect[int]:
    """How many unread notices a person has, to MOST_COUNTED; `person` is the model the statement around asks for."""
    unseen = (
        sa.select(OutgoingMail.id)
        .where(OutgoingMail.person_id == person.id, OutgoingMail.read_at.is_(None), are_notices())
        .limit(MOST_COUNTED)
        .correlate(person)
        .subquery()
    )
    return sa.select(sa.func.count()).select_from(unseen).scalar_subquery()
