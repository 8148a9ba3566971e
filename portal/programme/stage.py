"""Who is on stage in which order, and what a talk still needs from somebody. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import TYPE_CHECKING

from portal.i18n import N_, translate
from portal.lifecycles import GuestState, TalkState
from portal.programme.models import GuestRole

if TYPE_CHECKING:
    from portal.programme.models import Guest, QASession, QASlot

COMING = (GuestState.ACCEPTED, GuestState.REMOTE, GuestState.PRESENT)
SOON = timedelta(days=3)
_OPEN = (TalkState.PLANNED, TalkState.INVITED, TalkState.CONFIRMED, TalkState.COLLECTING)


class Need(IntEnum):
    """What a hand is needed for, the most urgent first."""

    LATE = 0
    NO_LINK = 1
    NO_MODERATOR = 2
    UNCONFIRMED = 3
    NOBODY = 4
    WAITING = 5
    NO_SLOT = 6


_WORDS = {
    Need.LATE: N_("Answer overdue"),
    Need.NO_LINK: N_("Address of the call missing"),
    Need.NO_MODERATOR: N_("No moderator"),
    Need.UNCONFIRMED: N_("Not confirmed"),
    Need.NOBODY: N_("Nobody invited yet"),
    Need.WAITING: N_("Answers missing"),
    Need.NO_SLOT: N_("Part not chosen"),
}


def need_text(need: Need) -> str:
    """The need in the language in use."""
    return translate(_WORDS[need])


@dataclass(frozen=True, slots=True)
class Count:
    """How the invited guests of a talk answered; moderators and interpreters are not counted."""

    asked: int
    coming: int
    declined: int
    waiting: int


def count(guests: Iterable[Guest]) -> Count:
    """Answers of those who are asked as guests."""
    states = [guest.state for guest in guests if guest.role == GuestRole.GUEST]
    coming, declined = sum(state in COMING for state in states), states.count(GuestState.DECLINED)
    return Count(len(states), coming, declined, states.count(GuestState.INVITED))


def needs(talk: QASession, now: datetime) -> list[Need]:
    """What a talk that is still to come needs, the most urgent first; guests, slots and screening are loaded."""
    if talk.state not in _OPEN:
        return []
    guests = [guest for guest in talk.guests if guest.role == GuestRole.GUEST]
    waiting = [guest for guest in talk.guests if guest.state == GuestState.INVITED]
    remote = any(guest.state == GuestState.REMOTE for guest in talk.guests)
    unchosen = bool(talk.slots) and any(guest.state in COMING and guest.slot is None for guest in guests)
    unconfirmed = talk.state in (TalkState.PLANNED, TalkState.INVITED)
    found = {
        Need.LATE: any(guest.answer_by <= now for guest in waiting),
        Need.NO_LINK: remote and not talk.remote_url,
        Need.NO_MODERATOR: not moderators(talk),
        Need.UNCONFIRMED: unconfirmed and talk.screening.starts_at - now <= SOON,
        Need.NOBODY: not guests,
        Need.WAITING: bool(waiting),
        Need.NO_SLOT: unchosen,
    }
    return [need for need, found_it in found.items() if found_it and not (need == Need.WAITING and found[Need.LATE])]


def moderators(talk: QASession) -> list[str]:
    """Who leads the talk: those who were asked to and have not declined, or the name that was written down."""
    asked = [guest for guest in talk.guests if guest.role == GuestRole.MODERATOR]
    named = [guest.name for guest in asked if guest.state != GuestState.DECLINED]
    alone = talk.moderator_name and talk.moderator_name not in {guest.name for guest in asked}
    return ([talk.moderator_name] if alone else []) + named


def by_need(talks: Iterable[QASession], now: datetime) -> list[tuple[QASession, list[Need]]]:
    """Talks with what they need: first those that need most, then by time; those that are over come last."""
    rows = [(talk, needs(talk, now)) for talk in talks]

    def urgency(row: tuple[QASession, list[Need]]) -> tuple[bool, int, datetime]:
        talk, found = row
        return talk.state not in _OPEN, found[0] if found else len(Need), talk.screening.starts_at

    return sorted(rows, key=urgency)


_ORDER = (GuestRole.MODERATOR, GuestRole.INTERPRETER, GuestRole.GUEST)


def line_up(guests: Iterable[Guest]) -> list[Guest]:
    """Everybody by role, guests by their part of the talk; `slot` is loaded."""

    def place(guest: Guest) -> tuple[int, int, int]:
        return _ORDER.index(guest.role), guest.slot.starts_after_min if guest.slot else 1000, guest.id

    return sorted(guests, key=place)


def slot_begins(talk: QASession, slot: QASlot) -> datetime:
    """When a part of the talk begins: by the plan, or by the clock once the talk has begun."""
    return (talk.began_at or talk.screening.ends_at) + timedelta(minutes=slot.starts_after_min)


def talk_ends(talk: QASession) -> datetime:
    """When the talk should be over."""
    return (talk.began_at or talk.screening.ends_at) + timedelta(minutes=talk.minutes)
