"""The makers' own page: who should not judge their film, and why."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from wtforms.validators import Optional

from portal import policies
from portal.entries import queries as entries
from portal.entries.models import Entry
from portal.errors import Invalid
from portal.i18n import N_, _, pick
from portal.jury.conflicts import acquaintances
from portal.web import current
from portal.web.access import guard
from portal.web.forms import AtMost, EmailAddress, Form, Line, Required
from portal.web.pages import page

bp = Blueprint("acquaintances", __name__, url_prefix="/entries")


class AcquaintanceForm(Form):
    """Somebody the makers know."""

    name = Line(N_("Name"), [Required(), AtMost(200)])
    email = Line(N_("E-mail"), [Optional(), AtMost(254), EmailAddress()])
    reason = Line(N_("Why?"), [Required(), AtMost(200)])


@bp.get("/<number>/acquaintances")
@guard(policies.own_entry, load=entries.entry_by_number)
def show(entry: Entry) -> Response:
    """Whom the makers named so far."""
    return _page(entry, AcquaintanceForm(formdata=None))


def _page(entry: Entry, form: AcquaintanceForm, *, status: int = 200) -> Response:
    session = current.session()
    return page(
        "jury/acquaintances.html",
        status=status,
        entry=entry,
        title=pick(entry.title_ko, entry.title_en) or entry.number,
        form=form,
        named=acquaintances.of_entry(session, entry.id),
        open=acquaintances.may_change(session, entry),
    )


@bp.post("/<number>/acquaintances")
@guard(policies.own_entry, load=entries.entry_by_number)
def add(entry: Entry) -> ResponseReturnValue:
    """Name somebody."""
    form = AcquaintanceForm()
    if not form.validate():
        return _page(entry, form, status=422)
    told = {"who": form.name.data or "", "email": form.email.data or "", "reason": form.reason.data or ""}
    try:
        acquaintances.name(current.session(), entry, **told, by=current.actor())
    except Invalid as problem:
        form.blame(problem)
        return _page(entry, form, status=422)
    flash(_("Noted. Nobody but the office reads this list."), "success")
    return redirect(url_for("acquaintances.show", number=entry.number), 303)


@bp.post("/<number>/acquaintances/remove")
@guard(policies.own_entry, load=entries.entry_by_number)
def remove(entry: Entry) -> ResponseReturnValue:
    """Take somebody off the list."""
    wanted = request.form.get("acquaintance", "")
    try:
        if wanted.isdecimal() and len(wanted) < 10:
            acquaintances.forget(current.session(), entry, int(wanted), by=current.actor())
    except Invalid as problem:
        form = AcquaintanceForm(formdata=None)
        form.blame(problem)
        return _page(entry, form, status=422)
    flash(_("Taken off the list."), "success")
    return redirect(url_for("acquaintances.show", number=entry.number), 303)
