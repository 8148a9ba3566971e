"""What a place is worth for a package: being shown at all first, then the hall, the hour and the spread. Pure."""

from __future__ import annotations

from portal.programme.placing.instance import Instance, Parcel, Place

SHOWN = 100.0
"""Being shown at all: more than any choice of hall and hour can bring."""
BY_EXPECTED = 100.0
"""As much again for the package with the most people expected, in proportion for the others."""
HALL, HOUR, RATED = 20.0, 10.0, 20.0
CROWDED = 4.0
"""What each package more than an even share costs on a day."""
UNKNOWN = 80
"""Seats that suit a package of which nobody knows how many will come."""


def shown(parcel: Parcel, most_expected: int) -> float:
    """For being on the plan."""
    return SHOWN + BY_EXPECTED * parcel.expected / max(1, most_expected)


def hall(parcel: Parcel, place: Place) -> float:
    """For a hall in which all who are expected sit, and not many seats stay empty."""
    wanted = parcel.expected or UNKNOWN
    share = wanted / place.seats
    return round(HALL * (share if share <= 1 else max(0.0, 1 - 2 * (share - 1))), 2)


def hour(parcel: Parcel, start: int) -> float:
    """For the hour: afternoon and evening before morning and night, and for each rating when it fits."""
    end = start + parcel.length
    likes = HOUR if 13 * 60 <= start < 21 * 60 else HOUR / 2 if start >= 11 * 60 and end <= 24 * 60 else 0.0
    if parcel.rating == 19 and start < 22 * 60:
        return likes - RATED
    if parcel.rating == 15 and end > 23 * 60:
        return likes - RATED
    return likes


def even_share(instance: Instance) -> int:
    """How many packages a day would have if all were placed and spread evenly."""
    return -(-sum(1 for one in instance.parcels if not one.blocked) // max(1, len(instance.days)))
