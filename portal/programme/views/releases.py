"""Publishing the programme: what will change, who hears of it, until when it is kept back, and every version so far."""

from __future__ import annotations

from dataclasses import dataclass

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal import clock, policies
from portal.calls.models import Edition
from portal.calls.queries import current_edition
from portal.errors import Invalid
from portal.i18n import N_, _, moment
from portal.programme import agenda, frozen, queries, service
from portal.programme.forms import LiftForm, ReleaseForm
from portal.programme.models import Release
from portal.programme.timetable import Finding
from portal.programme.views.blueprint import bp
from portal.programme.views.elsewhere import hearers
from portal.web import current
from portal.web.access import guard
from portal.web.pages import page


@dataclass(frozen=True, slots=True)
class Change:
    """A line of what would be published, and how many would get mail for it; 0 where nobody does."""

    text: str
    guests: int
    holders: int


@bp.get("/ops/release")
@guard(policies.programme_edition, load=current_edition)
def releases(edition: Edition) -> ResponseReturnValue:
    """What the next version would change, and the versions before it."""
    return _releases(edition, ReleaseForm(formdata=None, data={"open_booking": True}))


def _releases(edition: Edition, form: ReleaseForm, status: int = 200) -> ResponseReturnValue:
    session = current.session()
    made = service.preview(session, edition)
    changes = _told(made)
    return page(
        "programme/release.html",
        made=made,
        form=form,
        conflicts=_conflicts(edition),
        changes=changes,
        holders=sum(change.holders for change in changes),
        versions=queries.all_releases(session, edition.id),
        public=queries.published(session),
        change_text=agenda.change_text,
        embed_address=current.settings().base_url + url_for("programme.embed"),
        status=status,
    )


def _told(made: service.Preview) -> list[Change]:
    """Each change with its mails; a screening that changes in two ways is told of once."""
    counts = dict(hearers(current.session(), frozen.told_codes(made.changes))) if made.base else {}
    guests, found = dict(made.guests), []
    for change in made.changes:
        heard = guests.pop(change["code"], 0), counts.pop(change["code"], 0)
        found.append(Change(agenda.change_text(change), *heard))
    return found


def _conflicts(edition: Edition) -> list[Finding]:
    return [finding for finding in queries.whole_plan(current.session(), edition).findings if finding.hard]


@bp.post("/ops/release")
@guard(policies.programme_edition, load=current_edition)
def publish(edition: Edition) -> ResponseReturnValue:
    """Publish the next version, at once or at a moment."""
    form = ReleaseForm()
    if not form.validate():
        return _releases(edition, form, 422)
    try:
        if _conflicts(edition) and not form.accept_conflicts.data:
            raise Invalid("accept_conflicts", N_("Tick that you publish with these overlaps, or move the screenings."))
        made = service.release(
            current.session(),
            edition,
            base=form.base.data or 0,
            open_booking=form.open_booking.data,
            embargo_until=form.embargo_until(),
            by=current.actor(),
        )
    except Invalid as problem:
        form.blame(problem)
        return _releases(edition, form, 422)
    flash(_said(made), "ok")
    return redirect(url_for("programme.releases"), 303)


def _said(made: Release) -> str:
    if made.embargo_until is None or made.embargo_until <= clock.now():
        return _("Version {n} is public.").format(n=made.version)
    return _("Version {n} becomes public at {when}.").format(n=made.version, when=moment(made.embargo_until))


@bp.post("/ops/release/lift")
@guard(policies.programme_edition, load=current_edition)
def lift_embargo(edition: Edition) -> ResponseReturnValue:
    """Make the version that waits public now; twice is once."""
    form = LiftForm()
    version = form.version.data or 0 if form.validate() else 0
    service.lift_embargo(current.session(), edition, version=version, by=current.actor())
    flash(_("Version {n} is public.").format(n=version), "ok")
    return redirect(url_for("programme.releases"), 303)
