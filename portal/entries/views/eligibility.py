"""The eligibility desk: received entries one by one, and refusals that wait for a second person."""

from __future__ import annotations

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import policies
from portal.disclosure.publication import published
from portal.entries import eligibility, queries
from portal.entries.checks import checks_of
from portal.entries.forms import FixForm, VerdictForm
from portal.entries.models import Entry, VerdictOutcome
from portal.entries.views import frame
from portal.entries.views.blueprint import bp
from portal.entries.views.files import reel_of
from portal.errors import Invalid
from portal.i18n import translate
from portal.web import current
from portal.web.access import guard
from portal.web.forms import Form
from portal.web.pages import page

_ = translate


@bp.get("/ops/eligibility")
@guard(policies.enter_desk)
def eligibility_queue() -> ResponseReturnValue:
    """The first entry that waits, or the proposals when none does."""
    waiting = queries.queue(current.session(), current.actor())
    if waiting:
        return redirect(url_for("entries.eligibility_of", number=waiting[0]))
    proposals = queries.open_verdicts(current.session(), current.actor())
    return page("entries/eligibility_done.html", proposals=proposals)


@bp.get("/ops/eligibility/<number>")
@guard(policies.check_eligibility, load=queries.entry_by_number)
def eligibility_of(entry: Entry) -> Response:
    """One entry with its checks and the three answers: pass, ask, refuse."""
    return _page(entry, VerdictForm(formdata=None), FixForm(formdata=None))


@bp.post("/ops/eligibility/<number>/verdict")
@guard(policies.check_eligibility, load=queries.entry_by_number)
def propose(entry: Entry) -> ResponseReturnValue:
    """Eligible at once, or a refusal that a second person confirms."""
    form = VerdictForm()
    if not form.validate():
        return _page(entry, form, FixForm(formdata=None), status=422)
    outcome = VerdictOutcome(form.outcome.data)
    try:
        eligibility.propose_verdict(current.session(), entry, outcome, form.reason.data or "", by=current.actor())
    except Invalid as problem:
        form.blame(problem)
        return _page(entry, form, FixForm(formdata=None), status=422)
    if outcome in eligibility.TWO_PEOPLE:
        flash(
            _("Proposed. It counts when a second person confirms it: {number}").format(number=entry.number), "success"
        )
    else:
        flash(_("Eligible: {number}").format(number=entry.number), "success")
    return redirect(url_for("entries.eligibility_queue"))


@bp.post("/ops/eligibility/<number>/fixes")
@guard(policies.check_eligibility, load=queries.entry_by_number)
def ask_for_fixes(entry: Entry) -> ResponseReturnValue:
    """Open parts of the entry to its makers until a day."""
    form = FixForm()
    if not form.validate():
        return _page(entry, VerdictForm(formdata=None), form, status=422)
    due_at = form.due_at(current.settings().zone)
    items, note = form.items.data or [], form.note.data or ""
    try:
        eligibility.request_fixes(current.session(), entry, items, note, due_at=due_at, by=current.actor())
    except Invalid as problem:
        form.blame(problem)
        return _page(entry, VerdictForm(formdata=None), form, status=422)
    flash(_("Asked for fixes: {number}").format(number=entry.number), "success")
    return redirect(url_for("entries.eligibility_queue"))


@bp.post("/ops/eligibility/<number>/confirm")
@guard(policies.check_eligibility, load=queries.entry_by_number)
def confirm(entry: Entry) -> ResponseReturnValue:
    """A second person's word on a proposed refusal: confirm it, or drop it."""
    session, proposal = current.session(), queries.open_verdict(current.session(), entry.id)
    if proposal is None:
        flash(_("This has been settled already."), "info")
        return redirect(url_for("entries.desk_entry", number=entry.number))
    proposal.entry = entry
    if "drop" in request.form:
        eligibility.drop_verdict(session, proposal, by=current.actor())
        flash(_("Dropped: {number}").format(number=entry.number), "success")
    else:
        eligibility.confirm_verdict(session, proposal, by=current.actor())
        flash(_("Confirmed: {number}").format(number=entry.number), "success")
    return redirect(url_for("entries.desk_entry", number=entry.number))


def _page(entry: Entry, verdict: Form, fixes: Form, *, status: int = 200) -> Response:
    session = current.session()
    waiting = queries.queue(session, current.actor())
    place = waiting.index(entry.number) + 1 if entry.number in waiting else None
    return page(
        "entries/eligibility.html",
        status=status,
        entry=entry,
        title=frame.title_of(entry),
        verdict=verdict,
        fixes=fixes,
        checks=checks_of(session, entry),
        reel=reel_of(entry),
        disclosed=published(session, entry.id),
        place=place,
        waiting=len(waiting),
        following=waiting[place] if place is not None and place < len(waiting) else None,
        proposal=queries.open_verdict(session, entry.id),
    )
