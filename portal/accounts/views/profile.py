"""The own account: names, language, password, signed-in browsers."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal import policies, signing
from portal.accounts import queries, service
from portal.accounts.forms import ZONES, NewPasswordForm, ProfileForm
from portal.accounts.models import Person
from portal.accounts.views.blueprint import bp
from portal.errors import Invalid, Stale
from portal.i18n import _, ngettext
from portal.web import cookies, current
from portal.web.access import guard
from portal.web.pages import page


@bp.get("/me")
@guard(policies.signed_in)
def profile() -> ResponseReturnValue:
    """Names, language and time zone, password, browsers."""
    person = _myself()
    return _page(person, ProfileForm(obj=person), NewPasswordForm())


@bp.post("/me")
@guard(policies.signed_in)
def save_profile() -> ResponseReturnValue:
    """Keep what changed."""
    person, form = _myself(), ProfileForm()
    if not form.sent_and_valid():
        return _page(person, form, NewPasswordForm(), status=422)
    values = {name: form.data[name] for name in form.data if name != "rev"}
    try:
        service.edit_profile(current.session(), person, values, rev=form.rev.data or 0, by=current.actor())
    except Stale:
        return _page(person, form, NewPasswordForm(), status=409)
    flash(_("Saved."), "ok")
    return redirect(url_for("accounts.profile", lang=person.language), 303)


@bp.post("/me/password")
@guard(policies.signed_in)
def save_password() -> ResponseReturnValue:
    """Change the password and sign out everywhere else."""
    person, form = _myself(), NewPasswordForm()
    try:
        if not form.sent_and_valid():
            return _page(person, _profile_form(person), form, status=422)
        service.change_password(
            current.session(),
            person,
            form.new_password.data,
            current=form.current_password.data,
            keep=cookies.token(),
            by=current.actor(),
        )
    except Invalid as problem:
        form.blame(problem)
        return _page(person, _profile_form(person), form, status=422)
    flash(_("Password changed. Other browsers are signed out."), "ok")
    return redirect(url_for("accounts.profile"), 303)


@bp.post("/me/sessions/end")
@guard(policies.signed_in)
def end_others() -> ResponseReturnValue:
    """Sign out everywhere but here."""
    actor = current.actor()
    assert actor.person_id is not None
    ended = service.end_other_sessions(current.session(), actor.person_id, keep=cookies.token(), by=actor)
    flash(
        ngettext("{n} other browser is signed out.", "{n} other browsers are signed out.", ended).format(n=ended), "ok"
    )
    return redirect(url_for("accounts.profile"), 303)


def _myself() -> Person:
    person = queries.own_account(current.session(), current.actor().person_id)
    assert person is not None
    return person


def _profile_form(person: Person) -> ProfileForm:
    # formdata=None: what was posted belongs to the other form of this page
    return ProfileForm(formdata=None, obj=person)


def _page(person: Person, form: ProfileForm, password: NewPasswordForm, *, status: int = 200) -> ResponseReturnValue:
    return page(
        "accounts/profile.html",
        person=person,
        form=form,
        password=password,
        zones=[(zone, zone.replace("_", " ")) for zone in {**dict.fromkeys(ZONES), person.timezone: None}],
        sessions=queries.open_sessions(current.session(), person.id),
        this_digest=signing.digest(cookies.token() or ""),
        stale=status == 409,
        status=status,
    )
