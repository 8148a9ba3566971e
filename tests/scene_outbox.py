"""Letters to many on the stage: a draft, one that waits for its release, and one with an hour."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import clock
from portal.broadcasts import queries, service
from portal.broadcasts.models import Broadcast
from portal.broadcasts.service import Draft
from portal.calls.models import Edition
from portal.mail import batches, releasing
from portal.mail.models import Topic
from portal.policies import Actor

LETTER = Draft(
    name="오시는 길",
    topic=Topic.NEWS,
    audience="jurors",
    place="",
    subject_ko="영화제 오시는 길",
    subject_en="How to come to the festival",
    body_ko="{name} 님, 안녕하세요.\n\n{festival} 상영관으로 오시는 길을 알려 드려요.",
    body_en="Dear {name},\n\nhere is how to find {festival}.",
)


def with_letters(session: Session, organizer: Actor) -> None:
    """One of each."""
    edition = session.scalars(sa.select(Edition).order_by(Edition.starts_on.desc())).first()
    assert edition is not None
    for name in ("draft", "held", "scheduled"):
        draft = replace(LETTER, name=f"{LETTER.name} ({name})")
        broadcast = service.write(session, edition, draft, by=organizer)
        if name == "draft":
            continue
        service.prepare(session, broadcast, draft, rev=broadcast.rev, by=organizer)
        held = batches.batch_named(session, queries.batch_of(broadcast))
        assert held is not None
        if name == "scheduled":
            hour = clock.now() + timedelta(days=3)
            releasing.propose(session, held, recipients=batches.shown(session, held), send_at=hour, by=organizer)


def things(session: Session) -> dict[str, Any]:
    """Where they are."""
    draft, held, scheduled = session.scalars(sa.select(Broadcast).order_by(Broadcast.id)).all()[:3]
    return {
        "broadcast": draft.code,
        "prepared": held.code,
        "held_batch": queries.batch_of(held),
        "scheduled_batch": queries.batch_of(scheduled),
    }
