"""Holds on the desk: every film out of public view with whose word it was, and an organizer's own holds."""

from __future__ import annotations

from flask import Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import policies
from portal.disclosure.consent import guardians, hold_queries
from portal.disclosure.consent import holds as holding
from portal.disclosure.phrases import name_of
from portal.entries import queries
from portal.entries.forms import HoldForm
from portal.entries.models import Entry
from portal.entries.views.blueprint import bp
from portal.entries.views.desk import desk_page
from portal.errors import Invalid
from portal.i18n import translate
from portal.web import current
from portal.web.access import guard
from portal.web.pages import page
from portal.web.pagination import paged, wanted

_ = translate


@bp.get("/ops/holds")
@guard(policies.enter_desk)
def holds() -> Response:
    """The films that are out of public view, the newest hold on top; `all=1` shows the lifted ones too."""
    everything = request.args.get("all") == "1"
    rows = queries.held_films(current.actor(), lifted=everything)
    found = paged(current.session(), rows, number=wanted(request.args.get("page")))
    unspoken = queries.unspoken_films(current.session(), current.actor())
    return page("entries/holds.html", found=found, everything=everything, unspoken=unspoken, cause_name=name_of)


@bp.get("/ops/entries/<number>/holds")
@guard(policies.desk_entry, load=queries.entry_by_number)
def desk_holds(entry: Entry) -> Response:
    """Why a film is or was out of public view, and the two forms: hold it, lift a hold."""
    return _page(entry, HoldForm(formdata=None))


@bp.post("/ops/entries/<number>/holds")
@guard(policies.check_eligibility, load=queries.entry_by_number)
def hold_film(entry: Entry) -> ResponseReturnValue:
    """An organizer takes a film out of public view, or ends a hold; both with a reason."""
    form = HoldForm()
    if form.validate():
        try:
            _settle(entry, form)
        except Invalid as problem:
            form.blame(problem)
        else:
            return redirect(url_for("entries.desk_holds", number=entry.number), 303)
    return _page(entry, form, status=422)


def _settle(entry: Entry, form: HoldForm) -> None:
    session, reason = current.session(), form.reason.data
    if not form.hold.data:
        holding.place_by_office(session, entry.id, reason, by=current.actor())
        flash(_("The film has left public view."), "success")
        return
    found = hold_queries.by_code(session, form.hold.data)
    if found is None or found.entry_id != entry.id:
        abort(404)
    holding.lift(session, found, reason, by=current.actor())
    flash(_("The hold is lifted."), "success")


def _page(entry: Entry, form: HoldForm, *, status: int = 200) -> Response:
    session = current.session()
    holds, lacking = queries.holds_with_people(session, entry.id), guardians.lacking(session, entry.id)
    return desk_page(entry, "holds", status=status, holds=holds, lacking=lacking, form=form, cause_name=name_of)
