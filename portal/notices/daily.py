"""One letter a day, at nine in its reader's zone, to those who asked for that: what came and was not read meanwhile.

A mail that was kept back for it is named once: the letter and the mark on every mail it names are one transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import clock, i18n, links
from portal.accounts.letters import addressed
from portal.accounts.models import Person
from portal.lifecycles import MailState
from portal.links import Links
from portal.mail import outbox
from portal.mail.kinds import of_topic
from portal.mail.models import MailPreference, OutgoingMail, Topic, Way
from portal.mail.notices import title, told_at

HOUR = 9
MOST_NAMED = 40


@dataclass(frozen=True, slots=True)
class Waiting:
    """An address that has something to be told: its first mail, its person if there is one, and since when it waits."""

    mail_id: int
    person_id: int | None
    zone: str
    since: datetime

    def until(self, now: datetime) -> datetime:
        """What came before this moment is in the letter that is due now."""
        return latest_hour(now, self.zone)


def latest_hour(now: datetime, zone: str) -> datetime:
    """The last nine o'clock in `zone` that is not after `now`."""
    local = now.astimezone(ZoneInfo(zone))
    today = local.replace(hour=HOUR, minute=0, second=0, microsecond=0)
    return today if today <= local else today - timedelta(days=1)


def waiting(session: Session) -> Sequence[int]:
    """For each address whose letter is due the first mail it names."""
    now, festival = clock.now(), session.info["settings"].timezone
    found = [_waiting(row, festival) for row in session.execute(_WAITING)]
    due = [one for one in found if one.since < one.until(now)]
    written = _written(session, due, now)
    return [one.mail_id for one in due if (one.person_id, _transition(one.until(now))) not in written]


def write(session: Session, mail_id: int) -> OutgoingMail | None:
    """Write the letter whose first mail this is; None where there is nothing to tell, or somebody else has told it."""
    row = session.execute(_WAITING.where(OutgoingMail.recipient == _address_of(mail_id))).first()
    if row is None:
        return None
    one, now = _waiting(row, session.info["settings"].timezone), clock.now()
    if _written(session, [one], now):
        return None
    told = _mark_told(session, mail_id, one.until(now))
    return _queue(session, one, told, one.until(now)) if told else None


def _kept() -> tuple[sa.ColumnElement[bool], ...]:
    of_its_topic = sa.or_(
        *(sa.and_(MailPreference.topic == topic, OutgoingMail.kind.in_(sorted(of_topic(topic)))) for topic in Topic)
    )
    unwanted = sa.exists().where(
        MailPreference.address == OutgoingMail.recipient, MailPreference.way == Way.OFF, of_its_topic
    )
    untold = (OutgoingMail.digested_at.is_(None), OutgoingMail.read_at.is_(None))
    return OutgoingMail.state == MailState.KEPT, *untold, ~unwanted


# The sweep asks this every few seconds: one row for each address, out of the few mails that are kept and not told.
_WAITING = (
    sa.select(
        sa.func.min(OutgoingMail.id).label("mail_id"),
        sa.func.min(Person.id).label("person_id"),
        sa.func.coalesce(sa.func.min(Person.timezone), sa.func.min(OutgoingMail.timezone)).label("zone"),
        sa.func.min(told_at(), type_=OutgoingMail.created_at.type).label("since"),
    )
    .outerjoin(Person, Person.email == OutgoingMail.recipient)
    .where(*_kept(), Person.disabled_at.is_(None))
    .group_by(OutgoingMail.recipient)
)


def _waiting(row: Any, festival: str) -> Waiting:
    return Waiting(row.mail_id, row.person_id, row.zone or festival, row.since)


def _written(session: Session, due: Sequence[Waiting], now: datetime) -> set[tuple[int, str]]:
    """(person, transition) of the letters that were written already: what was late for one waits for the next."""
    wanted = {(one.person_id, _transition(one.until(now))) for one in due if one.person_id is not None}
    about = (OutgoingMail.object_id, OutgoingMail.transition)
    found = sa.select(*about).where(
        OutgoingMail.object_kind == Person.__tablename__, OutgoingMail.kind == "digest", sa.tuple_(*about).in_(wanted)
    )
    return {(row.object_id, row.transition) for row in session.execute(found)} if wanted else set()


def _transition(until: datetime) -> str:
    return f"digest:{until.date().isoformat()}"


def _address_of(mail_id: int) -> sa.ScalarSelect[str]:
    mine = sa.alias(OutgoingMail.__table__)
    return sa.select(mine.c.recipient).where(mine.c.id == mail_id).scalar_subquery()


def _mark_told(session: Session, mail_id: int, until: datetime) -> Sequence[OutgoingMail]:
    """The mails of the letter, marked: of two workers one gets them."""
    ours = session.scalars(
        sa.update(OutgoingMail)
        .where(OutgoingMail.recipient == _address_of(mail_id), *_kept(), told_at() < until)
        .values(digested_at=clock.now())
        .returning(OutgoingMail.id)
        .execution_options(synchronize_session=False)
    ).all()
    return session.scalars(sa.select(OutgoingMail).where(OutgoingMail.id.in_(ours)).order_by(OutgoingMail.id)).all()


def _queue(session: Session, one: Waiting, told: Sequence[OutgoingMail], until: datetime) -> OutgoingMail:
    addresses = links.of(session)
    person = session.get(Person, one.person_id) if one.person_id is not None else None
    to = addressed(person) if person else outbox.Recipient(told[0].recipient, told[-1].language, "", timezone=one.zone)
    with i18n.using(to.language):
        named = [_named(addresses, mail, person is not None) for mail in told[-MOST_NAMED:]]
    return outbox.queue(
        session,
        "digest",
        to=to,
        about=person or told[0],
        transition=_transition(until),
        notices=named,
        total=len(told),
        today=until.date(),
        has_account=person is not None,
    )


def _named(addresses: Links, mail: OutgoingMail, has_account: bool) -> tuple[str, str]:
    """What a letter says of a mail: its subject, and where to read it."""
    to_portal = addresses.notice(mail.id) if has_account else f"{addresses.base_url}{mail.path}" if mail.path else ""
    return title(mail.subject), to_portal
