"""The programme inside other sites: a page for a frame, without scripts, cookies, forms or anybody's own things."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask import Response, url_for
from flask.typing import ResponseReturnValue

from portal import clock, policies
from portal.i18n import pick
from portal.programme import agenda
from portal.programme.agenda import Showing
from portal.programme.days import day_tab
from portal.programme.queries import Published
from portal.programme.views import public, reading
from portal.programme.views.blueprint import bp
from portal.web.access import guard
from portal.web.pages import page


@bp.get("/embed/schedule")
@guard(policies.anyone)
def embed() -> ResponseReturnValue:
    """Today while the festival runs, else its first day; the same honest page before there is a programme."""
    found, listed = reading.published()
    return _framed(found, listed, reading.first_day(listed, clock.now()) if listed else None)


@bp.get("/embed/schedule/<day>")
@guard(policies.anyone)
def embed_day(day: str) -> ResponseReturnValue:
    """One day of it."""
    found, listed = reading.published()
    return _framed(found, listed, reading.day_of(listed, day))


def _framed(found: Published, listed: Sequence[Showing], day: date | None) -> Response:
    return page(
        "programme/embed.html",
        edition=found,
        name=pick(found.name_ko, found.name_en),
        day=day,
        days=[(url_for("programme.embed_day", day=one), day_tab(one), one == day) for one in agenda.days(listed)],
        slots=public.slots([one for one in listed if one.on() == day]),
    )
