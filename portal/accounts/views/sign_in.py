"""Signing in and out."""

from __future__ import annotations

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from portal.accounts import service
from portal.accounts.views.blueprint import bp
from portal.policies import anyone, signed_in
from portal.web import cookies, current
from portal.web.access import guard
from portal.web.pages import page


@bp.get("/login")
@guard(anyone)
def login() -> ResponseReturnValue:
    """The door: a link by mail, or a password."""
    return page("accounts/login.html")


@bp.post("/logout")
@guard(signed_in)
def logout() -> ResponseReturnValue:
    """End this browser's session for good."""
    token = cookies.token()
    if token:
        service.end_session(current.session(), token)
    cookies.sign_out()
    return redirect(url_for("accounts.login"))
