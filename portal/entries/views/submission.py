"""The last task: check every answer, declare, submit; and the way back by withdrawing."""

from __future__ import annotations

from flask import Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal import policies
from portal.entries import fields, judging, queries, service
from portal.entries.checklist import Task
from portal.entries.fields import CREDIT_ROLES
from portal.entries.forms import ReasonForm, SubmitForm
from portal.entries.models import Entry
from portal.entries.views import frame
from portal.entries.views.blueprint import bp
from portal.errors import Invalid, InvalidMany
from portal.i18n import N_, translate
from portal.lifecycles import EntryState
from portal.web import current
from portal.web.access import guard

_ = translate


@bp.get("/entries/<number>/review")
@guard(policies.own_entry, load=queries.entry_by_number)
def review(entry: Entry) -> ResponseReturnValue:
    """Every answer with a link to change it, what is missing, and the declarations."""
    if entry.state not in (EntryState.DRAFT, EntryState.NEEDS_FIX):
        return redirect(url_for("entries.show", number=entry.number))
    return _review_page(entry, SubmitForm(formdata=None))


@bp.post("/entries/<number>/submit")
@guard(policies.lead_entry, load=service.hold)
def submit(entry: Entry) -> ResponseReturnValue:
    """Hand the entry in; sent twice, it is handed in once and the answer is the same."""
    form = SubmitForm()
    if entry.state in (EntryState.DRAFT, EntryState.NEEDS_FIX) and not form.validate():
        return _review_page(entry, form, status=422)
    try:
        receipt = service.submit(current.session(), entry, form.given, by=current.actor(), at=current.arrived_at())
    except InvalidMany:
        return _review_page(entry, form, status=422)
    except Invalid as problem:
        form.blame(problem)
        return _review_page(entry, form, status=422)
    if receipt is None:
        flash(_("Your mentor has it now. It is submitted once the mentor approves it."), "success")
    else:
        flash(_("Submitted. Your number is {number}.").format(number=entry.number), "success")
    return redirect(url_for("entries.show", number=entry.number))


@bp.post("/entries/<number>/withdraw")
@guard(policies.lead_entry, load=queries.entry_by_number)
def withdraw(entry: Entry) -> ResponseReturnValue:
    """Take the entry out of the call."""
    form = ReasonForm()
    if not form.validate():
        raise Invalid("reason", form.problems()[0][1])
    if entry.state != EntryState.WITHDRAWN and not policies.withdraw_entry(current.actor(), entry):
        raise Invalid("main", N_("This entry can no longer be withdrawn."))
    service.withdraw(current.session(), entry, form.reason.data or "", by=current.actor())
    flash(_("Withdrawn."), "success")
    return redirect(url_for("entries.show", number=entry.number))


@bp.post("/entries/<number>/reopen")
@guard(policies.lead_entry, load=queries.entry_by_number)
def reopen(entry: Entry) -> ResponseReturnValue:
    """Make a withdrawn entry a draft again."""
    service.reopen(current.session(), entry, by=current.actor(), at=current.arrived_at())
    flash(_("It is a draft again. Submit it before the deadline."), "success")
    return redirect(url_for("entries.show", number=entry.number))


def _review_page(entry: Entry, form: SubmitForm, *, status: int = 200) -> Response:
    session = current.session()
    lines, known = service.credit_lines(session, entry.id), queries.known_of(session, entry)
    return frame.task_page(
        entry,
        Task.REVIEW,
        status=status,
        form=form,
        known=known,
        rules=judging.before_handing_in(session, entry, known),
        rules_version=entry.rules_version or entry.category.rules_version,
        answers=fields.answers_of(entry),
        credits=[(_(CREDIT_ROLES[role]), native, latin) for role, native, latin in lines],
        lead=policies.lead_entry(current.actor(), entry),
        school=entry.state == EntryState.DRAFT and queries.mentor_first(session, entry),
    )
