"""Publishing the programme: what will change, who hears of it, and every version so far."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal import policies
from portal.calls.models import Edition
from portal.calls.queries import current_edition
from portal.errors import Invalid
from portal.i18n import N_, _
from portal.programme import agenda, queries, service
from portal.programme.forms import ReleaseForm
from portal.programme.timetable import Finding
from portal.programme.views.blueprint import bp
from portal.web import current
from portal.web.access import guard
from portal.web.pages import page


@bp.get("/ops/release")
@guard(policies.programme_edition, load=current_edition)
def releases(edition: Edition) -> ResponseReturnValue:
    """What the next version would change, and the versions before it."""
    return _releases(edition, ReleaseForm(formdata=None, data={"open_booking": True}))


def _releases(edition: Edition, form: ReleaseForm, status: int = 200) -> ResponseReturnValue:
    session = current.session()
    made = service.preview(session, edition)
    return page(
        "programme/release.html",
        made=made,
        form=form,
        conflicts=_conflicts(edition),
        changes=[agenda.change_text(change) for change in made.changes],
        versions=queries.all_releases(session, edition.id),
        change_text=agenda.change_text,
        status=status,
    )


def _conflicts(edition: Edition) -> list[Finding]:
    return [finding for finding in queries.whole_plan(current.session(), edition).findings if finding.hard]


@bp.post("/ops/release")
@guard(policies.programme_edition, load=current_edition)
def publish(edition: Edition) -> ResponseReturnValue:
    """Publish the next version."""
    form = ReleaseForm()
    form.validate()
    try:
        if _conflicts(edition) and not form.accept_conflicts.data:
            raise Invalid("accept_conflicts", N_("Tick that you publish with these overlaps, or move the screenings."))
        made = service.release(
            current.session(),
            edition,
            base=form.base.data or 0,
            open_booking=form.open_booking.data,
            by=current.actor(),
        )
    except Invalid as problem:
        form.blame(problem)
        return _releases(edition, form, 422)
    flash(_("Version {n} is public.").format(n=made.version), "ok")
    return redirect(url_for("programme.releases"), 303)
