"""What mails to guests say and carry: the talk's facts in both languages and its calendar file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from portal import clock, links
from portal.i18n import pick, translate, using
from portal.mail import outbox
from portal.programme import ical, zones
from portal.programme.models import Guest, QASession

_ = translate


@dataclass(frozen=True, slots=True)
class Letter:
    """The context of a mail template, and the calendar file that goes with it."""

    context: dict[str, Any]
    calendar: outbox.Attachment


def conversation_letter(session: Session, guest: Guest, talk: QASession) -> Letter:
    """A letter about a talk in the guest's language; talk, screening, hall and package are loaded."""
    with using(guest.language, guest.timezone):
        screening = talk.screening
        facts = {
            "name": guest.name,
            "title": pick(screening.package.title_ko, screening.package.title_en),
            "starts_at": screening.starts_at,
            "talk_at": screening.ends_at,
            "there": zones.there(screening.ends_at, guest.timezone),
            "minutes": talk.minutes,
            "place": _place(talk),
            "moderator": talk.moderator_name,
            "answer_by": guest.answer_by,
            "state": guest.state.value,
            "code": guest.code,
        }
        return Letter(facts, ("talk.ics", ical.CONTENT_TYPE, guest_calendar(session, guest, talk)))


def _place(talk: QASession) -> str:
    hall = talk.screening.hall
    parts = (pick(hall.venue.name_ko, hall.venue.name_en), pick(hall.name_ko, hall.name_en))
    address = pick(hall.venue.address_ko, hall.venue.address_en)
    return " · ".join(parts) + (f" ({address})" if address else "")


def guest_calendar(session: Session, guest: Guest, talk: QASession) -> bytes:
    """The talk in the guest's calendar, in the language in use."""
    screening = talk.screening
    title = _("Q&A: {title}").format(title=pick(screening.package.title_ko, screening.package.title_en))
    happening = ical.Happening(
        uid=f"guest-{guest.code}@pan",
        title=title,
        starts_at=screening.ends_at,
        ends_at=screening.ends_at + timedelta(minutes=talk.minutes),
        stamp=clock.now(),
        place=_place(talk),
        url=links.of(session).guest(guest.code),
        sequence=guest.rev + screening.rev,
    )
    return ical.calendar([happening], title)
