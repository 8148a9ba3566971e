"""Why a package found no place, and whether a plan keeps every rule: told from the question alone. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from enum import StrEnum
from itertools import pairwise
from typing import Any

from portal.i18n import N_, translate
from portal.programme.placing.instance import CHANGEOVER, Instance, Parcel, Solved
from portal.programme.placing.starts import Ground


class Why(StrEnum):
    HOLD = "hold"
    NO_HALL = "no_hall"
    TOO_LONG = "too_long"
    NO_GAP = "no_gap"
    PEOPLE = "people"
    ROOM = "room"
    TIME = "time"


_TEXTS = {
    Why.HOLD: N_("A film of it may not be public yet: {films}"),
    Why.NO_HALL: N_("There is no hall."),
    Why.TOO_LONG: N_("It needs {n} min; no hall is open that long on these days."),
    Why.NO_GAP: N_("It needs {n} min and the hall's cleaning; no hall has such a gap left on these days."),
    Why.PEOPLE: N_("Whenever a hall is free, somebody of its films is elsewhere: {people}"),
    Why.ROOM: N_("It has {n} possible starts, but every plan that takes it leaves out what brings more people."),
    Why.TIME: N_(
        "It has {n} possible starts, but none was found that fits beside the others before the time was over."
    ),
}


def text(why: str, params: Mapping[str, Any]) -> str:
    """The reason in the language in use."""
    return translate(_TEXTS[Why(why)]).format(**params)


def reason(instance: Instance, parcel: Parcel, *, proven: bool) -> tuple[Why, dict[str, Any]]:
    """Which rule keeps a package out that was not placed."""
    if parcel.blocked:
        return Why.HOLD, {"films": ", ".join(parcel.blocked)}
    if not instance.places:
        return Why.NO_HALL, {}
    if parcel.length > max(place.closes - place.opens for place in instance.places):
        return Why.TOO_LONG, {"n": parcel.length}
    ground = Ground(instance)
    alone = list(ground.spots(parcel, with_people=False))
    if not alone:
        return Why.NO_GAP, {"n": parcel.length}
    away = [ground.away(parcel, instance.days[spot.day], spot.start) for spot in alone]
    if all(away):
        names = dict(instance.names)
        return Why.PEOPLE, {"people": ", ".join(sorted({names.get(one, one) for listed in away for one in listed}))}
    return (Why.ROOM if proven else Why.TIME), {"n": sum(1 for listed in away if not listed)}


def faults(instance: Instance, solved: Solved) -> list[str]:
    """Every rule a plan breaks, asked pair by pair of what is written down; empty for a sound plan."""
    ground, found = Ground(instance), []
    halls: dict[tuple[int, int], list[tuple[int, int, str]]] = defaultdict(list)
    people: dict[tuple[int, str], list[tuple[int, int, str]]] = defaultdict(list)
    for number, spot in solved.spots.items():
        parcel, place = instance.parcels[number], instance.places[spot.place]
        end = spot.start + parcel.length
        if spot not in set(ground.spots(parcel)):
            found.append(f"{parcel.code} cannot stand where it was put")
        halls[spot.day, spot.place].append((spot.start, end + place.turnaround, parcel.code))
        for person in parcel.people:
            people[spot.day, person].append((spot.start, end + CHANGEOVER, parcel.code))
    for where, listed in [*halls.items(), *people.items()]:
        listed.sort()
        for (_start, end, one), (start, _end, other) in pairwise(listed):
            if start < end:
                found.append(f"{where[1]}: {one} and {other} come too close")
    return found
