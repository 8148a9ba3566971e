"""What every public page of the programme begins with: the version in force, its screenings, and what was chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import Response, abort, request, url_for

from portal.i18n import language
from portal.mail.message import sender_address
from portal.programme import agenda, ical, listing, queries
from portal.programme.agenda import Showing
from portal.programme.queries import Published
from portal.web import current
from portal.web.pages import download

Shown = tuple[Published, Sequence[Showing]]
_LONGEST = 200


def published() -> Shown:
    """The newest edition that is public with the screenings of its version; 404 before there is one."""
    session = current.session()
    found = queries.published(session)
    if found is None:
        abort(404)
    return found, queries.showings_of(session, found.release_id, found.digest) if found.version else ()


@dataclass(frozen=True, slots=True)
class Filter:
    """The section and the hall that somebody reads by, as the address says; empty for all."""

    section: str
    hall: str

    @classmethod
    def asked(cls) -> Filter:
        """Of this request."""
        return cls(request.args.get("section", "")[:_LONGEST], request.args.get("hall", "")[:_LONGEST])

    def address(self, day: date, **other: str) -> str:
        """Of a day read this way, or with another choice."""
        found = {"section": self.section, "hall": self.hall, **other}
        chosen: dict[str, Any] = {key: value for key, value in found.items() if value}
        return url_for("programme.schedule_day", day=day, **chosen)

    def of(self, listed: Sequence[Showing]) -> list[Showing]:
        """The screenings that are meant."""
        return listing.chosen(listed, section=self.section, hall=self.hall)


def day_of(listed: Sequence[Showing], text: str) -> date:
    """A day of the programme named in an address; 404 for any other."""
    return next((one for one in agenda.days(listed) if one.isoformat() == text), None) or abort(404)


def first_day(listed: Sequence[Showing], now: datetime) -> date:
    """Today while the festival runs, else its first day."""
    today = now.astimezone(current.settings().zone).date()
    days = agenda.days(listed)
    return today if today in days else days[0]


def calendar(found: Published, listed: Sequence[Showing], name: str, file_name: str) -> Response:
    """Screenings as a calendar file with an entity tag; asking again with it costs next to nothing."""
    etag = f"{found.digest}-{found.version}-{language()}-{agenda.mark(listed)}"
    if request.if_none_match.contains(etag):
        response = Response(status=304)
    else:
        links, stamp = current.links(), found.released_at or current.arrived_at()
        happenings = [
            ical.of_showing(one, url=links.screening(one.code), version=found.version, stamp=stamp) for one in listed
        ]
        made = ical.calendar(happenings, name, organizer=sender_address(current.settings()))
        response = download(made, name=file_name, content_type=ical.CONTENT_TYPE)
    response.set_etag(etag)
    return response
