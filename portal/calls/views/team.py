"""The team of an edition: who works on its desk, who is invited, whose role ends."""

from __future__ import annotations

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import policies
from portal.accounts import queries as accounts
from portal.accounts import service
from portal.accounts.phrases import role_name
from portal.calls import queries
from portal.calls.forms import InviteForm
from portal.calls.models import Edition
from portal.calls.views.blueprint import bp
from portal.errors import Invalid
from portal.i18n import _
from portal.mail import returned
from portal.policies import TEAM, Grant, Role, Scope
from portal.web import current
from portal.web.access import guard
from portal.web.pages import page


@bp.get("/ops/team")
@guard(policies.invite_person, load=queries.current_edition)
def team(edition: Edition) -> ResponseReturnValue:
    """Who holds which role, and who has not answered yet."""
    return _page(edition, InviteForm(None))


@bp.post("/ops/team")
@guard(policies.invite_person, load=queries.current_edition)
def invite(edition: Edition) -> ResponseReturnValue:
    """Offer somebody a role by mail."""
    form = InviteForm()
    if not form.sent_and_valid():
        return _page(edition, form, status=422)
    service.invite(
        current.session(),
        form.email.data,
        Grant(Role(form.role.data), Scope.EDITION, edition.id),
        name=form.name.data,
        language=form.language.data,
        place=_place(edition, form.language.data),
        by=current.actor(),
    )
    return _back(_("Invited: {email}").format(email=form.email.data))


@bp.post("/ops/team/again")
@guard(policies.invite_person, load=queries.current_edition)
def invite_again(edition: Edition) -> ResponseReturnValue:
    """Send an open invitation anew."""
    found = accounts.open_invitations(current.session(), Scope.EDITION, edition.id)
    offered = next((one for one in found if str(one.id) == request.form.get("invitation")), None) or abort(404)
    service.invite_again(current.session(), offered, place=_place(edition, offered.language), by=current.actor())
    return _back(_("Invited: {email}").format(email=offered.email))


@bp.post("/ops/team/end")
@guard(policies.invite_person, load=queries.current_edition)
def end_role(edition: Edition) -> ResponseReturnValue:
    """End a role; it ends everywhere with the person's next request."""
    found = accounts.holders(current.session(), Scope.EDITION, edition.id)
    held = next((one for one in found if str(one.id) == request.form.get("grant")), None) or abort(404)
    try:
        service.end_role(current.session(), held, by=current.actor())
    except Invalid as problem:
        form = InviteForm(None)
        form.blame(problem)
        return _page(edition, form, status=422)
    return _back(_("Role ended: {name}").format(name=held.person.native_name))


@bp.post("/ops/team/device")
@guard(policies.invite_person, load=queries.current_edition)
def forget_device(edition: Edition) -> ResponseReturnValue:
    """Switch the second step off for a colleague whose device is lost; they are told by mail."""
    found = accounts.holders(current.session(), Scope.EDITION, edition.id)
    wanted = request.form.get("grant")
    held = next((one for one in found if str(one.id) == wanted and one.role in TEAM), None) or abort(404)
    service.switch_off(current.session(), held.person, by=current.actor())
    return _back(_("Second step switched off: {name}").format(name=held.person.native_name))


def _place(edition: Edition, language: str) -> str:
    return edition.name_ko if language == "ko" else edition.name_en


def _back(sentence: str) -> ResponseReturnValue:
    flash(sentence, "ok")
    return redirect(url_for("calls.team"), 303)


def _page(edition: Edition, form: InviteForm, *, status: int = 200) -> ResponseReturnValue:
    held = accounts.holders(current.session(), Scope.EDITION, edition.id)
    return page(
        "calls/team.html",
        came_back=returned.returned(current.session(), [one.person_id for one in held]),
        edition=edition,
        holders=[one for one in held if one.role in TEAM],
        invited=accounts.open_invitations(current.session(), Scope.EDITION, edition.id),
        roles=[(role.value, role_name(role)) for role in TEAM],
        role_name=role_name,
        me_id=current.actor().person_id,
        form=form,
        status=status,
    )
