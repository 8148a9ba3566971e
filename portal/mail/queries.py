"""Reads of the outbox: what waits for delivery, and what the desk sees of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import claims, clock
from portal.lifecycles import MailState
from portal.mail.models import TIED, MailPreference, OutgoingMail, Suppression, Topic, Way
from portal.policies import Actor, Role, Scope


def due() -> sa.ColumnElement[bool]:
    """Says of a mail that its time has come: queued and not put off."""
    return sa.and_(
        OutgoingMail.state == MailState.QUEUED,
        sa.or_(OutgoingMail.send_after.is_(None), OutgoingMail.send_after <= clock.now()),
    )


def left_behind() -> sa.ColumnElement[bool]:
    """Says of a mail that whoever sent it has not come back."""
    return sa.and_(OutgoingMail.state == MailState.SENDING, OutgoingMail.lease_until < clock.now())


def left_behind_ids(session: Session) -> Sequence[int]:
    """Ids of mails whose sender has not come back."""
    return claims.waiting(session, OutgoingMail, left_behind())


def waiting(session: Session) -> Sequence[int]:
    """Ids of mails to deliver now, the oldest first."""
    return claims.waiting(session, OutgoingMail, due())


def first_waiting(session: Session) -> Sequence[int]:
    """As many as a worker has threads, those left behind first: each bell rung leads to all the others."""
    return [*left_behind_ids(session), *waiting(session)][:4]


def visible_to(actor: Actor) -> sa.ColumnElement[bool]:
    """Which mails an actor may see and release: those of the editions the actor organizes."""
    return OutgoingMail.edition_id.in_(actor.places(Scope.EDITION, Role.ORGANIZER))


def mail(session: Session, mail_id: int) -> OutgoingMail | None:
    """One mail."""
    return session.get(OutgoingMail, mail_id)


def rows(actor: Actor, *, state: MailState | None, kind: str, search: str) -> sa.Select[*tuple[Any, ...]]:
    """The outbox as the desk lists it, the newest first."""
    columns = (OutgoingMail.id, OutgoingMail.state, OutgoingMail.kind, OutgoingMail.recipient, OutgoingMail.subject)
    more = (OutgoingMail.created_at, OutgoingMail.sent_at, OutgoingMail.uncertain, OutgoingMail.last_error)
    found = sa.select(*columns, *more).where(visible_to(actor)).order_by(OutgoingMail.id.desc())
    if state is not None:
        found = found.where(OutgoingMail.state == state)
    if kind:
        found = found.where(OutgoingMail.kind == kind)
    if search:
        wanted = f"%{_literal(search)}%"
        either = (OutgoingMail.recipient.ilike(wanted, escape="\\"), OutgoingMail.subject.ilike(wanted, escape="\\"))
        found = found.where(sa.or_(*either))
    return found


def _literal(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def counts(session: Session, actor: Actor) -> dict[MailState, int]:
    """How many mails stand in each state."""
    counted = sa.select(OutgoingMail.state, sa.func.count()).where(visible_to(actor)).group_by(OutgoingMail.state)
    return {row[0]: row[1] for row in session.execute(counted)}


def kinds(session: Session, actor: Actor) -> Sequence[str]:
    """The kinds of mails there are."""
    return session.scalars(
        sa.select(OutgoingMail.kind).where(visible_to(actor)).distinct().order_by(OutgoingMail.kind)
    ).all()


@dataclass(frozen=True, slots=True)
class HeldBatch:
    """Drafts that belong together and wait for one release."""

    batch: str
    edition_id: int
    count: int
    subject: str
    since: datetime

    @property
    def tied(self) -> bool:
        """Whether the batch leaves only with the announcement it tells of."""
        return self.batch.startswith(TIED)


def held_batches(session: Session, actor: Actor) -> list[HeldBatch]:
    """The batches that wait for the actor."""
    return [HeldBatch(*row) for row in session.execute(_held().where(visible_to(actor)))]


def held_batch(session: Session, batch: str) -> HeldBatch | None:
    """One batch, as long as something of it waits."""
    row = session.execute(_held().where(OutgoingMail.batch == batch)).first()
    return HeldBatch(*row) if row else None


def _held() -> sa.Select[*tuple[Any, ...]]:
    held = (OutgoingMail.state == MailState.DRAFT, OutgoingMail.batch.is_not(None))
    sample, since = sa.func.min(OutgoingMail.subject), sa.func.min(OutgoingMail.created_at)
    place = (OutgoingMail.batch, OutgoingMail.edition_id)
    return (
        sa.select(*place, sa.func.count(), sample, sa.type_coerce(since, OutgoingMail.created_at.type))
        .where(*held, OutgoingMail.edition_id.is_not(None))
        .group_by(*place)
        .order_by(since)
    )


def samples(session: Session, held: HeldBatch) -> Sequence[OutgoingMail]:
    """Real mails of a batch to look at before it leaves: the longest subject and the longest address, and the first."""
    in_batch = (
        OutgoingMail.batch == held.batch,
        OutgoingMail.edition_id == held.edition_id,
        OutgoingMail.state == MailState.DRAFT,
    )
    orders = (sa.func.length(OutgoingMail.text).desc(), sa.func.length(OutgoingMail.recipient).desc(), OutgoingMail.id)
    found = [
        session.scalars(sa.select(OutgoingMail).where(*in_batch).order_by(order, OutgoingMail.id).limit(1)).first()
        for order in orders
    ]
    return list(dict.fromkeys(sample for sample in found if sample is not None))


def suppressed(session: Session, addresses: Collection[str]) -> dict[str, str]:
    """Those of the addresses that nothing is sent to, each with the reason; one statement."""
    found = sa.select(Suppression).where(Suppression.address.in_(set(addresses)))
    return {one.address: one.reason for one in session.scalars(found)}


def ways(session: Session, topic: Topic, addresses: Collection[str]) -> dict[str, Way]:
    """How those of the addresses that have chosen want the mails of a topic; one statement."""
    chosen = sa.select(MailPreference.address, MailPreference.way).where(
        MailPreference.topic == topic, MailPreference.address.in_(set(addresses))
    )
    return {row.address: row.way for row in session.execute(chosen)}


def suppressions(actor: Actor) -> sa.Select[*tuple[Any, ...]]:
    """The suppressed addresses among those an actor's editions wrote to, the newest first."""
    columns = (Suppression.code, Suppression.address, Suppression.reason, Suppression.since)
    return sa.select(*columns).where(_written_to(actor)).order_by(Suppression.since.desc(), Suppression.id)


def suppression(session: Session, actor: Actor, code: str) -> Suppression | None:
    """One of them."""
    return session.scalar(sa.select(Suppression).where(Suppression.code == code, _written_to(actor)))


def _written_to(actor: Actor) -> sa.ColumnElement[bool]:
    return sa.exists().where(OutgoingMail.recipient == Suppression.address, visible_to(actor))
