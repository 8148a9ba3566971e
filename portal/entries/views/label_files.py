"""The label as files for the makers and the desk: before the film is public, and the copyright annex."""

from __future__ import annotations

from flask import Response, abort, request, url_for
from sqlalchemy.orm import Session

from portal import policies
from portal.disclosure.exports import annex
from portal.disclosure.exports import shapes as exports
from portal.disclosure.exports.files import KINDS, Work, written
from portal.disclosure.publication import Publication, published
from portal.entries import queries
from portal.entries.models import Entry
from portal.entries.views import frame
from portal.entries.views.blueprint import bp
from portal.web import current
from portal.web.access import guard
from portal.web.headers import tdm_policy
from portal.web.pages import download, page


def _entry(session: Session, number: str, kind: str = KINDS[0]) -> Entry | None:
    """The entry, where the kind of file is one there is."""
    return queries.entry_by_number(session, number) if kind in KINDS else None


def _work(entry: Entry, disclosed: Publication) -> Work:
    origin = current.settings().base_url
    address = origin + url_for("entries.show", lang="ko", number=entry.number)
    return Work.at(address, origin, tdm_policy(), (entry.title_ko, entry.title_en), disclosed)


@bp.get("/entries/<number>/label")
@guard(policies.see_entry, load=_entry)
def label_files(entry: Entry) -> Response:
    """The label, the files it comes in, and the copyright annex to print."""
    disclosed = published(current.session(), entry.id) or abort(404)
    return page(
        "entries/label_files.html",
        entry=entry,
        title=frame.title_of(entry),
        disclosed=disclosed,
        kinds=KINDS,
        flags=exports.flags(disclosed.figures),
        films=annex.in_words(disclosed.ledger),
    )


@bp.get("/entries/<number>/label/<kind>")
@guard(policies.see_entry, load=_entry)
def label_file(entry: Entry) -> Response:
    """One of the files."""
    disclosed = published(current.session(), entry.id) or abort(404)
    kind = (request.view_args or {})["kind"]
    made = written(_work(entry, disclosed), kind)
    return download(made.body, name=f"{entry.number}-ai-label.{kind}", content_type=made.content_type)
