"""A day's plan as the grid draws it: blocks with their place in minutes after the first hour. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any

from portal.i18n import _, clock_time, ngettext
from portal.lifecycles import ScreeningState
from portal.programme.queries import DayPlan
from portal.programme.queries.desk import ZONE, Placed
from portal.programme.states import state_text
from portal.programme.timetable import Board, Show

_EARLIEST, _LATEST = 10, 24


@dataclass(frozen=True, slots=True)
class Block:
    """One screening on the grid, as the `timeblock` component reads it."""

    id: str
    key: str
    rev: int
    start: int
    minutes: int
    qa: int
    time: str
    title: str
    subtitle: str
    meta: str
    gel: str
    href: str
    problem: str | None
    selected: bool
    qa_text: str
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """Columns of halls over the hours of a day."""

    first: int
    last: int
    halls: list[tuple[int, str, str, list[Block]]]

    @property
    def blocks(self) -> list[Block]:
        """Every block, for the style element that places them."""
        return [block for _id, _name, _seats, blocks in self.halls for block in blocks]


def grid(plan: DayPlan, *, href: Callable[[str], str], selected: str | None) -> Grid:
    """The grid of a plan; `href` makes a block's address from its code."""
    midnight = datetime.combine(plan.day, time(), ZONE)
    hours = [_hours(show.starts_at, midnight) for show in plan.shows]
    ends = [_hours(show.ends_at, midnight) for show in plan.shows]
    first = int(min([_EARLIEST, *hours]))
    last = max(_LATEST, -int(-max([0.0, *ends]) // 1))
    return Grid(
        first,
        last,
        [
            (
                room.id,
                room.name,
                ngettext("{n} seat", "{n} seats", room.seats).format(n=room.seats),
                [
                    _block(plan, show, first, midnight, href(show.key), show.key == selected)
                    for show in plan.shows
                    if show.room == room.id
                ],
            )
            for room in plan.rooms
        ],
    )


def preview(plan: DayPlan, coming: Sequence[Mapping[str, Any]], href: Callable[[str], str]) -> Grid:
    """The grid of a plan as it would be with these packages on it.

    Each has code, title, gel, hall, `starts_at`, minutes of `films` and the `talk` kept after them.
    """
    shows = [_coming(one) for one in coming]
    placed = {
        one["code"]: Placed(one["code"], 0, ScreeningState.PLANNED, one["title"], "", one["gel"], 0) for one in coming
    }
    board = Board([*plan.shows, *shows], plan.rooms, ZONE, plan.engaged)
    whole = replace(plan, shows=[*plan.shows, *shows], placed={**plan.placed, **placed}, board=board)
    drawn = grid(whole, href=href, selected=None)
    marked = [(*hall[:3], [replace(block, is_new=block.key in placed) for block in hall[3]]) for hall in drawn.halls]
    return replace(drawn, halls=marked)


def _coming(one: Mapping[str, Any]) -> Show:
    films_end = one["starts_at"] + timedelta(minutes=one["films"])
    return Show(one["code"], one["title"], one["hall"], one["starts_at"], films_end, seats=1, talk=one["talk"])


def _hours(moment: datetime, midnight: datetime) -> float:
    return (moment - midnight).total_seconds() / 3600


def _block(plan: DayPlan, show: Show, first: int, midnight: datetime, href: str, selected: bool) -> Block:
    about, placed = plan.about(show.key), plan.placed[show.key]
    talk = int(show.talk.total_seconds() // 60)
    return Block(
        id=f"b-{show.key}",
        key=show.key,
        rev=placed.rev,
        start=round((_hours(show.starts_at, midnight) - first) * 60),
        minutes=int((show.films_end - show.starts_at).total_seconds() // 60),
        qa=talk,
        time=f"{clock_time(show.starts_at)}–{clock_time(show.films_end)}",
        title=placed.title,
        subtitle=placed.subtitle,
        meta=_meta(placed.films, placed.state, show),
        gel=placed.gel,
        href=href,
        problem=about[0].word if about and about[0].hard else None,
        selected=selected,
        qa_text=_("Q&A {n} min").format(n=talk),
    )


def _meta(films: int, state: ScreeningState, show: Show) -> str:
    count = ngettext("{n} film", "{n} films", films).format(n=films) if films else ""
    if state == ScreeningState.BOOKING:
        standing = _("Booked {n}/{seats}").format(n=show.taken, seats=show.seats)
        if show.taken >= show.seats:
            standing = _("Sold out")
    else:
        standing = state_text(state)
    return " · ".join(part for part in (count, standing) if part)
