"""Where people have to be besides the stage: a jury's meeting, a screening that a juror watches."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal import policies
from portal.calls.models import Edition
from portal.calls.queries import current_edition
from portal.errors import Invalid
from portal.i18n import N_, _, moment, pick
from portal.programme import queries
from portal.programme.forms import EngagementForm
from portal.programme.models import Screening
from portal.programme.placing import queries as placing
from portal.programme.placing.models import Engagement, EngagementRole
from portal.programme.service.engagements import Engaging, disengage, engage
from portal.programme.timetable import at
from portal.programme.views.blueprint import bp
from portal.web import current
from portal.web.access import guard
from portal.web.pages import page

ROLES = {
    EngagementRole.JUROR: N_("Juror"),
    EngagementRole.MODERATOR: N_("Moderator"),
    EngagementRole.GUEST: N_("Guest"),
    EngagementRole.STAFF: N_("Staff"),
}


@bp.get("/ops/engagements")
@guard(policies.programme_edition, load=current_edition)
def engagements(edition: Edition) -> ResponseReturnValue:
    """Everybody's engagements, and the form for one more."""
    return _engagements(edition, EngagementForm(formdata=None, data={"day": edition.starts_on.isoformat()}))


def _engagements(edition: Edition, form: EngagementForm, status: int = 200) -> ResponseReturnValue:
    session = current.session()
    return page(
        "programme/engagements.html",
        listed=placing.engagements(session, edition.id),
        form=form,
        roles=[(role.value, _(text)) for role, text in ROLES.items()],
        screenings=[(one.code, _told(one)) for one in placing.screening_choices(session, edition.id)],
        told=_told,
        status=status,
    )


def _told(screening: Screening) -> str:
    package, hall = screening.package, screening.hall
    parts = (moment(screening.starts_at), pick(package.title_ko, package.title_en), pick(hall.name_ko, hall.name_en))
    return " · ".join(parts)


@bp.post("/ops/engagements")
@guard(policies.programme_edition, load=current_edition)
def note_engagement(edition: Edition) -> ResponseReturnValue:
    """Note one."""
    form = EngagementForm()
    try:
        if form.sent_and_valid():
            engage(current.session(), edition, _engaging(form), by=current.actor())
            flash(_("Noted: {name}").format(name=form.name.data), "ok")
            return redirect(url_for("programme.engagements"), 303)
    except Invalid as problem:
        form.blame(problem)
    return _engagements(edition, form, 422)


def _engaging(form: EngagementForm) -> Engaging:
    who = (form.name.data, form.email.data, EngagementRole(form.role.data), form.what.data or "")
    if form.screening.data:
        found = queries.screening_by_code(current.session(), form.screening.data)
        if found is None:
            raise Invalid("screening", N_("Choose a screening of this edition."))
        return Engaging(*who, screening=found)
    if form.day.day is None:
        return Engaging(*who)
    zone = current.settings().zone
    start, end = (at(form.day.day, one.data or "", zone) for one in (form.start, form.end))
    for field, moment_ in (("start", start), ("end", end)):
        if moment_ is None:
            raise Invalid(field, N_("Write a time like 15:30."))
    return Engaging(*who, starts_at=start, ends_at=end)


@bp.post("/ops/engagements/<code>/remove")
@guard(policies.programme_engagement, load=placing.engagement_by_code)
def remove_engagement(engagement: Engagement) -> ResponseReturnValue:
    """Take one off."""
    name = engagement.name
    disengage(current.session(), engagement, by=current.actor())
    flash(_("Taken off: {name}").format(name=name), "ok")
    return redirect(url_for("programme.engagements"), 303)
