"""What stands on a screening's page beside its form: its films, its guests, access, and the same for machines."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import url_for
from markupsafe import Markup

from portal.disclosure.exports import jsonld
from portal.entries.fields import CREDIT_ROLES
from portal.i18n import _
from portal.programme import screening_event
from portal.programme.agenda import Showing
from portal.programme.models import Screening
from portal.programme.queries import bill
from portal.programme.queries.bill import Part
from portal.web import current


def told(found: Screening, showing: Showing) -> dict[str, Any]:
    """For the template: `billed` by number, `guests` as (name, part), `wheelchairs`; three statements at most."""
    session = current.session()
    parts = bill.parts_of_guests(session, found.id) if showing.guests else {}
    return {
        "billed": bill.billed(session, [film.number for film in showing.films]),
        "guests": [(name, _part(parts, name, showing)) for name in showing.guests],
        "wheelchairs": bill.wheelchair_spaces(session, found.edition_id, showing.place),
    }


def _part(parts: Mapping[str, Part], name: str, showing: Showing) -> str:
    """`감독 · 물결의 기억`; empty unless the guest comes for a film that is shown."""
    part = parts.get(name)
    film = next((one for one in showing.films if part is not None and one.number == part.film), None)
    if part is None or film is None:
        return ""
    return " · ".join(filter(None, (_(CREDIT_ROLES[part.role]) if part.role else "", film.title)))


def document(showing: Showing, *, doors: datetime, seats: int, left: int) -> Markup:
    """The screening as JSON-LD for a script element, which no title can end."""
    base_url = current.settings().base_url
    described = screening_event.describe(
        showing,
        url=current.links().screening(showing.code),
        doors=doors,
        seats=seats,
        left=left,
        film_url=lambda number: base_url + url_for("public.film", lang="ko", number=number),
    )
    return Markup(jsonld.script_text(described))  # noqa: S704
