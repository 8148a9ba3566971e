"""Calendar files in mails: an event for each booking and guest, told anew by higher numbers, taken away at last."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import NamedTuple

import icalendar
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.audience import service
from portal.calls.models import Edition
from portal.lifecycles import GuestState
from portal.mail import message
from portal.mail.models import OutgoingMail
from portal.policies import SYSTEM, VISITOR
from portal.programme import service as programme
from portal.programme.models import Guest, Hall, Screening
from tests.audience.people import book
from tests.programme import rows
from workers.audience import tell


class Told(NamedTuple):
    """What a calendar file of a mail says."""

    kind: str
    method: str
    status: str
    uid: str
    sequence: int
    starts: str


def told(session: Session, address: str) -> list[Told]:
    """The calendar files that somebody got, in their order, read back from the messages."""
    session.expire_all()
    mails = session.scalars(sa.select(OutgoingMail).filter_by(recipient=address).order_by(OutgoingMail.id))
    return [one for mail in mails for one in _files(session, mail)]


def _files(session: Session, mail: OutgoingMail) -> list[Told]:
    row = {name: getattr(mail, name) for name in message.PARTS} | {"message_id": "<1@pan.example>"}
    read = message_from_bytes(message.as_bytes(session.info["settings"], row), policy=default)
    assert isinstance(read, EmailMessage)
    found = []
    for part in read.iter_attachments():
        if part.get_content_type() != "text/calendar":
            continue
        assert part.get_content_charset() == "utf-8"
        calendar = icalendar.Calendar.from_ical(part.get_payload(decode=True))
        [event] = calendar.walk("VEVENT")
        assert part["Content-Type"].params["method"] == str(calendar["method"])
        assert str(event["organizer"]).startswith("mailto:")
        assert "attendee" not in event
        words = (str(calendar["method"]), str(event["status"]), str(event["uid"]))
        found.append(Told(mail.kind, *words, int(event["sequence"]), f"{event['dtstart'].dt:%d %H:%M}"))
    return found


def move(session: Session, screening: Screening, hour: int, base: int) -> None:
    """Move the screening, publish that, and let the worker tell its holders."""
    edition, hall = session.get_one(Edition, screening.edition_id), session.get_one(Hall, screening.hall_id)
    programme.move(session, screening, hall, rows.evening(hour=hour), rev=screening.rev, by=SYSTEM)
    publish(session, edition, base)


def publish(session: Session, edition: Edition, base: int) -> None:
    """Publish what is planned; the worker tells the holders."""
    released = programme.release(session, edition, base=base, by=SYSTEM)
    session.commit()
    tell(released.id)
    session.expire_all()


def test_seats_keep_their_event_until_they_are_gone(session: Session, environment: object) -> None:
    screening = rows.on_sale(session, seats=3)
    edition = session.get_one(Edition, screening.edition_id)
    stays, gives, silent = (book(session, screening, name) for name in ("stays", "gives", "silent"))
    book(session, screening, "waits")
    session.commit()
    move(session, screening, 21, 1)
    service.cancel(session, gives, by=VISITOR)
    service.keep(session, stays, by=VISITOR)
    service.release_unanswered(session, screening, by=SYSTEM)
    session.commit()
    rows.called_off(session, screening)
    publish(session, edition, 2)
    events = {name: told(session, f"{name}@example.test") for name in ("stays", "gives", "silent", "waits")}
    assert [one.kind for one in events["stays"]] == ["ticket", "screening_changed", "screening_changed"]
    assert [one.kind for one in events["gives"]] == ["ticket", "screening_changed", "booking_cancelled"]
    assert [one.kind for one in events["silent"]] == ["ticket", "screening_changed", "seat_unanswered"]
    assert events["waits"] == []
    for name, booking in (("stays", stays), ("gives", gives), ("silent", silent)):
        first, moved, last = events[name]
        assert {one.uid for one in events[name]} == {f"seats-{booking.code}@pan"}
        assert first.sequence < moved.sequence < last.sequence
        assert [one.method for one in events[name]] == ["PUBLISH", "PUBLISH", "CANCEL"]
        assert [one.status for one in events[name]] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
        assert first.starts != moved.starts


def test_a_guests_event_follows_the_talk(session: Session) -> None:
    screening = rows.on_sale(session)
    talk = rows.talk(session, screening, "guest")
    guest = session.scalars(sa.select(Guest)).one()
    programme.answer(session, guest, GuestState.ACCEPTED, by=VISITOR)
    session.flush()
    programme.remove_talk(session, talk, by=SYSTEM)
    session.commit()
    asked = told(session, guest.email)
    assert [one.method for one in asked][-2:] == ["PUBLISH", "CANCEL"]
    assert len({one.uid for one in asked}) == 1
    assert [one.sequence for one in asked] == sorted({one.sequence for one in asked})
