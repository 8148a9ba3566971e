"""Reads of the outbox: what waits for delivery, and what the desk sees of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import claims, clock, db
from portal.lifecycles import MailState
from portal.mail import pace, quiet
from portal.mail.kinds import Urgency, of_urgency
from portal.mail.models import MailPreference, OutgoingMail, Suppression, Topic, Way
from portal.policies import Actor, Role, Scope
from portal.settings import Settings

_BELLS = 4


@dataclass(frozen=True, slots=True)
class Waiting:
    """A mail that may leave: to which domain, and in whose daytime alone, if it minds."""

    id: int
    domain: str
    timezone: str | None


def due(settings: Settings, moment: datetime) -> sa.ColumnElement[bool]:
    """Says of a queued mail that its time had come at that moment: not put off, and not its reader's night."""
    at_night = quiet.zones(settings.quiet_hours, moment)
    return sa.and_(
        OutgoingMail.state == MailState.QUEUED,
        sa.or_(OutgoingMail.send_after.is_(None), OutgoingMail.send_after <= moment),
        sa.or_(OutgoingMail.timezone.is_(None), OutgoingMail.timezone.not_in(at_night)),
    )


def left_behind() -> sa.ColumnElement[bool]:
    """Says of a mail that whoever sent it has not come back."""
    return sa.and_(OutgoingMail.state == MailState.SENDING, OutgoingMail.lease_until < clock.now())


def left_behind_ids(session: Session) -> Sequence[int]:
    """Ids of mails whose sender has not come back."""
    return claims.waiting(session, OutgoingMail, left_behind())


def waiting(session: Session, limit: int) -> list[Waiting]:
    """Mails to deliver now: first those that somebody sits and waits for, then the oldest."""
    settings: Settings = session.info["settings"]
    asked_for = sa.case((OutgoingMail.kind.in_(of_urgency(Urgency.SECURITY)), 0), else_=1)
    found = (
        sa.select(OutgoingMail.id, OutgoingMail.domain, OutgoingMail.timezone)
        .where(due(settings, clock.now()), claims.free(OutgoingMail), OutgoingMail.domain.not_in(full(session)))
        .order_by(asked_for, OutgoingMail.id)
        .limit(limit)
    )
    return [Waiting(*row) for row in session.execute(found)]


def may_leave(session: Session, mail: Waiting) -> bool:
    """Whether one of them may leave at this moment; until the end of the transaction no other can take its place.

    To be asked last before it is marked as being sent: a list grows old while mails are handed over. Where another
    delivery just takes a mail to the same domain, this one keeps: it, or the sweep, comes to it.
    """
    settings: Settings = session.info["settings"]
    if mail.timezone and quiet.ends(settings.quiet_hours, mail.timezone, clock.now()):
        return False
    most = pace.limit(settings.mail_pace, mail.domain)
    if most is None:
        return True
    if not db.alone(session, f"mails to {mail.domain}"):
        return False
    return left_lately(session, OutgoingMail.domain == mail.domain).get(mail.domain, 0) < most


def full(session: Session) -> list[str]:
    """The domains that got their minute's worth of mails."""
    settings: Settings = session.info["settings"]
    return pace.full(settings.mail_pace, left_lately(session)) if settings.mail_pace else []


def asleep(session: Session) -> dict[str, int]:
    """How many mails wait for the morning, by its time zone."""
    settings: Settings = session.info["settings"]
    at_night = quiet.zones(settings.quiet_hours, clock.now())
    counted = (
        sa.select(OutgoingMail.timezone, sa.func.count())
        .where(OutgoingMail.state == MailState.QUEUED, OutgoingMail.timezone.in_(at_night))
        .group_by(OutgoingMail.timezone)
        .order_by(OutgoingMail.timezone)
    )
    return {str(row[0]): row[1] for row in session.execute(counted)} if at_night else {}


def left_lately(session: Session, *conditions: sa.ColumnElement[bool]) -> dict[str, int]:
    """How many mails left for each domain within a minute, or are leaving."""
    lately = OutgoingMail.sent_at > clock.now() - pace.WINDOW
    counted = (
        sa.select(OutgoingMail.domain, sa.func.count())
        .where(sa.or_(lately, OutgoingMail.state == MailState.SENDING), *conditions)
        .group_by(OutgoingMail.domain)
    )
    return {row[0]: row[1] for row in session.execute(counted)}


def overdue(session: Session, patience: timedelta) -> int:
    """How many mails might have left for longer than that, and not for their domain's pace."""
    settings: Settings = session.info["settings"]
    now = clock.now()
    at_pace = [domain for domain in left_lately(session) if pace.limit(settings.mail_pace, domain) is not None]
    late = (OutgoingMail.created_at < now - patience, due(settings, now - patience), due(settings, now))
    counted = sa.select(sa.func.count()).where(*late, OutgoingMail.domain.not_in(at_pace))
    return session.scalar(counted) or 0


def first_waiting(session: Session) -> Sequence[int]:
    """As many as a worker has threads, those left behind first: each bell rung leads to all the others."""
    return [*left_behind_ids(session), *(mail.id for mail in waiting(session, _BELLS))][:_BELLS]


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
    keeps = (OutgoingMail.timezone, OutgoingMail.domain)
    found = sa.select(*columns, *more, *keeps).where(visible_to(actor)).order_by(OutgoingMail.id.desc())
    if state is not None:
        found = found.where(OutgoingMail.state == state)
    if kind:
        found = found.where(OutgoingMail.kind == kind)
    if search:
        wanted = f"%{literal(search)}%"
        either = (OutgoingMail.recipient.ilike(wanted, escape="\\"), OutgoingMail.subject.ilike(wanted, escape="\\"))
        found = found.where(sa.or_(*either))
    return found


def literal(text: str) -> str:
    """What somebody searches for, as LIKE takes it letter by letter."""
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
