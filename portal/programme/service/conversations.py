"""Talks after screenings: planned, with guests who are asked by a signed link, and called off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, clock, db
from portal.errors import Invalid, Stale
from portal.i18n import N_, SEOUL
from portal.lifecycles import GuestState, ScreeningState, TalkState
from portal.policies import Actor
from portal.programme.models import Guest, GuestRole, PickRule, QASession, QASlot, Screening
from portal.programme.service import letters
from portal.programme.service.talk_states import note_invitation

ANSWER_DAYS = 7
_BEGUN = (TalkState.LIVE, TalkState.CLOSED, TalkState.PUBLISHED)


@dataclass(frozen=True, slots=True)
class Invited:
    """Somebody to invite on stage; `interprets` says between which languages, for an interpreter."""

    name: str
    email: str
    language: str = "ko"
    timezone: str = SEOUL
    entry_id: int | None = None
    person_id: int | None = None
    role: GuestRole = GuestRole.GUEST
    interprets: str = ""


def plan_talk(
    session: Session,
    screening: Screening,
    *,
    minutes: int,
    moderator: str,
    note: str = "",
    remote_url: str | None = None,
    pick_rule: PickRule | None = None,
    rev: int | None = None,
    by: Actor,
) -> QASession:
    """Plan a talk after a screening, or change the one that is planned; what is None stays as it is.

    Raises Invalid, and Stale when somebody changed the talk after `rev`.
    """
    db.one_at_a_time(session, f"talk {screening.id}")
    talk = session.scalar(sa.select(QASession).where(QASession.screening_id == screening.id))
    after: dict[str, Any] = {"minutes": minutes, "moderator_name": moderator, "note": note}
    if remote_url is not None:
        after["remote_url"] = remote_url
    if pick_rule is not None:
        after["pick_rule"] = pick_rule
    _check(session, talk, screening, after)
    if talk is None:
        talk = QASession(screening=screening, guests=[], slots=[], **after)
        session.add(talk)
        session.flush()
        audit.record(session, by, "talk.planned", talk, after=after)
        return talk
    before = {name: getattr(talk, name) for name in after}
    if before != after:
        _edit(session, talk, before, after, rev, by)
    return talk


def _check(session: Session, talk: QASession | None, screening: Screening, after: dict[str, Any]) -> None:
    if not 5 <= after["minutes"] <= 180:
        raise Invalid("minutes", N_("A talk takes 5 to 180 minutes."))
    if not _an_address(after.get("remote_url", "")):
        raise Invalid("remote_url", N_("Write the whole address of the call, beginning with https://"))
    if screening.state == ScreeningState.CANCELLED:
        raise Invalid("main", N_("The screening is cancelled, and its talk with it."))
    if talk is not None:
        used = sa.select(sa.func.max(QASlot.starts_after_min + QASlot.minutes)).where(QASlot.qa_session_id == talk.id)
        last = session.scalar(used) or 0
        if last > after["minutes"]:
            raise Invalid("minutes", N_("The parts of the talk reach up to minute {n}. Shorten those first."), n=last)


def _an_address(url: str) -> bool:
    return not url or (
        url.startswith("https://") and len(url) > len("https://") and url.isprintable() and " " not in url
    )


def _edit(
    session: Session, talk: QASession, before: dict[str, Any], after: dict[str, Any], rev: int | None, by: Actor
) -> None:
    if rev is not None and rev != talk.rev:
        raise Stale(theirs=before)
    for name, value in after.items():
        setattr(talk, name, value)
    session.flush()
    audit.record(session, by, "talk.edited", talk, before=before, after=after)


def remove_talk(session: Session, talk: QASession, *, by: Actor) -> int:
    """Plan no talk after all; everybody who was asked hears of it. Returns how many.

    Raises Invalid once the talk has begun.
    """
    if talk.state in _BEGUN:
        raise Invalid("main", N_("The talk has begun already, so it cannot be called off."))
    told = tell_off(session, talk)
    audit.record(session, by, "talk.removed", "qa_sessions", screening=talk.screening_id, guests=len(talk.guests))
    session.delete(talk)
    session.flush()
    return told


def tell_off(session: Session, talk: QASession) -> int:
    """Tell everybody who was asked and has not declined that there is no talk. Returns how many."""
    concerned = [guest for guest in talk.guests if guest.state != GuestState.DECLINED]
    for guest in concerned:
        letters.called_off(session, guest, talk)
    return len(concerned)


def invite(session: Session, talk: QASession, person: Invited, *, by: Actor) -> Guest:
    """Invite somebody on stage and write to them; the same address again is the same invitation. Raises Invalid."""
    email = person.email.lower()
    if person.timezone not in available_timezones():
        raise Invalid("timezone", N_("Choose one of the time zones."))
    if person.role == GuestRole.INTERPRETER and not person.interprets:
        raise Invalid("interprets", N_("Say between which languages, for example ko–en."))
    if talk.screening.state == ScreeningState.CANCELLED:
        raise Invalid("main", N_("The screening is cancelled, and its talk with it."))
    db.one_at_a_time(session, f"talk {talk.screening_id}")
    found = session.scalar(sa.select(Guest).where(Guest.qa_session_id == talk.id, Guest.email == email))
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
        role=person.role,
        interprets=person.interprets if person.role == GuestRole.INTERPRETER else "",
        answer_by=answer_by(talk.screening.starts_at),
        slot=None,
    )
    talk.guests.append(guest)
    if guest.role == GuestRole.MODERATOR and not talk.moderator_name:
        talk.moderator_name = guest.name
    session.flush()
    audit.record(session, by, "guest.invited", guest, screening=talk.screening_id, role=guest.role)
    note_invitation(session, talk, by=by)
    letters.invitation(session, guest, talk)
    return guest


def answer_by(starts_at: datetime) -> datetime:
    """When we need to know: in a week at 18:00 in Seoul, but a day before the screening at the latest."""
    evening = (
        (clock.now() + timedelta(days=ANSWER_DAYS))
        .astimezone(ZoneInfo(SEOUL))
        .replace(hour=18, minute=0, second=0, microsecond=0)
    )
    return max(min(evening, starts_at - timedelta(days=1)), clock.now() + timedelta(hours=6))


def remind(session: Session, talk: QASession, *, by: Actor) -> int:
    """Write once more to those who have not answered, at most once a day each. Returns how many those are."""
    waiting = [guest for guest in talk.guests if guest.state == GuestState.INVITED]
    for guest in waiting:
        letters.reminder(session, guest, talk)
    if waiting:
        audit.record(session, by, "talk.reminded", talk, guests=len(waiting))
    return len(waiting)
