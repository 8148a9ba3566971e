"""The list of awards."""

from __future__ import annotations

from flask import abort
from flask.typing import ResponseReturnValue

from portal import clock, policies
from portal.calls import queries as calls
from portal.public import awards as found_awards
from portal.public import films
from portal.public.cards import byline
from portal.public.views.blueprint import bp
from portal.web import current
from portal.web.access import guard
from portal.web.pages import page


@bp.get("/awards")
@guard(policies.anyone)
def awards() -> ResponseReturnValue:
    """Every award that is final, or announced as provisional with the day until which makers may object."""
    session = current.session()
    edition = calls.public_edition(session) or abort(404)
    rows = found_awards.listed(session, edition.id)
    makers = films.directors(session, [row.id for row in rows]) if rows else {}
    return page(
        "public/awards.html",
        edition=edition,
        rows=[(row, byline(makers.get(row.id, []))) for row in rows],
        now=clock.now(),
        signed_in=current.actor().signed_in,
    )
