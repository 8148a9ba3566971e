"""How an address wants the mails of a topic: each at once, one letter a day, or in the portal alone."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, clock, db
from portal.lifecycles import MailState
from portal.mail.kinds import of_topic
from portal.mail.models import MailPreference, OutgoingMail, Topic, Way
from portal.policies import Actor


def chosen(session: Session, address: str) -> dict[Topic, Way]:
    """What an address has chosen, every topic named."""
    said = sa.select(MailPreference.topic, MailPreference.way).where(MailPreference.address == address)
    return dict.fromkeys(Topic, Way.AT_ONCE) | {row.topic: row.way for row in session.execute(said)}


def choose(session: Session, address: str, ways: Mapping[Topic, Way], *, by: Actor) -> int:
    """Keep what an address wants from now on; returns how many topics changed."""
    before = chosen(session, address)
    changed = {topic: way for topic, way in ways.items() if before[topic] != way}
    for topic, way in changed.items():
        if before[topic] == Way.OFF:
            _leave_in_the_portal(session, address, topic)
        preference_id = _keep(session, address, topic, way)
        audit.record(
            session, by, "mail.preference", MailPreference.__tablename__, preference=preference_id, topic=topic, way=way
        )
    return len(changed)


def _keep(session: Session, address: str, topic: Topic, way: Way) -> int | None:
    """Write one choice, whoever else writes it at the same time; the row's id."""
    if way == Way.AT_ONCE:
        mine = (MailPreference.address == address, MailPreference.topic == topic)
        return session.scalar(sa.delete(MailPreference).where(*mine).returning(MailPreference.id))
    new = {"way": way, "changed_at": clock.now()}
    row = db.insert(session, MailPreference).values(address=address, topic=topic, **new)
    kept: int | None = session.scalar(
        row.on_conflict_do_update(index_elements=["address", "topic"], set_=new).returning(MailPreference.id)
    )
    return kept


def _leave_in_the_portal(session: Session, address: str, topic: Topic) -> None:
    """What came while its reader wanted no letters is in no later letter either."""
    session.execute(
        sa.update(OutgoingMail)
        .where(
            OutgoingMail.recipient == address,
            OutgoingMail.state == MailState.KEPT,
            OutgoingMail.kind.in_(of_topic(topic)),
            OutgoingMail.digested_at.is_(None),
        )
        .values(digested_at=clock.now())
        .execution_options(synchronize_session=False)
    )
