"""The one step that takes a finding away without breaking anything hard; or, in words, why there is none. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from enum import StrEnum

from portal.i18n import N_, translate
from portal.programme.timetable.board import Board, near
from portal.programme.timetable.plan import (
    CHANGEOVER,
    DAY_MINUTES,
    STEP,
    Finding,
    Room,
    Rule,
    Show,
    Standing,
    clock_of,
    midnight_of,
    minutes,
)
from portal.programme.timetable.rules import ADULTS_FROM, YOUTH_UNTIL, presences

_EARLIEST = 5 * 60
_OTHER_HALL = timedelta(minutes=45)
"""How long a show may rather wait in its hall than change it."""


class Step(StrEnum):
    MOVE = "move"
    SLOT = "slot"
    SEATS = "seats"
    UNCONFIRM = "unconfirm"
    UNPLACE = "unplace"


@dataclass(frozen=True, slots=True)
class Fix:
    """One step with one show. A move names hall and time, and the seats on offer where they change with it."""

    step: Step
    key: str
    title: str
    room: int | None = None
    room_name: str = ""
    starts_at: datetime | None = None
    clock: str = ""
    seats: int | None = None
    slot: int | None = None

    @property
    def text(self) -> str:
        """What the button says."""
        return translate(_TEXTS[self.step]).format(
            title=self.title,
            place=" ".join(part for part in (self.room_name, self.clock) if part),
            n=self.seats if self.step == Step.SEATS else self.slot,
        )

    @property
    def name(self) -> str:
        """The step as a form sends it back: what is pressed is what is done, or nothing."""
        parts = (self.step, self.key, self.room, self.clock, self.seats, self.slot)
        return " ".join(str(part) for part in parts if part not in (None, ""))


_TEXTS = {
    Step.MOVE: N_("{title} → {place}"),
    Step.SLOT: N_("Make the slot {n} min long"),
    Step.SEATS: N_("Offer {n} seats"),
    Step.UNCONFIRM: N_("Take the confirmation back"),
    Step.UNPLACE: N_("Back to the tray"),
}
_NO_STEP = {
    Rule.HOLD: N_("It is public already. Settle what keeps the film back, or cancel the screening."),
    Rule.NOT_READY: N_("Settle what keeps the film back; then it can be confirmed."),
    Rule.OVERSOLD: N_("No larger hall is free on this day. Move it to another day, or cancel bookings by hand."),
    Rule.SMALL: N_("No larger hall is free on this day. Show it a second time, or on another day."),
    Rule.SEATS: N_("More seats are given away or kept for groups than the hall has, and no larger hall is free."),
}
_NO_MOVE = N_("No time and hall of this day is free for it. Move one of them to another day.")
_NOT_OURS = N_("Both are engagements outside the programme. Change one of them with the person.")


def no_step(finding: Finding) -> str:
    """Why nothing can be pressed, in the language in use."""
    if not finding.keys:
        return translate(_NOT_OURS)
    return translate(_NO_STEP.get(finding.rule, _NO_MOVE))


def fix(board: Board, finding: Finding) -> Fix | None:
    """The nearest step after which this finding is gone and no hard one is new; None where there is none."""
    for show in _to_change(board, finding):
        found = _step(board, show, finding)
        if found is not None:
            return found
    return None


def applied(show: Show, step: Fix, rooms: dict[int, Room]) -> Show | None:
    """The show after the step, None when it has left the plan."""
    match step.step:
        case Step.MOVE:
            assert step.starts_at is not None
            moved = show.moved(step.starts_at, step.room)
            if show.room != moved.room and not show.kept:
                moved = replace(moved, seats=rooms[moved.room].seats)
            return moved if step.seats is None else replace(moved, seats=step.seats)
        case Step.SLOT:
            return replace(show, slot=timedelta(minutes=step.slot or 0))
        case Step.SEATS:
            return replace(show, seats=step.seats or 0)
        case Step.UNCONFIRM:
            return replace(show, standing=Standing.PLANNED)
        case _:
            return None


def _to_change(board: Board, finding: Finding) -> list[Show]:
    """The shows that may be changed: what is not public first, and the later one before the earlier."""
    shows = [board.shows[key] for key in reversed(finding.keys) if board.shows[key].standing != Standing.OVER]
    return sorted(shows, key=lambda show: show.standing == Standing.PUBLIC)


def _step(board: Board, show: Show, finding: Finding) -> Fix | None:
    match finding.rule:
        case Rule.HOLD:
            steps: Iterable[Fix] = _unconfirm(show)
        case Rule.NOT_READY:
            steps = [Fix(Step.UNPLACE, show.key, show.title)]
        case Rule.RUNTIME:
            steps = [Fix(Step.SLOT, show.key, show.title, slot=minutes(show.ends_at - show.starts_at))]
        case Rule.SEATS | Rule.SMALL:
            steps = [*_seats(board, show), *_moves(board, show, finding)]
        case _:
            steps = _moves(board, show, finding)
    return _best(board, show, finding, steps)


def _unconfirm(show: Show) -> list[Fix]:
    return [Fix(Step.UNCONFIRM, show.key, show.title)] if show.standing == Standing.CONFIRMED else []


def _seats(board: Board, show: Show) -> list[Fix]:
    seats = board.rooms[show.room].seats
    return [Fix(Step.SEATS, show.key, show.title, seats=seats)] if show.kept <= seats != show.seats else []


def _best(board: Board, show: Show, finding: Finding, steps: Iterable[Fix]) -> Fix | None:
    """The first step that breaks nothing new, or else the first that breaks nothing hard."""
    before = {one.name for one in board.concerning(show)} - {finding.name}
    second = None
    for step in steps:
        changed = applied(show, step, board.rooms)
        after = [] if changed is None else [one for one in board.concerning(changed) if one.name not in before]
        if any(one.hard or one.name == finding.name for one in after):
            continue
        if not _only_promised(after):
            second = second or step
            continue
        return step
    return second


def _only_promised(after: list[Finding]) -> bool:
    """Whether nothing is new but what taking a confirmation back leaves open."""
    return all(one.rule == Rule.NOT_READY for one in after)


def _moves(board: Board, show: Show, finding: Finding) -> Iterator[Fix]:
    """Places of the same day, the nearest first: every start at which something else ends, or could begin after it."""
    midnight = midnight_of(show.starts_at, board.zone)
    places = [
        (abs(start - show.starts_at) + (timedelta() if room.id == show.room else _OTHER_HALL), start, room)
        for room in board.rooms.values()
        if room.seats >= max(show.kept, 1) and not _no_larger(board, show, room, finding)
        for start in _starts(board, show, room, midnight)
    ]
    for _cost, start, room in sorted(places, key=lambda place: (place[0], place[1], place[2].id)):
        clock = clock_of(minutes(start - midnight))
        there = "" if room.id == show.room else room.name
        yield Fix(Step.MOVE, show.key, show.title, room.id, there, start, clock, _seats_there(show, room))


def _seats_there(show: Show, room: Room) -> int | None:
    """What is on offer in another hall where somebody has booked already; without bookings it is the whole hall."""
    if room.id == show.room or not show.kept:
        return None
    fits = min(show.expected, room.seats) <= show.seats <= room.seats
    return None if fits else room.seats


def _no_larger(board: Board, show: Show, room: Room, finding: Finding) -> bool:
    """Whether a hall is no help where seats are what is missing."""
    wanted = {Rule.OVERSOLD: show.taken, Rule.SMALL: show.expected, Rule.SEATS: show.kept}
    return finding.rule in wanted and (room.id == show.room or room.seats < wanted[finding.rule])


def _starts(board: Board, show: Show, room: Room, midnight: datetime) -> set[datetime]:
    length = show.leaves_at - show.starts_at
    earliest = midnight + timedelta(minutes=max(room.opens, _EARLIEST))
    latest = midnight + timedelta(minutes=min(room.closes, DAY_MINUTES)) - length
    day = replace(show, starts_at=earliest, films_end=max(earliest, latest), talk=length, slot=None)
    wanted = [show.starts_at, earliest, latest]
    for other in near(board.by_room[room.id], day, room.turnaround):
        wanted += [other.leaves_at + room.turnaround, other.starts_at - room.turnaround - length]
    for mine in presences(show):
        into, out = mine.starts_at - show.starts_at, mine.ends_at - show.starts_at
        for theirs in board.by_person[mine.person]:
            wanted += [theirs.ends_at + CHANGEOVER - into, theirs.starts_at - CHANGEOVER - out]
    for other in board.by_package[show.package] if show.package else ():
        wanted += [other.films_end, other.starts_at - (show.films_end - show.starts_at)]
    if show.rating:
        wanted += [_on(midnight, ADULTS_FROM), _on(midnight, YOUTH_UNTIL) - (show.ends_at - show.starts_at)]
    return {start for one in wanted for start in _round(one, midnight) if earliest <= start <= latest}


def _on(midnight: datetime, clock: time) -> datetime:
    return midnight + timedelta(hours=clock.hour, minutes=clock.minute)


def _round(moment: datetime, midnight: datetime) -> tuple[datetime, datetime]:
    """The five minutes before and after a moment, the moment itself where it is one of them."""
    down = midnight + (moment - midnight) // STEP * STEP
    return down, down if down == moment else down + STEP
