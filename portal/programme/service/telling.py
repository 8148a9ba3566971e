"""Which guests hear of a version: those whose conversation is at another time or place than they were told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.lifecycles import GuestState
from portal.mail import outbox
from portal.programme import frozen
from portal.programme.agenda import parsed
from portal.programme.models import Guest, Hall, QASession, Release, Screening
from portal.programme.queries.moves import Spot, spots_left
from portal.programme.service.letters import conversation_letter

_OFF = ("cancelled", "removed")


@dataclass(frozen=True, slots=True)
class Before:
    """What a guest was told last: when the conversation begins, in which hall; or that it is `off` now."""

    at: datetime
    hall_ko: str
    hall_en: str
    off: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """A guest of a talk, and what they knew of it."""

    guest: Guest
    talk: QASession
    before: Before


def told(session: Session, screenings: Sequence[Screening], changes: Sequence[frozen.Body]) -> list[Told]:
    """Everybody who hears of these changes; talks, guests and halls are loaded. One statement, and one for each hall.

    Somebody who was invited before a screening was public hears where it came to stand, if that is somewhere else.
    """
    changed = {change["code"]: _before(change) for change in changes if _concerns_talk(change)}
    added = {change["code"] for change in changes if change["kind"] == "added"} - changed.keys()
    left = spots_left(session, [one.id for one in screenings if one.code in added])
    found = []
    for screening in screenings:
        for guest, talk in _asked(screening):
            moves = left.get(screening.id, ())
            before = changed.get(screening.code) or _moved_since(session, guest, screening, moves)
            if before is not None:
                found.append(Told(guest, talk, before))
    return found


def _asked(screening: Screening) -> Iterator[tuple[Guest, QASession]]:
    talk = screening.qa_session
    if talk is not None:
        yield from ((guest, talk) for guest in talk.guests if guest.state != GuestState.DECLINED)


def _concerns_talk(change: Mapping[str, str]) -> bool:
    return change["kind"] in frozen.TOLD or change.get("ends_at") != change.get("was_ends_at")


def _before(change: Mapping[str, str]) -> Before:
    began = parsed(change.get("was_ends_at") or change["was_starts_at"])
    return Before(began, change["was_hall_ko"], change["was_hall_en"], off=change["kind"] in _OFF)


def _moved_since(
    session: Session, guest: Guest, screening: Screening, moves: Iterable[tuple[datetime, Spot]]
) -> Before | None:
    """Where the screening stood when the guest heard of it last, if it stands elsewhere now."""
    heard = max(guest.invited_at, guest.answered_at or guest.invited_at)
    spot = next((spot for at, spot in moves if at > heard), None)
    if spot is None or (spot.hall, spot.starts_at) == (screening.hall_id, screening.starts_at):
        return None
    hall = session.get_one(Hall, spot.hall)
    return Before(spot.starts_at + (screening.ends_at - screening.starts_at), hall.name_ko, hall.name_en)


def counted(listed: Iterable[Told]) -> dict[str, int]:
    """How many those are, by screening."""
    return Counter(one.talk.screening.code for one in listed)


def tell(session: Session, released: Release, screenings: Sequence[Screening]) -> None:
    """Write to all of them, once for each version."""
    for one in told(session, screenings, released.changes):
        letter = conversation_letter(session, one.guest, one.talk, cancelled=one.before.off)
        outbox.queue(
            session,
            "talk_changed",
            to=letter.reader,
            about=one.guest,
            transition=f"release-{released.version}",
            edition_id=released.edition_id,
            attachments=[letter.calendar],
            cancelled=one.before.off,
            was_at=one.before.at,
            was_hall_ko=one.before.hall_ko,
            was_hall_en=one.before.hall_en,
            **letter.context,
        )
