"""The second step: asked for at sign-in, switched on and off in the own account."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import segno
from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from portal import policies, signing
from portal.accounts import queries, service, totp
from portal.accounts.forms import CodeForm
from portal.accounts.models import Person
from portal.accounts.views.blueprint import bp
from portal.accounts.views.entering import asked_from, half_way, welcome
from portal.errors import Invalid
from portal.i18n import N_, _
from portal.web import current
from portal.web.access import guard
from portal.web.pages import page

_OFFER, _OFFER_LASTS = "accounts.device", timedelta(minutes=30)


@bp.get("/login/code")
@guard(policies.anyone)
def second_step() -> ResponseReturnValue:
    """The code from the device, after the first step."""
    return _ask(CodeForm(None)) if half_way() else redirect(url_for("accounts.login"))


@bp.post("/login/code")
@guard(policies.anyone)
def check_code() -> ResponseReturnValue:
    """Check the code; the try counts even when the answer is a refusal."""
    found, form = half_way(), CodeForm()
    if found is None:
        return redirect(url_for("accounts.login"), 303)
    if not form.sent_and_valid():
        return _ask(form, status=422)
    attempt = service.note_attempt(current.session(), found[0].email, asked_from=asked_from())
    current.release_database()
    try:
        service.check_code(current.session(), attempt, found[0], form.code.data)
    except Invalid as problem:
        form.blame(problem)
        return _ask(form, status=422)
    return welcome(*found)


@bp.get("/me/device")
@guard(policies.signed_in)
def device() -> ResponseReturnValue:
    """Switch the second step on or off."""
    return _device(CodeForm(None), totp.new_secret())


@bp.post("/me/device")
@guard(policies.signed_in)
def switch_on() -> ResponseReturnValue:
    """Switch it on with the first code of the device."""
    form = CodeForm()
    try:
        secret = signing.unsign(current.settings().secret_key, _OFFER, form.secret.data or "", _OFFER_LASTS)
    except signing.BadToken:
        form.blame(Invalid("code", N_("This page was open too long. Scan the new square.")))
        return _device(form, totp.new_secret(), status=422)
    try:
        if not form.sent_and_valid():
            return _device(form, secret, status=422)
        service.switch_on(current.session(), _myself(), secret, form.code.data, by=current.actor())
    except Invalid as problem:
        form.blame(problem)
        return _device(form, secret, status=422)
    flash(_("The second step is on."), "ok")
    return redirect(url_for("accounts.profile"), 303)


@bp.post("/me/device/off")
@guard(policies.signed_in)
def switch_off() -> ResponseReturnValue:
    """Switch it off with a code of the device."""
    form, person = CodeForm(), _myself()
    if not form.sent_and_valid():
        return _device(form, totp.new_secret(), status=422)
    attempt = service.note_attempt(current.session(), person.email, asked_from=asked_from())
    current.release_database()
    try:
        service.check_code(current.session(), attempt, person, form.code.data)
        service.switch_off(current.session(), person, by=current.actor())
    except Invalid as problem:
        form.blame(problem)
        return _device(form, totp.new_secret(), status=422)
    flash(_("The second step is off."), "ok")
    return redirect(url_for("accounts.profile"), 303)


def _myself() -> Person:
    person = queries.own_account(current.session(), current.actor().person_id)
    assert person is not None
    return person


def _ask(form: CodeForm, *, status: int = 200) -> ResponseReturnValue:
    return page("accounts/second_step.html", form=form, status=status)


def _device(form: CodeForm, secret: str, *, status: int = 200) -> ResponseReturnValue:
    person = _myself()
    return page(
        "accounts/device.html",
        form=form,
        is_on=person.totp_secret is not None,
        secret=secret,
        offer=signing.sign(current.settings().secret_key, _OFFER, secret),
        square=_square(totp.address(secret, person.email)),
        status=status,
    )


def _square(text: str) -> Markup:
    """The square code as SVG, dark on white by night too."""
    out = BytesIO()
    segno.make(text, error="m").save(out, kind="svg", xmldecl=False, svgns=True, scale=4, light="#fff")
    return Markup(out.getvalue().decode())  # noqa: S704 (segno draws it; the text is in it as squares)
