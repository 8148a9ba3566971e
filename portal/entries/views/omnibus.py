"""The films of an omnibus: their titles, directors and order."""

from __future__ import annotations

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import policies, signing
from portal.disclosure import films, omnibus
from portal.disclosure import queries as disclosures
from portal.disclosure import service as disclosing
from portal.disclosure.films import Head
from portal.entries import queries, service
from portal.entries.checklist import Task
from portal.entries.models import Entry
from portal.entries.views import frame
from portal.entries.views.blueprint import bp
from portal.entries.views.forms import FilmForm
from portal.errors import Invalid
from portal.i18n import translate as _
from portal.web import current
from portal.web.access import guard

_STEPS = {"up": -1, "down": 1}


@bp.get("/entries/<number>/ai/films")
@guard(policies.own_entry, load=queries.entry_by_number)
def omnibus_films(entry: Entry) -> Response:
    """The films in their order, and a form for one more."""
    return _films_page(entry)


def _films_page(entry: Entry, wrong: FilmForm | None = None, *, code: str = "", status: int = 200) -> Response:
    disclosure = disclosures.disclosure_of(current.session(), entry.id)
    heads = films.heads(disclosure.ledger) if disclosure else []
    fresh = wrong if wrong and code not in [head.code for head in heads] else None
    return frame.task_page(
        entry,
        Task.AI,
        template="omnibus",
        status=status,
        films=[(head, wrong if wrong and head.code == code else FilmForm.of(head)) for head in heads],
        blank=fresh or FilmForm.of(Head(signing.random_code())),
        wrong=wrong,
    )


@bp.post("/entries/<number>/ai/films")
@guard(policies.own_entry, load=queries.entry_by_number)
def change_films(entry: Entry) -> ResponseReturnValue:
    """Add a film or give one its names; by the small buttons move it or take it out."""
    session, form = current.session(), FilmForm()
    code = form.code.data or ""
    try:
        service.require_editable(session, entry, Task.AI, at=current.arrived_at())
        if not form.validate():
            return _films_page(entry, form, code=code, status=422)
        _change(entry, form, code)
    except Invalid as problem:
        form.blame(problem)
        return _films_page(entry, form, code=code, status=422)
    flash(_("Saved."), "success")
    return redirect(url_for("entries.omnibus_films", number=entry.number), 303)


def _change(entry: Entry, form: FilmForm, code: str) -> None:
    session, actor = current.session(), current.actor()
    disclosure = disclosing.of_entry(session, entry.id)
    step = next((name for name in _STEPS if name in request.form), None)
    if "drop" in request.form:
        omnibus.drop_film(session, disclosure, code, by=actor)
    elif step:
        omnibus.move_film(session, disclosure, code, _STEPS[step], by=actor)
    elif "add" in request.form:
        omnibus.add_film(session, disclosure, form.head(), by=actor)
    else:
        omnibus.name_film(session, disclosure, form.head(), by=actor)
