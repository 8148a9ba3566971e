"""The page behind a guardian's mailed link: read, sign, refuse, and take back later; nobody signs in here."""

from __future__ import annotations

from typing import Protocol

from flask import Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal import links, policies
from portal.errors import Invalid
from portal.i18n import translate
from portal.policies import Actor
from portal.school.forms import SignForm
from portal.school.guardians import queries, words
from portal.school.guardians import service as consents
from portal.school.guardians.models import GuardianConsent
from portal.school.views.blueprint import bp
from portal.signing import BadToken
from portal.web import current
from portal.web.access import guard
from portal.web.pages import page

_ = translate


class Answering(Protocol):
    """Refusing or taking back."""

    def __call__(self, session: Session, consent: GuardianConsent, *, by: Actor) -> None: ...


@bp.get("/guardian/<token>")
@guard(policies.anyone)
def guardian(token: str) -> Response:
    """What one is asked to consent to, or what one has answered."""
    found = _behind(token)
    return _page(token, found, SignForm(formdata=None)) if found else _gone()


@bp.post("/guardian/<token>")
@guard(policies.anyone)
def guardian_sign(token: str) -> ResponseReturnValue:
    """Consent, by typing one's name."""
    found, form = _behind(token), SignForm()
    if found is None:
        return _gone()
    if not form.validate():
        return _page(token, found, form, status=422)
    try:
        consents.sign(current.session(), found, form.signed_name.data or "", by=current.actor())
    except Invalid as problem:
        form.blame(problem)
        return _page(token, found, form, status=422)
    flash(_("Thank you. You have signed; a copy is on its way by mail."), "success")
    return redirect(url_for("school.guardian", token=token), 303)


@bp.post("/guardian/<token>/refuse")
@guard(policies.anyone)
def guardian_refuse(token: str) -> ResponseReturnValue:
    """Say no."""
    return _settle(token, consents.refuse)


@bp.post("/guardian/<token>/revoke")
@guard(policies.anyone)
def guardian_revoke(token: str) -> ResponseReturnValue:
    """Take the consent back."""
    return _settle(token, consents.revoke)


def _settle(token: str, command: Answering) -> ResponseReturnValue:
    found, form = _behind(token), SignForm(formdata=None)
    if found is None:
        return _gone()
    try:
        command(current.session(), found, by=current.actor())
    except Invalid as problem:
        form.blame(problem)
        return _page(token, found, form, status=422)
    return redirect(url_for("school.guardian", token=token), 303)


def _behind(token: str) -> GuardianConsent | None:
    session = current.session()
    try:
        code = links.of(session).guardian_behind(token)
    except BadToken:
        return None
    return queries.consent_by_code(session, code)


def _gone() -> Response:
    return page("guardians/gone.html", status=410)


def _page(token: str, found: GuardianConsent, form: SignForm, *, status: int = 200) -> Response:
    if found.state == "revoked" and found.answered_at is None:
        return _gone()
    about = queries.student_of(current.session(), found)
    shown = page(
        "guardians/consent.html",
        status=status,
        token=token,
        consent=found,
        student=about.person,
        cohort=about.cohort,
        texts=words.in_languages(found.text),
        form=form,
    )
    shown.headers["Cache-Control"] = "no-store"
    return shown
