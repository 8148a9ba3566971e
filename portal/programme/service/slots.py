"""A talk in parts: made by a programmer, taken by guests; each part has one winner."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, clock
from portal.errors import Invalid, Stale
from portal.i18n import N_
from portal.lifecycles import GuestState, ScreeningState
from portal.policies import Actor
from portal.programme.errors import SlotTaken
from portal.programme.models import Guest, GuestRole, QASession, QASlot, Screening

MOST_SLOTS = 30
_COLUMNS = ("rev", "guest_id", "starts_after_min", "minutes")
TAKING = (GuestState.ACCEPTED, GuestState.REMOTE)


def make_slots(
    session: Session, talk: QASession, *, count: int, minutes: int, seen: int | None = None, by: Actor
) -> Sequence[QASlot]:
    """Add `count` parts of `minutes` each behind those there are; raises Invalid where they do not fit the talk.

    `seen` is how many there were when somebody asked: the same asked twice is made once, and Stale is raised where
    somebody else made some meanwhile.
    """
    _lock(session, talk.id)
    query = sa.select(QASlot).where(QASlot.qa_session_id == talk.id).order_by(QASlot.position)
    there = session.scalars(query).all()
    if seen is not None and seen != len(there):
        return _made_already(there[seen:], count, minutes)
    if not 1 <= count <= MOST_SLOTS - len(there):
        raise Invalid("count", N_("A talk has up to {n} parts."), n=MOST_SLOTS)
    start = max((slot.starts_after_min + slot.minutes for slot in there), default=0)
    if minutes < 1 or start + count * minutes > talk.minutes:
        raise Invalid("minutes", N_("The talk has {n} minutes left for parts."), n=max(0, talk.minutes - start))
    first = max((slot.position for slot in there), default=0) + 1
    made = [
        QASlot(qa_session_id=talk.id, position=first + n, starts_after_min=start + n * minutes, minutes=minutes)
        for n in range(count)
    ]
    session.add_all(made)
    session.flush()
    audit.record(session, by, "talk.slots_made", talk, count=count, minutes=minutes)
    return made


def _made_already(later: Sequence[QASlot], count: int, minutes: int) -> Sequence[QASlot]:
    if [slot.minutes for slot in later] != [minutes] * count:
        raise Stale
    return later


def edit_slot(
    session: Session, talk: QASession, slot: QASlot, *, starts_after: int, minutes: int, rev: int, by: Actor
) -> None:
    """Move a free part or give it another length; raises Stale, SlotTaken, and Invalid where it does not fit."""
    _lock(session, talk.id)
    session.refresh(slot, _COLUMNS)
    if slot.rev != rev:
        raise Stale
    _require_free(slot)
    others = sa.select(QASlot).where(QASlot.qa_session_id == talk.id, QASlot.id != slot.id)
    if minutes < 1 or starts_after < 0 or starts_after + minutes > talk.minutes:
        raise Invalid("minutes", N_("A part lies within the {n} minutes of the talk."), n=talk.minutes)
    for other in session.scalars(others):
        if starts_after < other.starts_after_min + other.minutes and other.starts_after_min < starts_after + minutes:
            raise Invalid("minutes", N_("It would overlap with the part from minute {n}."), n=other.starts_after_min)
    before = {"starts_after": slot.starts_after_min, "minutes": slot.minutes}
    slot.starts_after_min, slot.minutes = starts_after, minutes
    session.flush()
    after = {"starts_after": starts_after, "minutes": minutes}
    audit.record(session, by, "talk.slot_edited", talk, before=before, after=after)


def remove_slot(session: Session, talk: QASession, slot: QASlot, *, by: Actor) -> None:
    """Take a free part away; raises SlotTaken once a guest has it."""
    _lock(session, talk.id)
    session.refresh(slot, _COLUMNS)
    _require_free(slot)
    audit.record(session, by, "talk.slot_removed", talk, starts_after=slot.starts_after_min)
    session.delete(slot)
    session.flush()


def _require_free(slot: QASlot) -> None:
    if slot.guest_id is not None:
        raise SlotTaken


def take_slot(session: Session, guest: Guest, code: str, *, by: Actor) -> QASlot:
    """Give a guest this part of the talk and free the one they had; twice is once.

    Raises SlotTaken where another guest has it, Invalid where this guest may take none.
    """
    _lock(session, guest.qa_session_id)
    session.refresh(guest, ["state", "rev"])
    _may_take(session, guest)
    ours = (QASlot.qa_session_id == guest.qa_session_id, QASlot.code == code)
    wanted = session.scalar(sa.select(QASlot).where(*ours).execution_options(populate_existing=True))
    if wanted is None:
        raise Invalid("slot", N_("Choose one of the parts."))
    if wanted.guest_id == guest.id:
        return wanted
    _require_free(wanted)
    _free(session, guest)
    won = session.scalar(
        sa.update(QASlot)
        .where(QASlot.id == wanted.id, QASlot.guest_id.is_(None))
        .values(guest_id=guest.id, taken_at=clock.now(), rev=QASlot.rev + 1)
        .returning(QASlot.id)
        .execution_options(synchronize_session=False)
    )
    if won is None:
        raise SlotTaken
    _note(session, guest, "guest.slot_taken", by, slot=code)
    session.refresh(wanted, _COLUMNS)
    return wanted


def give_back_slot(session: Session, guest: Guest, *, by: Actor) -> None:
    """Give the taken part back until the screening starts; twice is once. Raises Invalid after that."""
    _lock(session, guest.qa_session_id)
    session.refresh(guest, ["state", "rev"])
    _may_take(session, guest)
    free_slot_of(session, guest, by=by)


def free_slot_of(session: Session, guest: Guest, *, by: Actor) -> None:
    """Free the part a guest had, if any."""
    if _free(session, guest):
        _note(session, guest, "guest.slot_freed", by)


def _free(session: Session, guest: Guest) -> bool:
    freed = session.scalar(
        sa.update(QASlot)
        .where(QASlot.guest_id == guest.id)
        .values(guest_id=None, taken_at=None, rev=QASlot.rev + 1)
        .returning(QASlot.id)
        .execution_options(synchronize_session=False)
    )
    return freed is not None


def _note(session: Session, guest: Guest, verb: str, by: Actor, **detail: str) -> None:
    """The guest has said something new: their calendar file gets a higher number."""
    guest.answered_at = clock.now()
    session.flush()
    session.expire(guest, ["slot"])
    audit.record(session, by, verb, guest, **detail)


def _may_take(session: Session, guest: Guest) -> None:
    query = sa.select(Screening).join(QASession, QASession.screening_id == Screening.id)
    screening = session.scalars(query.where(QASession.id == guest.qa_session_id)).one()
    if screening.state == ScreeningState.CANCELLED:
        raise Invalid("slot", N_("The screening is cancelled, and its talk with it."))
    if screening.starts_at <= clock.now():
        raise Invalid("slot", N_("The screening has begun, so the part can no longer be changed."))
    if guest.role != GuestRole.GUEST or guest.state not in TAKING:
        raise Invalid("slot", N_("Tell us first that you come or join by video, then choose your part."))


def _lock(session: Session, talk_id: int) -> None:
    """Hold the talk until the end of the unit of work, so that two who swap parts cannot wait for each other."""
    session.execute(sa.select(QASession.id).where(QASession.id == talk_id).with_for_update())
