"""What the stage shows of notices: one to read, a device, and a mail's link to unsubscribe."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import clock, links
from portal.accounts.models import Person, SignInSession
from portal.accounts.service import start_session
from portal.calls.models import Category
from portal.entries.models import Entry
from portal.i18n import N_
from portal.mail import outbox, preferences
from portal.mail.models import OutgoingMail, Topic, Way
from portal.mail.notices import are_notices
from portal.notices.models import PushSubscription
from portal.policies import SYSTEM
from portal.signing import digest

ENDPOINT = "https://fcm.googleapis.com/fcm/send/stage"
P256DH = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
"""The browser's keys of RFC 8291's example."""


def with_notices(session: Session, draft: Entry, reader: Person) -> None:
    """Three letters on a film to its maker: read, unread, and kept for the daily letter."""
    preferences.choose(session, reader.email, {Topic.FILMS: Way.DIGEST}, by=SYSTEM)
    to = outbox.Recipient(reader.email, reader.language, reader.native_name, reader.id)
    film: dict[str, Any] = {"number": draft.number, "title_ko": draft.title_ko, "title_en": draft.title_en}
    film["category"] = session.get_one(Category, draft.category_id)
    said = {"parts": [N_("Credits")], "note": "이름 하나가 빠졌어요.", "due_at": clock.now() + timedelta(days=3)}
    day = ("judging.ics", "text/calendar", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
    outbox.queue(session, "eligible", to=to, about=draft, transition="stage", attachments=[day], **film)
    session.execute(sa.update(OutgoingMail).where(OutgoingMail.recipient == to.email).values(read_at=clock.now()))
    outbox.queue(session, "needs_fix", to=to, about=draft, transition="stage", **film, **said)
    offer = SimpleNamespace(**film, name="김순례")
    outbox.queue(
        session, "consent_answered", to=to, about=draft, transition="stage", offer=offer, answer="signed", verdict=""
    )


def with_a_device(session: Session, person: Person) -> None:
    """A browser in which the person is told."""
    signed_in = digest(start_session(session, person.id))
    session_id = session.scalars(sa.select(SignInSession.id).where(SignInSession.digest == signed_in)).one()
    session.add(
        PushSubscription(
            person_id=person.id,
            session_id=session_id,
            endpoint=ENDPOINT,
            p256dh=P256DH,
            auth=AUTH,
            device="Chrome · Windows",
        )
    )


def things(session: Session, person: Person) -> dict[str, Any]:
    """A notice of the person, the device, and an address that may be unsubscribed."""
    mine = sa.select(OutgoingMail.id).where(OutgoingMail.person_id == person.id, are_notices())
    first = session.scalars(mine.order_by(OutgoingMail.id)).first()
    assert first is not None
    return {
        "notice": links.of(session).notice_token(first),
        "device": session.scalars(sa.select(PushSubscription.code)).one(),
        "renewing": links.of(session).push_token(session.scalars(sa.select(PushSubscription.session_id)).one()),
        "unsubscribing": links.of(session).unsubscribe("reader@pan.example", Topic.NEWS).rpartition("/")[2],
    }
