"""Reads of letters to many."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.broadcasts.models import Broadcast
from portal.lifecycles import BroadcastState, MailState
from portal.mail.kinds import TEST
from portal.mail.models import OutgoingMail
from portal.policies import Actor, Role, Scope


def visible_to(actor: Actor) -> sa.ColumnElement[bool]:
    """Which letters an actor may see and write: those of the editions the actor organizes."""
    return Broadcast.edition_id.in_(actor.places(Scope.EDITION, Role.ORGANIZER))


def by_code(session: Session, code: str) -> Broadcast | None:
    """One letter."""
    return session.scalar(sa.select(Broadcast).where(Broadcast.code == code))


def batch_of(broadcast: Broadcast) -> str:
    """The name under which its mails wait together."""
    return f"broadcast:{broadcast.code}"


@dataclass(frozen=True, slots=True)
class Fates:
    """What became of a letter's mails: still held, on their way, come to their readers (as a mail or in the portal
    alone), failed or come back, and cancelled in the outbox."""

    held: int = 0
    leaving: int = 0
    reached: int = 0
    failed: int = 0
    cancelled: int = 0

    @property
    def gone(self) -> bool:
        """Whether anything is no longer held."""
        return any((self.leaving, self.reached, self.failed, self.cancelled))


_FATES = {
    "held": (MailState.DRAFT,),
    "leaving": (MailState.QUEUED, MailState.SENDING),
    "reached": (MailState.SENT, MailState.KEPT),
    "failed": (MailState.FAILED, MailState.BOUNCED),
    "cancelled": (MailState.CANCELLED,),
}


def fates(session: Session, broadcasts: Collection[Broadcast]) -> dict[int, Fates]:
    """What became of the mails of these letters, by the letters' ids; one statement."""
    count, about = sa.func.count(), OutgoingMail.object_id
    counts = [count.filter(OutgoingMail.state.in_(states)) for states in _FATES.values()]
    letters = sa.select(about, *counts).where(_of_letters(), about.in_([one.id for one in broadcasts]))
    found = {
        row[0]: Fates(**dict(zip(_FATES, row[1:], strict=True))) for row in session.execute(letters.group_by(about))
    }
    return {one.id: found.get(one.id, Fates()) for one in broadcasts}


def waits() -> sa.ColumnElement[bool]:
    """Says of a letter that a mail of it is still held."""
    return sa.exists().where(*_mails(Broadcast), OutgoingMail.state == MailState.DRAFT)


# What has not left and, but for the drafts, never will.
_STAYS = (MailState.DRAFT, MailState.SUPERSEDED, MailState.CANCELLED)


def _of_letters() -> sa.ColumnElement[bool]:
    """Says of a mail that it is a letter's; a test of one is nobody's."""
    return sa.and_(OutgoingMail.object_kind == Broadcast.__tablename__, OutgoingMail.kind != TEST)


def _mails(of: Any) -> tuple[sa.ColumnElement[bool], ...]:
    """Says of a mail that it is this letter's; `of` is a letter, or the model that the statement around asks for."""
    return _of_letters(), OutgoingMail.object_id == of.id


def rows(actor: Actor) -> sa.Select[Broadcast]:
    """The letters of one's editions, the newest first."""
    return sa.select(Broadcast).where(visible_to(actor)).order_by(Broadcast.id.desc())


def written_to(session: Session, broadcast: Broadcast) -> set[str]:
    """The addresses that one mail of the letter has left for already."""
    left = (*_mails(broadcast), OutgoingMail.state.not_in(_STAYS))
    return set(session.scalars(sa.select(OutgoingMail.recipient).where(*left)))


def held(session: Session, broadcast: Broadcast) -> int:
    """How many mails of it wait."""
    waiting = sa.select(sa.func.count()).where(*_mails(broadcast), OutgoingMail.state == MailState.DRAFT)
    return session.scalar(waiting) or 0


def to_settle(session: Session) -> Sequence[int]:
    """Ids of prepared letters of which nothing is held any more: they have left, or were cancelled in the outbox."""
    done = (Broadcast.state == BroadcastState.PREPARED, ~waits())
    return session.scalars(sa.select(Broadcast.id).where(*done).order_by(Broadcast.id).limit(100)).all()
