"""The people who work on an entry, and the page behind the link they are mailed."""

from __future__ import annotations

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import policies
from portal.entries import queries, service
from portal.entries.forms import InviteForm
from portal.entries.models import Entry, Member
from portal.entries.views import frame
from portal.entries.views.blueprint import bp
from portal.errors import Invalid
from portal.i18n import translate
from portal.web import current
from portal.web.access import guard
from portal.web.pages import page

_ = translate


@bp.get("/entries/<number>/team")
@guard(policies.own_entry, load=queries.entry_by_number)
def team(entry: Entry) -> Response:
    """Who works on the entry, and who is invited."""
    return _team_page(entry, InviteForm(formdata=None))


@bp.post("/entries/<number>/team")
@guard(policies.lead_entry, load=queries.entry_by_number)
def invite(entry: Entry) -> ResponseReturnValue:
    """Mail an invitation."""
    form = InviteForm()
    if not form.validate():
        return _team_page(entry, form, status=422)
    email, name = (form.email.data or "").lower(), form.name.data or ""
    try:
        service.invite(current.session(), entry, email=email, name=name, by=current.actor(), at=current.arrived_at())
    except Invalid as problem:
        form.blame(problem)
        return _team_page(entry, form, status=422)
    flash(_("Invited: {name}").format(name=name), "success")
    return redirect(url_for("entries.team", number=entry.number))


@bp.post("/entries/<number>/team/dismiss")
@guard(policies.lead_entry, load=queries.entry_by_number)
def dismiss(entry: Entry) -> ResponseReturnValue:
    """Take somebody out of the team."""
    member = request.form.get("member", "")
    if member.isdecimal() and len(member) < 10:
        service.dismiss(current.session(), entry, int(member), by=current.actor())
    flash(_("Removed from the team."), "success")
    return redirect(url_for("entries.team", number=entry.number))


def _team_page(entry: Entry, form: InviteForm, *, status: int = 200) -> Response:
    return page(
        "entries/team.html",
        status=status,
        entry=entry,
        title=frame.title_of(entry),
        form=form,
        people=queries.people_of(current.session(), entry),
        invited=[member for member in entry.members if member.person_id is None],
        joined={member.person_id: member.id for member in entry.members},
        lead=policies.lead_entry(current.actor(), entry),
    )


@bp.get("/teams/<token>")
@guard(policies.subject_of, load=queries.member_by_token)
def invitation(member: Member) -> Response:
    """What the invitation is for; whoever is signed in can accept it."""
    return _invitation_page(member)


@bp.post("/teams/<token>")
@guard(policies.subject_of, load=queries.member_by_token)
def accept(member: Member) -> ResponseReturnValue:
    """Join the team."""
    if not current.actor().signed_in:
        return redirect(url_for("accounts.login", next=request.path))
    try:
        entry = service.join(current.session(), member, by=current.actor(), at=current.arrived_at())
    except Invalid as problem:
        return _invitation_page(member, status=422, problem=problem.message)
    flash(_("You now work on this entry."), "success")
    return redirect(url_for("entries.show", number=entry.number))


def _invitation_page(member: Member, *, status: int = 200, problem: str | None = None) -> Response:
    entry = member.entry
    used = member.person_id is not None and member.person_id != current.actor().person_id
    return page(
        "entries/invitation.html",
        status=status,
        member=member,
        title=frame.title_of(entry),
        owner=entry.owner,
        problem=problem,
        over=used or current.arrived_at() >= member.expires_at,
    )
