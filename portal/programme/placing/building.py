"""The question a filling of days asks, read from the plan as it is now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.entries.models import Entry
from portal.programme.models import PackageFilm
from portal.programme.placing.instance import Busy, Instance, Parcel, Place, Taken
from portal.programme.queries.desk import ZONE, DayPlan, day_plan, waiting_packages
from portal.programme.queries.packages import PackageLine
from portal.programme.queries.readiness import blocked_packages
from portal.programme.timetable import Room, minutes

STEP = 5


def instance_of(session: Session, edition_id: int, days: Sequence[str], talk_min: int) -> Instance:
    """Packages of the tray with the people of their films, halls, and what stands on these days.

    `talk_min` are kept after each package with films, for a talk that is planned later.
    """
    lines = waiting_packages(session, edition_id)
    ids = [line.id for line in lines]
    makers, blocked = _makers(session, ids), blocked_packages(session, ids)
    plans = [day_plan(session, edition_id, date.fromisoformat(day)) for day in days]
    names = {email: name for listed in makers.values() for email, name in listed}
    return Instance(
        days=tuple(days),
        parcels=tuple(
            _parcel(line, talk_min, [email for email, _ in makers.get(line.id, ())], blocked.get(line.id, []))
            for line in lines
        ),
        places=tuple(_place(room) for room in (plans[0].rooms if plans else ())),
        taken=tuple(sorted((one for plan in plans for one in _taken(plan)), key=repr)),
        busy=tuple(sorted((one for plan in plans for one in _busy(plan, names)), key=repr)),
        names=tuple(sorted(names.items())),
    )


def _makers(session: Session, package_ids: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
    """Address and name of those who entered the films of packages: they come to the talk. One statement."""
    query = (
        sa.select(PackageFilm.package_id, Person.email, Person.native_name)
        .join(Entry, Entry.id == PackageFilm.entry_id)
        .join(Person, Person.id == Entry.owner_id)
        .where(PackageFilm.package_id.in_(package_ids))
        .distinct()
        .order_by(Person.email)
    )
    found: dict[int, list[tuple[str, str]]] = {}
    for package_id, email, name in session.execute(query):
        found.setdefault(package_id, []).append((email, name))
    return found


def _parcel(line: PackageLine, talk_min: int, people: Sequence[str], blocked: Sequence[str]) -> Parcel:
    films = max(1, -(-line.seconds // 60))
    length = films + (talk_min if line.films else 0)
    return Parcel(
        code=line.code,
        title=line.title,
        films=films,
        length=-(-length // STEP) * STEP,
        expected=line.expected,
        rating=line.rating,
        gel=line.gel.value,
        people=tuple(people) if talk_min else (),
        blocked=tuple(blocked),
    )


def _place(room: Room) -> Place:
    return Place(room.id, room.name, room.seats, minutes(room.turnaround), room.opens, room.closes)


def _taken(plan: DayPlan) -> list[Taken]:
    midnight = datetime.combine(plan.day, time(), ZONE)
    return [
        Taken(plan.day.isoformat(), show.room, _down(show.starts_at - midnight), minutes(show.leaves_at - midnight))
        for show in plan.shows
    ]


def _busy(plan: DayPlan, names: dict[str, str]) -> list[Busy]:
    midnight = datetime.combine(plan.day, time(), ZONE)
    return [
        Busy(plan.day.isoformat(), person, _down(one.starts_at - midnight), minutes(one.ends_at - midnight))
        for person, listed in plan.board.by_person.items()
        if person in names
        for one in listed
    ]


def _down(length: timedelta) -> int:
    return int(length.total_seconds() // 60)
