"""After handing in: the makers' request for a new cut, and what became of earlier ones."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal import policies
from portal.entries import queries, service
from portal.entries.forms import CutForm
from portal.entries.models import Entry, Replacement
from portal.entries.views import frame
from portal.entries.views.blueprint import bp
from portal.entries.views.files import box, size_in_words, status_of, taken
from portal.errors import Invalid
from portal.i18n import translate
from portal.media import queries as media
from portal.media import reel
from portal.media.models import Asset, Slot
from portal.web import current
from portal.web.access import guard
from portal.web.forms import Form
from portal.web.pages import page

_ = translate


@bp.get("/entries/<number>/replacement")
@guard(policies.own_entry, load=queries.entry_by_number)
def replacement(entry: Entry) -> Response:
    """The new cut on its way, the form that asks for it, and the answers so far."""
    return _page(entry, CutForm(formdata=None), block="cutbox")


@bp.post("/entries/<number>/replacement/file")
@guard(policies.ask_replacement, load=queries.entry_by_number)
def send_cut(entry: Entry) -> ResponseReturnValue:
    """A new cut that came in its form, from browsers without JavaScript."""
    try:
        taken(entry, Slot.REPLACEMENT, "cut")
    except Invalid as problem:
        return _page(entry, CutForm(formdata=None), status=422, problem=problem.message)
    return redirect(url_for("entries.replacement", number=entry.number))


@bp.post("/entries/<number>/replacement")
@guard(policies.ask_replacement, load=queries.entry_by_number)
def ask_replacement(entry: Entry) -> ResponseReturnValue:
    """Ask the festival office that the new cut counts."""
    form, session = CutForm(), current.session()
    if not form.validate():
        return _page(entry, form, status=422)
    cut = media.latest_asset(session, entry.id, Slot.REPLACEMENT)
    try:
        service.ask_replacement(session, entry, cut, form.reason.data or "", by=current.actor())
    except Invalid as problem:
        form.blame(problem)
        return _page(entry, form, status=422)
    flash(_("Asked. We will write to you when the festival office has decided."), "success")
    return redirect(url_for("entries.replacement", number=entry.number))


@bp.post("/entries/<number>/replacement/withdraw")
@guard(policies.lead_entry, load=queries.entry_by_number)
def withdraw_replacement(entry: Entry) -> ResponseReturnValue:
    """Take the request back."""
    session = current.session()
    asked = queries.open_replacement(session, entry.id)
    if asked is not None:
        asked.entry = entry
        service.withdraw_replacement(session, asked, by=current.actor())
        flash(_("Taken back. The film you handed in stays as it is."), "success")
    return redirect(url_for("entries.replacement", number=entry.number))


def _page(
    entry: Entry, form: Form, *, status: int = 200, block: str | None = None, problem: str | None = None
) -> Response:
    session, actor = current.session(), current.actor()
    asked = queries.replacements(session, entry.id)
    cut = _free_cut(media.living(session, entry.id, Slot.REPLACEMENT), asked)
    waiting = next((one for one in asked if one.state == "asked"), None)
    shown = waiting.asset if waiting else cut
    return page(
        "entries/replacement.html",
        block=block,
        status=status,
        entry=entry,
        rail=frame.rail(entry, frame.items_of(entry), None),
        form=form,
        problem=problem,
        may_ask=policies.ask_replacement(actor, entry) and waiting is None,
        lead=policies.lead_entry(actor, entry),
        waiting=waiting,
        settled=[one for one in asked if one is not waiting],
        cut=cut,
        standing=status_of(cut) if cut else None,
        reel=reel.of(session, shown, viewer=actor) if shown else None,
        box=box(entry, Slot.REPLACEMENT),
        limit=size_in_words(Slot.REPLACEMENT),
    )


def _free_cut(cuts: Sequence[Asset], asked: Sequence[Replacement]) -> Asset | None:
    """The newest cut that nothing was asked about yet."""
    spoken_for = {one.asset_id for one in asked}
    return next((cut for cut in reversed(cuts) if cut.id not in spoken_for and cut.received_at is not None), None)
