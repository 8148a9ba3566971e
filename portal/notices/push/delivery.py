"""Tells people of fresh notices on their devices, each at most once.

A message comes when the mail may: what waits for the morning or for the daily letter does not ring at night or by the
piece. The notice is marked before anybody is told, so that a worker that dies leaves one untold rather than told twice:
it stands in the portal and in the mailbox anyway.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, clock, i18n, links
from portal.lifecycles import MailState
from portal.mail import quiet
from portal.mail.kinds import Urgency, of_urgency
from portal.mail.models import OutgoingMail
from portal.mail.notices import TOLD, told_at
from portal.notices.models import PushSubscription
from portal.notices.push import endpoints, keys, lockscreen
from portal.notices.push.devices import signed_in_there
from portal.notices.push.sending import Target, send
from portal.policies import SYSTEM
from portal.settings import Settings

FRESH = timedelta(hours=1)
MOST_FAILURES = 10
_GONE = (404, 410)
_MOST_AT_ONCE = 500
Work = Callable[[], AbstractContextManager[Session]]


@dataclass(frozen=True, slots=True)
class Message:
    """What is told of one notice, and to which browsers, by the number of their rows."""

    content: dict[str, str]
    targets: dict[int, Target]


def waiting(session: Session) -> Sequence[int]:
    """Ids of mails to tell of now, the oldest first; none where the installation has no key."""
    settings: Settings = session.info["settings"]
    if keys.vapid(settings) is None:
        return []
    due = sa.select(OutgoingMail.id).where(*_due(settings)).order_by(OutgoingMail.id)
    return session.scalars(due.limit(_MOST_AT_ONCE)).all()


def deliver(work: Work, mail_id: int) -> int:
    """Tell of one mail on every device of its reader; returns how many took it."""
    with work() as session:
        settings, pair = session.info["settings"], keys.vapid(session.info["settings"])
        message = _take(session, mail_id) if pair else None
    if message is None or pair is None:
        return 0
    fates = {number: send(settings, pair, target, message.content) for number, target in message.targets.items()}
    with work() as session:
        for number, status in fates.items():
            _note(session, number, status)
    return sum(200 <= status < 300 for status in fates.values())


def _due(settings: Settings) -> tuple[sa.ColumnElement[bool], ...]:
    at_night = quiet.zones(settings.quiet_hours, clock.now())
    subscribed = sa.select(PushSubscription.person_id).where(signed_in_there())
    return (
        OutgoingMail.person_id.in_(subscribed),
        OutgoingMail.state.in_([state for state in TOLD if state != MailState.KEPT]),
        OutgoingMail.kind.not_in(sorted(of_urgency(Urgency.SECURITY))),
        OutgoingMail.pushed_at.is_(None),
        OutgoingMail.read_at.is_(None),
        told_at() > clock.now() - FRESH,
        sa.or_(OutgoingMail.timezone.is_(None), OutgoingMail.timezone.not_in(at_night)),
    )


def _take(session: Session, mail_id: int) -> Message | None:
    """Mark the mail as told; None when somebody else has done so, or nobody is to be told any more."""
    settings: Settings = session.info["settings"]
    mine = (
        sa.update(OutgoingMail)
        .where(OutgoingMail.id == mail_id, *_due(settings))
        .values(pushed_at=clock.now())
        .returning(OutgoingMail.id)
        .execution_options(synchronize_session=False)
    )
    if session.scalar(mine) is None:
        return None
    mail = session.get_one(OutgoingMail, mail_id)
    there = sa.select(PushSubscription).where(PushSubscription.person_id == mail.person_id, signed_in_there())
    targets = {
        one.id: Target(one.endpoint, one.p256dh, one.auth)
        for one in session.scalars(there)
        if endpoints.accepted(one.endpoint, settings.push_services)
    }
    return Message(_content(session, mail), targets)


def _content(session: Session, mail: OutgoingMail) -> dict[str, str]:
    """What the service worker is told: a line to show, and where in the portal a touch leads."""
    addresses = links.of(session)
    with i18n.using(mail.language):
        leads_to = addresses.notices() if mail.kind == "digest" else addresses.notice(mail.id)
        return {"title": lockscreen.title(mail.kind, mail.subject), "path": urlsplit(leads_to).path}


def _note(session: Session, number: int, status: int) -> None:
    """Note how a browser's service answered: one that is gone, or silent for long, is asked no more."""
    mine = PushSubscription.id == number
    if 200 <= status < 300:
        session.execute(sa.update(PushSubscription).where(mine).values(reached_at=clock.now(), failures=0))
        return
    session.execute(sa.update(PushSubscription).where(mine).values(failures=PushSubscription.failures + 1))
    lost = mine if status in _GONE else sa.and_(mine, PushSubscription.failures >= MOST_FAILURES)
    if session.scalar(sa.delete(PushSubscription).where(lost).returning(PushSubscription.id)) is not None:
        audit.record(session, SYSTEM, "push.lost", PushSubscription.__tablename__, subscription=number, status=status)
