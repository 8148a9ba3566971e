"""Every spot a package could have if it were alone: in the hall's hours, beside what stands, when people can. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from portal.programme.placing.instance import CHANGEOVER, GRID, Instance, Parcel, Place, Spot, meets

Spans = dict[tuple[str, int], list[tuple[int, int]]]


class Ground:
    """What stands already, by hall and by person of a day."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.halls: Spans = defaultdict(list)
        self.people: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
        for one in instance.taken:
            self.halls[one.day, one.hall].append((one.start, one.end))
        for busy in instance.busy:
            self.people[busy.day, busy.person].append((busy.start, busy.end))

    def spots(self, parcel: Parcel, *, with_people: bool = True) -> Iterator[Spot]:
        """The spots of one package, by day, hall and time; `with_people` leaves out those at which people cannot."""
        if parcel.blocked:
            return
        for day, name in enumerate(self.instance.days):
            for number, place in enumerate(self.instance.places):
                for start in _starts(parcel, place):
                    end = start + parcel.length
                    if meets(start, end, self.halls[name, place.id], place.turnaround):
                        continue
                    if not with_people or not self.away(parcel, name, start):
                        yield Spot(day, number, start)

    def away(self, parcel: Parcel, day: str, start: int) -> list[str]:
        """Who of the package's people is elsewhere then."""
        end = start + parcel.length
        return [one for one in parcel.people if meets(start, end, self.people[day, one], CHANGEOVER)]


def _starts(parcel: Parcel, place: Place) -> range:
    first = -(-place.opens // GRID) * GRID
    return range(max(first, 5 * 60), place.closes - parcel.length + 1, GRID)
