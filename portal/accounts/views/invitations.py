"""Answering an invitation to a role."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal import policies
from portal.accounts import queries, service
from portal.accounts.forms import NamesForm
from portal.accounts.models import Invitation, Person
from portal.accounts.phrases import role_name
from portal.accounts.views.blueprint import bp
from portal.i18n import _
from portal.web import cookies, current
from portal.web.access import guard
from portal.web.pages import page


@bp.get("/invitations/<token>")
@guard(policies.anyone)
def invitation(token: str) -> ResponseReturnValue:
    """What is offered, and the button that accepts it."""
    offered = queries.invitation_behind(current.session(), token)
    if offered is None:
        return page("accounts/stale_invitation.html", status=410)
    return _page(token, offered, NamesForm(data={"native_name": offered.name}))


@bp.post("/invitations/<token>")
@guard(policies.anyone)
def accept_invitation(token: str) -> ResponseReturnValue:
    """Take the role; a newcomer's account is made at once, since the link proved the address."""
    offered = queries.invitation_behind(current.session(), token)
    if offered is None:
        return page("accounts/stale_invitation.html", status=410)
    person, form = queries.person_by_email(current.session(), offered.email), NamesForm()
    if person is None:
        if not form.sent_and_valid():
            return _page(token, offered, form, status=422)
        person = service.create_person(current.session(), offered.email, form.names())
        cookies.sign_in(service.start_session(current.session(), person.id))
    elif current.actor().person_id != person.id:
        return redirect(url_for("accounts.login", next=url_for("accounts.invitation", token=token)), 303)
    return _accepted(token, offered, person)


def _accepted(token: str, offered: Invitation, person: Person) -> ResponseReturnValue:
    if not service.accept_invitation(current.session(), token, person):
        return page("accounts/stale_invitation.html", status=410)
    flash(_("You are on board: {role}").format(role=role_name(offered.role)), "ok")
    waits = queries.needs_second_step(current.session(), person)
    return redirect(url_for("accounts.device" if waits else "accounts.profile"), 303)


def _page(token: str, offered: Invitation, form: NamesForm, *, status: int = 200) -> ResponseReturnValue:
    person = queries.person_by_email(current.session(), offered.email)
    mine = person is not None and current.actor().person_id == person.id
    return page(
        "accounts/invitation.html",
        token=token,
        offered=offered,
        role=role_name(offered.role),
        is_new=person is None,
        mine=mine,
        form=form,
        status=status,
    )
