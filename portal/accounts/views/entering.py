"""The last stretch of every way in: the second step where it is on, then a session and the right desk."""

from __future__ import annotations

from datetime import timedelta

from flask import flash, redirect, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue

from portal import i18n, policies, signing
from portal.accounts import queries, service
from portal.accounts.addresses import own_path
from portal.accounts.models import Person
from portal.i18n import _
from portal.web import cookies, current

# Where somebody lands who did not come for a certain page.
_DESKS = ((policies.enter_desk, "ops"), (policies.enter_jury, "jury"), (policies.enter_school, "school"))
_HALF, _PURPOSE, _HALF_LASTS = "half", "accounts.second_step", timedelta(minutes=5)


def asked_from() -> str:
    """The network address of the request; behind a proxy the one a trusted proxy names."""
    return (request.remote_addr or "")[:64]


def enter(person: Person, next_path: str) -> ResponseReturnValue:
    """Let somebody in who proved the first step."""
    if person.totp_secret is None:
        return welcome(person, next_path)
    cookie[_HALF] = signing.sign(current.settings().secret_key, _PURPOSE, [person.code, own_path(next_path)])
    return redirect(url_for("accounts.second_step"), 303)


def half_way() -> tuple[Person, str] | None:
    """Who proved the first step in this browser within five minutes, and where they were going."""
    try:
        secret_key = current.settings().secret_key
        code, next_path = signing.unsign(secret_key, _PURPOSE, cookie.get(_HALF, ""), _HALF_LASTS)
    except signing.BadToken:
        return None
    person = queries.person_by_code(current.session(), code)
    return (person, next_path) if person is not None else None


def welcome(person: Person, next_path: str) -> ResponseReturnValue:
    """Start the session and go where they wanted, or to their desk."""
    cookies.sign_in(service.start_session(current.session(), person.id))
    if queries.needs_second_step(current.session(), person):
        flash(_("Your role needs a second step at sign-in. Switch it on here first."), "warn")
        return redirect(url_for("accounts.device"), 303)
    return redirect(own_path(next_path) or _landing(), 303)


def _landing() -> str:
    actor = current.actor()
    desk = next((path for enter_desk, path in _DESKS if enter_desk(actor)), "entries")
    return f"/{i18n.language()}/{desk}"
