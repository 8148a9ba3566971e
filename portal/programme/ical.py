"""Calendar files: events every calendar understands, with fixed ids so that a new version replaces the old. Pure.

A calendar that knows an event takes whatever comes with the same id and a higher SEQUENCE in its place; METHOD CANCEL
takes it away (RFC 5546). Events are published, never requested: nobody reads the answers that calendars would send.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from icalendar import Calendar, Event, vCalAddress, vText, vUri

from portal.programme.agenda import Showing

CONTENT_TYPE = "text/calendar; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Happening:
    """One event; `sequence` grows with each change, `stamp` says when it was written."""

    uid: str
    title: str
    starts_at: datetime
    ends_at: datetime
    stamp: datetime
    place: str = ""
    text: str = ""
    url: str = ""
    sequence: int = 0
    cancelled: bool = False


def of_showing(showing: Showing, *, url: str, version: int, stamp: datetime) -> Happening:
    """A screening of a published version, with its talk."""
    films = "\n".join(f"{film.title} — {film.directors}".removesuffix(" — ") for film in showing.films)
    return Happening(
        uid=f"screening-{showing.code}@pan",
        title=showing.title,
        starts_at=showing.starts_at,
        ends_at=showing.over_at,
        stamp=stamp,
        place=", ".join(part for part in (showing.hall, showing.venue, showing.address) if part),
        text="\n".join(part for part in (showing.meta, films) if part),
        url=url,
        sequence=version,
        cancelled=showing.cancelled,
    )


def attached(name: str, happening: Happening, *, organizer: str) -> tuple[str, str, bytes]:
    """One event as a mail carries it (name, content type, file): both say the METHOD (RFC 6047)."""
    method = "CANCEL" if happening.cancelled else "PUBLISH"
    body = calendar([happening], happening.title, organizer=organizer, method=method)
    return name, f"{CONTENT_TYPE}; method={method}", body


def calendar(happenings: Iterable[Happening], name: str, *, organizer: str, method: str = "PUBLISH") -> bytes:
    """The file; `organizer` is the address its events come from, `method` CANCEL takes them off a calendar."""
    made = Calendar()
    made.add("prodid", "-//P.A.N//Portal//KO")
    made.add("version", "2.0")
    made.add("method", method)
    made.add("x-wr-calname", name)
    made.add("x-wr-timezone", "Asia/Seoul")
    for happening in happenings:
        made.add_component(_event(happening, organizer))
    return bytes(made.to_ical())


def _event(happening: Happening, organizer: str) -> Event:
    event = Event()
    sender = vCalAddress(f"mailto:{organizer}")
    sender.params["CN"] = vText("P.A.N")
    event.add("organizer", sender)
    event.add("uid", happening.uid)
    event.add("summary", happening.title)
    event.add("dtstart", happening.starts_at)
    event.add("dtend", happening.ends_at)
    event.add("dtstamp", happening.stamp)
    event.add("sequence", happening.sequence)
    event.add("status", "CANCELLED" if happening.cancelled else "CONFIRMED")
    if happening.place:
        event.add("location", happening.place)
    if happening.text:
        event.add("description", happening.text)
    if happening.url:
        event.add("url", vUri(happening.url))
    return event
