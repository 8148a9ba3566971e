"""Signing in by a mailed link or a password, and signing out."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import i18n, policies
from portal.accounts import queries, service
from portal.accounts.addresses import own_path
from portal.accounts.forms import LinkForm, NamesForm, PasswordForm
from portal.accounts.models import SignInLink
from portal.accounts.views.blueprint import bp
from portal.accounts.views.entering import asked_from, enter
from portal.errors import Invalid
from portal.i18n import _
from portal.web import cookies, current
from portal.web.access import guard
from portal.web.pages import page


@bp.get("/login")
@guard(policies.anyone)
def login() -> ResponseReturnValue:
    """The door: an address, and a link comes by mail."""
    return _door("accounts/login.html", LinkForm(data={"next": own_path(request.args.get("next"))}))


@bp.post("/login")
@guard(policies.anyone)
def ask_link() -> ResponseReturnValue:
    """Mail a link; the answer is the same whether or not anybody has this address."""
    form = LinkForm()
    if not form.sent_and_valid():
        return _door("accounts/login.html", form, status=422)
    service.ask_link(
        current.session(),
        form.email.data,
        language=i18n.language(),
        asked_from=asked_from(),
        next_path=form.next.data,
    )
    return redirect(url_for("accounts.link_sent"), 303)


@bp.get("/login/sent")
@guard(policies.anyone)
def link_sent() -> ResponseReturnValue:
    """Look into your mail."""
    return page("accounts/link_sent.html", local=current.settings().local)


@bp.get("/login/password")
@guard(policies.anyone)
def password_door() -> ResponseReturnValue:
    """The door for people who set a password."""
    return _door("accounts/login_password.html", PasswordForm(data={"next": own_path(request.args.get("next"))}))


@bp.post("/login/password")
@guard(policies.anyone)
def sign_in_with_password() -> ResponseReturnValue:
    """Check a password; the try counts even when the answer is a refusal."""
    form = PasswordForm()
    if not form.sent_and_valid():
        return _door("accounts/login_password.html", form, status=422)
    attempt = service.note_attempt(current.session(), form.email.data, asked_from=asked_from())
    current.release_database()
    try:
        person = service.check_password(current.session(), attempt, form.password.data)
    except Invalid as problem:
        form.blame(problem)
        return _door("accounts/login_password.html", form, status=422)
    return enter(person, form.next.data)


@bp.get("/login/<token>")
@guard(policies.anyone)
def open_link(token: str) -> ResponseReturnValue:
    """Show the one button that uses the link up: programs that look into mails press none."""
    link = queries.usable_link(current.session(), token)
    return _link_page(token, link, NamesForm()) if link else _stale_link(token)


@bp.post("/login/<token>")
@guard(policies.anyone)
def use_link(token: str) -> ResponseReturnValue:
    """Sign in with the link, and make the account where there is none."""
    link = queries.usable_link(current.session(), token)
    if link is None:
        return _stale_link(token)
    form, newcomer = NamesForm(), None
    if _is_new(link):
        if not form.sent_and_valid():
            return _link_page(token, link, form, status=422)
        newcomer = form.names()
    person = service.use_link(current.session(), token, newcomer=newcomer)
    return enter(person, link.next_path) if person else _stale_link(token)


@bp.post("/logout")
@guard(policies.signed_in)
def logout() -> ResponseReturnValue:
    """End this browser's session for good."""
    service.end_session(current.session(), cookies.token() or "", by=current.actor())
    cookies.sign_out()
    flash(_("You are signed out."), "ok")
    return redirect(url_for("accounts.login"), 303)


def _door(template: str, form: LinkForm, *, status: int = 200) -> ResponseReturnValue:
    return page(template, form=form, status=status)


def _is_new(link: SignInLink) -> bool:
    return queries.person_by_email(current.session(), link.email) is None


def _link_page(token: str, link: SignInLink, form: NamesForm, *, status: int = 200) -> ResponseReturnValue:
    return page("accounts/open_link.html", token=token, link=link, is_new=_is_new(link), form=form, status=status)


def _stale_link(token: str) -> ResponseReturnValue:
    email = queries.address_of_link(current.session(), token)
    return page("accounts/stale_link.html", form=LinkForm(data={"email": email or "", "next": ""}), status=410)
