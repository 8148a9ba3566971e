"""For makers: whether their film was watched in full, once a round is over."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from portal import policies
from portal.entries import queries as entries
from portal.entries.models import Entry
from portal.i18n import pick
from portal.jury.decisions import watching
from portal.web import current
from portal.web.access import guard
from portal.web.pages import page

bp = Blueprint("watched", __name__)


@bp.get("/entries/<number>/watched")
@guard(policies.own_entry, load=entries.entry_by_number)
def show(entry: Entry) -> ResponseReturnValue:
    """How many jurors watched it in full, without names; before a round is closed nothing."""
    title = pick(entry.title_ko, entry.title_en) or entry.number
    return page("jury/watched.html", entry=entry, title=title, rows=watching.viewings(current.session(), entry.id))
