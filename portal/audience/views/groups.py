"""Groups that seats are kept for: the secret link their people come by, and the desk where they are made."""

from __future__ import annotations

from flask import Response, flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from portal import policies
from portal.audience import keeping, lists
from portal.audience.forms import PROOFS, STALE, GroupForm, ListForm
from portal.audience.models import Group
from portal.audience.service import groups as service
from portal.audience.views.blueprint import bp
from portal.calls.models import Edition
from portal.calls.queries import current_edition
from portal.errors import Invalid, Stale
from portal.i18n import N_, _, ngettext, pick, translate
from portal.web import current
from portal.web.access import guard
from portal.web.pages import page
from portal.web.pagination import paged, wanted

_GROUPS = "groups"
_REMEMBERED = 12


def remembered() -> tuple[str, ...]:
    """The secret links of groups that this browser came by."""
    return tuple(session.get(_GROUPS, ()))


@bp.get("/g/<token>")
@guard(policies.anyone)
def join(token: str) -> Response:
    """Remember in the signed cookie that this browser came by a group's link; nothing is written elsewhere."""
    group = keeping.group_behind(current.session(), token)
    if group is None:
        return page("audience/link_gone.html", status=410)
    others = [link for link in remembered() if link != group.link]
    session[_GROUPS] = [*others[1 - _REMEMBERED :], group.link]
    session.permanent = True
    return page("audience/joined.html", group=group)


@bp.get("/ops/groups")
@guard(policies.programme_edition, load=current_edition)
def groups(edition: Edition) -> ResponseReturnValue:
    """Every group with what is kept for it, and the form for a new one."""
    return _groups(edition, GroupForm(formdata=None))


def _groups(edition: Edition, form: GroupForm, status: int = 200) -> ResponseReturnValue:
    database = current.session()
    return page(
        "audience/groups.html",
        groups=keeping.groups_with_seats(database, edition.id),
        form=form.offer(keeping.cohorts_in(database, edition.id)),
        proofs={proof: translate(text) for proof, text in PROOFS.items()},
        status=status,
    )


@bp.post("/ops/groups")
@guard(policies.programme_edition, load=current_edition)
def add_group(edition: Edition) -> ResponseReturnValue:
    """A new group."""
    cohorts = keeping.cohorts_in(current.session(), edition.id)
    form = GroupForm().offer(cohorts)
    if not form.sent_and_valid():
        return _groups(edition, form, 422)
    try:
        group = service.add(current.session(), edition, form.draft(cohorts), by=current.actor())
    except Invalid as problem:
        form.blame(problem)
        return _groups(edition, form, 422)
    flash(_("Group made: {name}").format(name=pick(group.name_ko, group.name_en)), "ok")
    return redirect(url_for("audience.group", code=group.code), 303)


@bp.get("/ops/groups/<code>")
@guard(policies.seat_group, load=keeping.group_by_code)
def group(group: Group) -> ResponseReturnValue:
    """One group: its names, its proof, its link or its addresses."""
    return _group(group, None, ListForm(formdata=None))


def _group(
    group: Group, form: GroupForm | None, people: ListForm, found: lists.People | None = None, status: int = 200
) -> ResponseReturnValue:
    database = current.session()
    cohorts = keeping.cohorts_in(database, group.edition_id)
    return page(
        "audience/group.html",
        group=group,
        form=(form or GroupForm.of(group, cohorts)).offer(cohorts),
        people=people,
        found=found,
        text=lists.write(found.lines) if found else "",
        link=current.links().group(group.link),
        rows=paged(database, keeping.roster(group.id), number=wanted(request.args.get("page"))),
        status=status,
    )


@bp.post("/ops/groups/<code>")
@guard(policies.seat_group, load=keeping.group_by_code)
def change_group(group: Group) -> ResponseReturnValue:
    """Other names, another proof, a new link, or the end of a group for which nothing is kept."""
    database = current.session()
    cohorts = keeping.cohorts_in(database, group.edition_id)
    form = GroupForm().offer(cohorts)
    try:
        if request.form.get("step") == "remove":
            service.remove(database, group, by=current.actor())
            flash(_("Group removed."), "ok")
            return redirect(url_for("audience.groups"), 303)
        if request.form.get("step") == "renew":
            service.renew_link(database, group, request.form.get("link", ""), by=current.actor())
            flash(_("The old link ends here. Send the new one to the group's people."), "ok")
            return redirect(url_for("audience.group", code=group.code), 303)
        if not form.sent_and_valid():
            return _group(group, form, ListForm(formdata=None), status=422)
        service.change(database, group, form.draft(cohorts), rev=form.rev.data or 0, by=current.actor())
    except Invalid as problem:
        form.blame(problem)
        return _group(group, form, ListForm(formdata=None), status=422)
    except Stale:
        flash(_(STALE), "warn")
        return _group(group, form, ListForm(formdata=None), status=409)
    flash(_("Saved."), "ok")
    return redirect(url_for("audience.group", code=group.code), 303)


@bp.post("/ops/groups/<code>/roster")
@guard(policies.seat_group, load=keeping.group_by_code)
def fill_roster(group: Group) -> ResponseReturnValue:
    """Look through a list of addresses, and once that is done add them; with one mistake nothing is added."""
    form = ListForm()
    if request.form.get("strike"):
        service.strike(current.session(), group, request.form["strike"], by=current.actor())
        flash(_("Taken off the list."), "ok")
        return redirect(url_for("audience.group", code=group.code), 303)
    found = form.read(needs_address=True) if form.sent_and_valid() else lists.People((), ())
    if not found.lines and not found.mistakes:
        form.blame(Invalid("people", N_("Paste a list, or choose a CSV file.")))
        return _group(group, None, form, status=422)
    if found.mistakes or not form.sure.data:
        return _group(group, None, form, found, status=422 if found.mistakes else 200)
    added = service.set_roster(current.session(), group, found.lines, by=current.actor())
    flash(ngettext("{n} address added.", "{n} addresses added.", added).format(n=added), "ok")
    return redirect(url_for("audience.group", code=group.code), 303)
