"""The public agenda: each screening as one line, and where the line stands among the halls of a day. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from portal.i18n import clock_time, translate
from portal.programme.agenda import Seats, Showing

_ = translate
# More halls than this are read as a list.
MOST_COLUMNS = 8
MOST_ROWS = 60
MOST_SPAN = 12


@dataclass(frozen=True, slots=True)
class Slot:
    """One line of the public agenda, as the `slotrow` component draws it.

    `starts` and `ends` are moments in UTC for the reader's own clock; `starred` is None where no plan is kept; `row`,
    `span` and `column` are its place among the halls, 0 in a list.
    """

    code: str
    href: str
    start: str
    end: str
    hall: str
    title: str
    meta: str
    gel: str
    section: str
    left: int
    seats: int
    waiting: int
    next: bool
    action: str | None
    action_href: str
    starts: str = ""
    ends: str = ""
    now: bool = False
    cancelled: bool = False
    starred: bool | None = None
    star_action: str = ""
    row: int = 0
    span: int = 1
    column: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """A row and a column among the halls of a day, both from 1."""

    row: int
    span: int
    column: int


NOWHERE = Place(0, 1, 0)


def slot(
    showing: Showing,
    seats: Seats,
    *,
    href: str,
    at: datetime,
    following: bool = False,
    star: tuple[str, bool] | None = None,
    place: Place = NOWHERE,
) -> Slot:
    """The agenda line of a screening at a moment; `following` marks the next one to start.

    `star` is where its star is sent, and whether it is in the reader's plan.
    """
    action = (_("Book") if seats.left else _("Join the waiting list")) if seats.bookable else None
    return Slot(
        code=showing.code,
        href=href,
        start=clock_time(showing.starts_at),
        end=clock_time(showing.over_at),
        hall=showing.where,
        title=showing.title,
        meta=_("Cancelled") if showing.cancelled else showing.meta,
        gel=showing.gel,
        section=showing.section,
        left=seats.left,
        seats=seats.seats,
        waiting=0,
        next=following,
        action=None if showing.cancelled else action,
        action_href=href,
        starts=_utc(showing.starts_at),
        ends=_utc(showing.over_at),
        now=not showing.cancelled and showing.starts_at <= at < showing.over_at,
        cancelled=showing.cancelled,
        starred=star[1] if star else None,
        star_action=star[0] if star else "",
        row=place.row,
        span=place.span,
        column=place.column,
    )


def _utc(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%MZ")


def following(listed: Sequence[Showing], at: datetime) -> str | None:
    """The code of the next one to start."""
    return next((one.code for one in listed if one.starts_at > at and not one.cancelled), None)


@dataclass(frozen=True, slots=True)
class Halls:
    """A day by hall: the columns' names, and the place of each screening by code."""

    names: tuple[str, ...]
    places: Mapping[str, Place]


def by_hall(listed: Sequence[Showing]) -> Halls | None:
    """Screenings of a day in columns of halls; None where there is one hall, or too many of them or of starts."""
    columns = {one.place: one.where for one in sorted(listed, key=lambda one: one.place)}
    rows = _rows(listed)
    if not 1 < len(columns) <= MOST_COLUMNS or len(rows) > MOST_ROWS:
        return None
    numbers = {place: n for n, place in enumerate(columns, start=1)}
    places = {
        one.code: Place(row, _span(rows, row, one), numbers[one.place])
        for row, (_, started) in enumerate(rows, start=1)
        for one in started
    }
    return Halls(_shortest(tuple(columns.values())), places)


def _rows(listed: Sequence[Showing]) -> list[tuple[datetime, list[Showing]]]:
    """Screenings by their start; what starts at once in one hall, where a plan overlaps, gets a row of its own."""
    rows: list[tuple[datetime, list[Showing]]] = []
    for one in sorted(listed, key=lambda one: (one.starts_at, one.place, one.code)):
        free = rows and rows[-1][0] == one.starts_at and all(other.place != one.place for other in rows[-1][1])
        if free:
            rows[-1][1].append(one)
        else:
            rows.append((one.starts_at, [one]))
    return rows


def _span(rows: Sequence[tuple[datetime, Collection[Showing]]], row: int, showing: Showing) -> int:
    """Over how many rows it lasts: until another starts in its hall, or until it is over."""
    for n, (start, started) in enumerate(rows[row:], start=1):
        if start >= showing.over_at or any(other.place == showing.place for other in started):
            return min(n, MOST_SPAN)
    return min(len(rows) - row + 1, MOST_SPAN)


def _shortest(names: tuple[str, ...]) -> tuple[str, ...]:
    """The halls without their venue where all are in one."""
    venues = {name.rpartition(" · ")[0] for name in names}
    return tuple(name.rpartition(" · ")[2] for name in names) if len(venues) == 1 else names


def sections(listed: Sequence[Showing]) -> list[tuple[str, str]]:
    """(gel, name) of the sections that have screenings."""
    return sorted({(one.gel, one.section) for one in listed}, key=lambda pair: pair[1])


def places(listed: Sequence[Showing]) -> list[tuple[str, str]]:
    """(place, name) of the halls that have screenings."""
    found = sorted({(one.place, one.where) for one in listed})
    return list(zip([place for place, _ in found], _shortest(tuple(name for _, name in found)), strict=True))


def chosen(listed: Sequence[Showing], *, section: str, hall: str) -> list[Showing]:
    """Those of a section and of a hall; an empty name means all."""
    return [one for one in listed if section in ("", one.gel) and hall in ("", one.place)]
