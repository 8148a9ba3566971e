"""Who sits where in a hall with a plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.audience import plans
from portal.audience.models import AllottedSeat, Booking
from portal.audience.plans import Seat
from portal.lifecycles import SeatState
from portal.programme.models import Hall, Screening


@dataclass(frozen=True, slots=True)
class Place:
    """A seat of the plan: empty, or whose."""

    number: int
    accessible: bool
    name: str = ""
    inside: bool = False


@dataclass(frozen=True, slots=True)
class Bench:
    """A row of the plan with its seats."""

    name: str
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Party:
    """Where a party sits."""

    name: str
    party: int
    seats: str
    needs: str


def benches(session: Session, screening: Screening) -> list[Bench]:
    """The hall from the front, row by row; empty where people sit as they like."""
    if not screening.seated:
        return []
    held = {Seat(row.row, row.number): row for row in session.execute(_held(screening))}
    found = []
    for row in plans.rows_of(session.get_one(Hall, screening.hall_id).plan):
        numbers = range(1, row.seats + 1)
        places = (_place(number, number in row.accessible, held.get(Seat(row.name, number))) for number in numbers)
        found.append(Bench(row.name, tuple(places)))
    return found


def _place(number: int, accessible: bool, held: sa.Row[*tuple[Any, ...]] | None) -> Place:
    if held is None:
        return Place(number, accessible)
    return Place(number, accessible, held.name, held.state == SeatState.CHECKED_IN)


def parties(session: Session, screening: Screening) -> list[Party]:
    """Every party that was given seats, by name."""
    found: dict[int, list[sa.Row[*tuple[Any, ...]]]] = {}
    for row in session.execute(_held(screening)):
        found.setdefault(row.booking_id, []).append(row)
    every = [
        Party(seats[0].name, seats[0].party, plans.words((seat.row, seat.number) for seat in seats), seats[0].needs)
        for seats in found.values()
    ]
    return sorted(every, key=lambda party: (party.name, party.seats))


def _held(screening: Screening) -> sa.Select[*tuple[Any, ...]]:
    columns = (AllottedSeat.row, AllottedSeat.number, AllottedSeat.booking_id, Booking.name, Booking.party)
    query = sa.select(*columns, Booking.state, Booking.access_needs.label("needs"))
    query = query.join(Booking, Booking.id == AllottedSeat.booking_id)
    return query.where(AllottedSeat.screening_id == screening.id)
