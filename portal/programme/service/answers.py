"""What a guest says: the answer to an invitation, a statement instead of coming; and who is there on the evening."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from portal import audit, clock
from portal.errors import Invalid, require_at_most
from portal.i18n import N_
from portal.lifecycles import GuestState, TalkState, advance
from portal.policies import Actor
from portal.programme.models import Guest, QASession
from portal.programme.service import letters
from portal.programme.service.slots import free_slot_of

ANSWERS = (GuestState.ACCEPTED, GuestState.REMOTE, GuestState.DECLINED)
AWAY = (GuestState.DECLINED, GuestState.ABSENT)
LONGEST_STATEMENT = 1500
# Guests meet before the film; who is there may be marked from then on.
DOORS = timedelta(hours=6)


def answer(session: Session, guest: Guest, choice: GuestState, *, by: Actor) -> None:
    """Take a guest's answer and confirm it by mail; the same answer again changes nothing.

    It may be changed until the screening starts; raises Invalid after that. Who declines gives their part of the talk
    back.
    """
    if choice not in ANSWERS:
        raise Invalid("answer", N_("Choose one of the answers."))
    if guest.state == choice:
        return
    if is_over(guest):
        raise Invalid("answer", N_("The screening has begun, so the answer can no longer be changed."))
    advance(session, guest, choice, by=by, guest=guest.code)
    guest.answered_at = clock.now()
    if choice == GuestState.DECLINED:
        free_slot_of(session, guest, by=by)
    session.flush()
    letters.answered(session, guest, guest.qa_session)


def is_over(guest: Guest) -> bool:
    """Whether it is too late for another answer; the screening is loaded."""
    marked = guest.state in (GuestState.PRESENT, GuestState.ABSENT)
    return marked or guest.qa_session.screening.starts_at <= clock.now()


def leave_statement(session: Session, guest: Guest, text: str, *, by: Actor) -> None:
    """Keep what somebody who cannot come would say, for the moderator to read out. Raises Invalid."""
    require_at_most(LONGEST_STATEMENT, "statement", text)
    if guest.statement == text:
        return
    if not may_state(guest):
        raise Invalid("statement", N_("A statement is read out for somebody who cannot come, until the talk is over."))
    guest.statement = text
    session.flush()
    audit.record(session, by, "guest.statement", guest, length=len(text))


def may_state(guest: Guest) -> bool:
    """Whether a statement still reaches the moderator; the talk is loaded."""
    return guest.state in AWAY and guest.qa_session.state not in (TalkState.CLOSED, TalkState.PUBLISHED)


def mark(session: Session, talk: QASession, guest: Guest, *, here: bool, by: Actor) -> None:
    """Note who is there on the evening; twice is once, and a mistake is marked the other way. Raises Invalid."""
    to = GuestState.PRESENT if here else GuestState.ABSENT
    if guest.state == to:
        return
    if talk.screening.starts_at - DOORS > clock.now():
        raise Invalid("main", N_("Mark who is there on the day of the screening."))
    advance(session, guest, to, by=by, guest=guest.code)
    session.flush()
