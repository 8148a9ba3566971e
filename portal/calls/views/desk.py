"""The desk of calls: dates, categories and regulations of an edition's calls."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal import policies
from portal.calls import queries, service
from portal.calls.forms import CallForm, NewCallForm, RegulationsForm
from portal.calls.models import Call, CallKind, Edition
from portal.calls.views.blueprint import bp
from portal.errors import Invalid, Stale
from portal.i18n import _
from portal.web import current
from portal.web.access import guard
from portal.web.pages import page


@bp.get("/ops/calls")
@guard(policies.organize, load=queries.current_edition)
def index(edition: Edition) -> ResponseReturnValue:
    """The calls of the edition."""
    return _index(edition, NewCallForm(None))


@bp.post("/ops/calls")
@guard(policies.organize, load=queries.current_edition)
def create(edition: Edition) -> ResponseReturnValue:
    """Make a call; nobody outside the desk sees it before it is published."""
    form = NewCallForm()
    try:
        if not form.sent_and_valid():
            return _index(edition, form, status=422)
        kind = CallKind(form.kind.data)
        call = service.create_call(current.session(), edition, kind, form.slug.data, form.draft(), by=current.actor())
    except Invalid as problem:
        form.blame(problem)
        return _index(edition, form, status=422)
    return redirect(url_for("calls.show", slug=call.slug), 303)


@bp.get("/ops/calls/<slug>")
@guard(policies.edit_call, load=queries.call_by_slug)
def show(call: Call) -> ResponseReturnValue:
    """One call, to be edited."""
    return call_page(call)


@bp.post("/ops/calls/<slug>")
@guard(policies.edit_call, load=queries.call_by_slug)
def edit(call: Call) -> ResponseReturnValue:
    """Keep what changed; a form older than the call is told so and keeps what was typed."""
    form = CallForm()
    try:
        if not form.sent_and_valid():
            return call_page(call, form=form, status=422)
        service.edit_call(current.session(), call, form.draft(), rev=form.rev.data or 0, by=current.actor())
    except Invalid as problem:
        form.blame(problem)
        return call_page(call, form=form, status=422)
    except Stale:
        return call_page(call, form=form, status=409)
    return back(call, _("Saved."))


@bp.post("/ops/calls/<slug>/publish")
@guard(policies.edit_call, load=queries.call_by_slug)
def publish(call: Call) -> ResponseReturnValue:
    """Show the call to everybody."""
    try:
        service.publish_call(current.session(), call, by=current.actor())
    except Invalid as problem:
        form = CallForm.of(call)
        form.blame(problem)
        return call_page(call, form=form, status=422)
    return back(call, _("Everybody sees the call now."))


@bp.post("/ops/calls/<slug>/regulations")
@guard(policies.edit_call, load=queries.call_by_slug)
def publish_regulations(call: Call) -> ResponseReturnValue:
    """Publish the next version of the rules."""
    form = RegulationsForm()
    if not form.sent_and_valid():
        return call_page(call, rules=form, status=422)
    made = service.publish_regulations(
        current.session(), call, form.text_ko.data, form.text_en.data, note=form.change_note.data, by=current.actor()
    )
    return back(call, _("Version {n} is in force.").format(n=made.version))


def back(call: Call, sentence: str) -> ResponseReturnValue:
    """To the call's page, saying what was done."""
    flash(sentence, "ok")
    return redirect(url_for("calls.show", slug=call.slug), 303)


def call_page(
    call: Call, *, form: CallForm | None = None, rules: RegulationsForm | None = None, status: int = 200
) -> ResponseReturnValue:
    """The call with its two forms, one of them perhaps as it was sent."""
    versions = queries.regulations(current.session(), call.id)
    newest = versions[0] if versions else None
    shown = {"text_ko": newest.text_ko, "text_en": newest.text_en} if newest else {}
    return page(
        "calls/show.html",
        call=call,
        form=form or CallForm.of(call),
        rules=rules or RegulationsForm(None, data=shown),
        versions=versions,
        stale=status == 409,
        status=status,
    )


def _index(edition: Edition, form: NewCallForm, *, status: int = 200) -> ResponseReturnValue:
    found = queries.calls_of(current.session(), edition.id)
    return page("calls/index.html", edition=edition, calls=found, form=form, status=status)
