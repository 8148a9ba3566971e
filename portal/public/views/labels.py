"""The label of a public film as files, and the reservation against text and data mining."""

from __future__ import annotations

from flask import Response, abort, make_response, url_for
from flask.typing import ResponseReturnValue

from portal import policies
from portal.disclosure.exports.files import PUBLIC_KINDS, Work, written
from portal.disclosure.publication import Publication, published
from portal.entries.models import Entry
from portal.public import films
from portal.public.views.blueprint import bp
from portal.web import current
from portal.web.access import guard
from portal.web.headers import tdm_policy
from portal.web.pages import page

# A film that is held must be gone everywhere within a minute.
_FRESH = "public, max-age=30"


def work_of(entry: Entry, disclosed: Publication) -> Work:
    """A film as its label's files name it, at the address of its page."""
    origin = current.settings().base_url
    address = origin + url_for("public.film", lang="ko", number=entry.number)
    return Work.at(address, origin, tdm_policy(), (entry.title_ko, entry.title_en), disclosed)


@bp.get("/films/<number>/label.<kind>")
@guard(policies.anyone)
def label_file(number: str, kind: str) -> ResponseReturnValue:
    """The label for machines, tables and credits; gone as soon as the film is."""
    if kind not in PUBLIC_KINDS:
        abort(404)
    session = current.session()
    found = films.film(session, number) or abort(404)
    if found.gone:
        return page("public/film_gone.html", status=410)
    disclosed = published(session, found.entry.id) or abort(404)
    return _file(work_of(found.entry, disclosed), kind)


def _file(work: Work, kind: str) -> Response:
    made = written(work, kind)
    response = make_response(made.body)
    response.headers["Content-Type"] = made.content_type
    response.headers["Cache-Control"] = _FRESH
    return response


@bp.get("/mining")
@guard(policies.anyone)
def mining() -> ResponseReturnValue:
    """On what terms machines may read what stands here."""
    return page("public/mining.html")
