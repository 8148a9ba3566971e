"""Mails to guests: the talk's facts in both languages, and its calendar file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from portal import clock, links
from portal.i18n import korean_day, pick, translate, using
from portal.lifecycles import GuestState, ScreeningState
from portal.mail import outbox
from portal.mail.message import sender_address
from portal.programme import ical, zones
from portal.programme.models import Guest, GuestRole, QASession
from portal.programme.states import role_text

_ = translate


@dataclass(frozen=True, slots=True)
class Letter:
    """Whom a mail goes to, the context of its template, and the calendar file that goes with it."""

    reader: outbox.Recipient
    context: dict[str, Any]
    calendar: outbox.Attachment


def invitation(session: Session, guest: Guest, talk: QASession) -> None:
    """We would like you on stage; answer on a page of your own."""
    _queue(session, "qa_invitation", guest, talk, "invited")


def reminder(session: Session, guest: Guest, talk: QASession) -> None:
    """You have not answered yet; once a day at most."""
    _queue(session, "qa_reminder", guest, talk, f"reminded-{korean_day(clock.now())}")


def answered(session: Session, guest: Guest, talk: QASession) -> None:
    """We have your answer; who cannot come gets the event taken off their calendar."""
    _queue(session, "qa_answered", guest, talk, f"{guest.state}:{guest.rev}")


def evening(session: Session, guest: Guest, talk: QASession) -> None:
    """The evening is near: place, time, the guest's own part, the address of the call; its slot is loaded."""
    _queue(session, "qa_evening", guest, talk, "evening")


def called_off(session: Session, guest: Guest, talk: QASession) -> None:
    """There is no talk after all."""
    _queue(session, "qa_called_off", guest, talk, "called off", cancelled=True)


def _queue(
    session: Session, kind: str, guest: Guest, talk: QASession, transition: str, *, cancelled: bool = False
) -> None:
    letter = conversation_letter(session, guest, talk, cancelled=cancelled)
    outbox.queue(
        session,
        kind,
        to=letter.reader,
        about=guest,
        transition=transition,
        edition_id=talk.screening.edition_id,
        attachments=[letter.calendar],
        **letter.context,
    )


def conversation_letter(session: Session, guest: Guest, talk: QASession, *, cancelled: bool = False) -> Letter:
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
            "role": "" if guest.role == GuestRole.GUEST else role_text(guest.role),
            "interprets": guest.interprets,
            "answer_by": guest.answer_by,
            "state": guest.state.value,
            "code": guest.code,
        }
        reader = outbox.Recipient(guest.email, guest.language, guest.name, guest.person_id, guest.timezone)
        return Letter(reader, facts, guest_calendar(session, guest, talk, cancelled=cancelled))


def _place(talk: QASession) -> str:
    hall = talk.screening.hall
    parts = (pick(hall.venue.name_ko, hall.venue.name_en), pick(hall.name_ko, hall.name_en))
    address = pick(hall.venue.address_ko, hall.venue.address_en)
    return " · ".join(parts) + (f" ({address})" if address else "")


def guest_calendar(session: Session, guest: Guest, talk: QASession, *, cancelled: bool = False) -> outbox.Attachment:
    """The talk for the guest's calendar, in the language in use.

    Its number rises with every change; a talk that is off and a guest who declined take the event away.
    """
    screening = talk.screening
    title = _("Q&A: {title}").format(title=pick(screening.package.title_ko, screening.package.title_en))
    off = cancelled or guest.state == GuestState.DECLINED or screening.state == ScreeningState.CANCELLED
    happening = ical.Happening(
        uid=f"guest-{guest.code}@pan",
        title=title,
        starts_at=screening.ends_at,
        ends_at=_ends(talk),
        stamp=clock.now(),
        place=_place(talk),
        text=talk.remote_url if guest.state == GuestState.REMOTE else "",
        url=links.of(session).guest(guest.code),
        sequence=guest.rev + screening.rev + talk.rev + cancelled,
        cancelled=off,
    )
    return ical.attached("talk.ics", happening, organizer=sender_address(session.info["settings"]))


def _ends(talk: QASession) -> datetime:
    return talk.screening.ends_at + timedelta(minutes=talk.minutes)
