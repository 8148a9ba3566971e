"""Talks after screenings: planned, with guests who are asked by a signed link."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, clock
from portal.errors import Invalid
from portal.i18n import N_, SEOUL
from portal.lifecycles import GuestState
from portal.mail import outbox
from portal.policies import Actor
from portal.programme.models import Guest, QASession, Screening
from portal.programme.service.letters import conversation_letter

ANSWER_DAYS = 7


@dataclass(frozen=True, slots=True)
class Invited:
    """Somebody to invite on stage."""

    name: str
    email: str
    language: str = "ko"
    timezone: str = SEOUL
    entry_id: int | None = None
    person_id: int | None = None


def plan_talk(
    session: Session, screening: Screening, *, minutes: int, moderator: str, note: str = "", by: Actor
) -> QASession:
    """Plan a talk after a screening, or change the one that is planned. Raises Invalid."""
    if not 5 <= minutes <= 180:
        raise Invalid("minutes", N_("A talk takes 5 to 180 minutes."))
    talk = session.scalar(sa.select(QASession).where(QASession.screening_id == screening.id))
    after = {"minutes": minutes, "moderator_name": moderator, "note": note}
    if talk is None:
        talk = QASession(screening_id=screening.id, guests=[], **after)
        session.add(talk)
        session.flush()
        audit.record(session, by, "talk.planned", talk, after=after)
        return talk
    before = {name: getattr(talk, name) for name in after}
    if before != after:
        talk.minutes, talk.moderator_name, talk.note = minutes, moderator, note
        session.flush()
        audit.record(session, by, "talk.edited", talk, before=before, after=after)
    return talk


def remove_talk(session: Session, talk: QASession, *, by: Actor) -> None:
    """Plan no talk after all; raises Invalid while guests have been asked."""
    asked = [guest for guest in talk.guests if guest.state != GuestState.DECLINED]
    if asked:
        raise Invalid("main", N_("Guests have been asked already. Write to them first."))
    audit.record(session, by, "talk.removed", "qa_sessions", screening=talk.screening_id)
    session.delete(talk)
    session.flush()


def invite(session: Session, talk: QASession, person: Invited, *, by: Actor) -> Guest:
    """Invite somebody on stage and write to them; the same address again is the same invitation. Raises Invalid."""
    email = person.email.lower()
    if person.timezone not in available_timezones():
        raise Invalid("timezone", N_("Choose one of the time zones."))
    found = next((guest for guest in talk.guests if guest.email == email), None)
    if found is not None:
        return found
    guest = Guest(
        qa_session_id=talk.id,
        entry_id=person.entry_id,
        person_id=person.person_id,
        name=person.name,
        email=email,
        language=person.language,
        timezone=person.timezone,
        answer_by=answer_by(talk.screening.starts_at),
    )
    talk.guests.append(guest)
    session.flush()
    audit.record(session, by, "guest.invited", guest, screening=talk.screening_id)
    _write(session, talk, guest)
    return guest


def answer_by(starts_at: datetime) -> datetime:
    """When we need to know: in a week at 18:00 in Seoul, but a day before the screening at the latest."""
    evening = (
        (clock.now() + timedelta(days=ANSWER_DAYS))
        .astimezone(ZoneInfo(SEOUL))
        .replace(hour=18, minute=0, second=0, microsecond=0)
    )
    return max(min(evening, starts_at - timedelta(days=1)), clock.now() + timedelta(hours=6))


def _write(session: Session, talk: QASession, guest: Guest) -> None:
    letter = conversation_letter(session, guest, talk)
    outbox.queue(
        session,
        "qa_invitation",
        to=outbox.Recipient(guest.email, guest.language, guest.name, person_id=guest.person_id),
        about=guest,
        transition="invited",
        edition_id=talk.screening.edition_id,
        attachments=[letter.calendar],
        **letter.context,
    )
