"""A screening for machines: schema.org's ScreeningEvent as JSON-LD. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from portal.disclosure.exports.jsonld import iso_duration
from portal.disclosure.source_types import SCHEMA
from portal.programme.agenda import Film, Showing


def describe(
    showing: Showing, *, url: str, doors: datetime, seats: int, left: int, film_url: Callable[[str], str]
) -> dict[str, Any]:
    """The document of a published screening; `film_url` gives the address of a film by its number."""
    status = "EventCancelled" if showing.cancelled else "EventScheduled"
    place = {"@type": "MovieTheater", "name": showing.where}
    return {
        "@context": SCHEMA,
        "@type": "ScreeningEvent",
        "@id": url,
        "url": url,
        "name": showing.title,
        "doorTime": doors.isoformat(),
        "startDate": showing.starts_at.isoformat(),
        "endDate": showing.over_at.isoformat(),
        "eventStatus": f"{SCHEMA}{status}",
        "eventAttendanceMode": f"{SCHEMA}OfflineEventAttendanceMode",
        "location": place | ({"address": showing.address} if showing.address else {}),
        "maximumAttendeeCapacity": seats,
        "remainingAttendeeCapacity": left,
        "typicalAgeRange": f"{showing.rating}-",
        "performer": [{"@type": "Person", "name": name} for name in showing.guests],
        "workPresented": [_movie(film, film_url(film.number)) for film in showing.films],
    }


def _movie(film: Film, url: str) -> dict[str, Any]:
    return {
        "@type": "Movie",
        "@id": url,
        "url": url,
        "name": film.title,
        "duration": iso_duration(film.runtime_s),
        "contentRating": film.rated,
        "director": [{"@type": "Person", "name": name} for name in film.directors.split(", ") if name],
    }
