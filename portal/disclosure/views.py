"""The page behind a consent's mailed link: read, sign, refuse, and withdraw later; nobody signs in here."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal import policies
from portal.disclosure import queries
from portal.disclosure.codes import Likeness, Medium, SignerCapacity
from portal.disclosure.consent import requests as consents
from portal.disclosure.consent.offers import Offer
from portal.disclosure.forms import ReasonForm, SignForm
from portal.disclosure.models import Consent
from portal.disclosure.phrases import name_of
from portal.errors import Invalid
from portal.i18n import translate
from portal.lifecycles import ConsentState
from portal.web import current
from portal.web.access import guard
from portal.web.pages import page

_ = translate
bp = Blueprint("disclosures", __name__)
_ANSWERED = (ConsentState.SIGNED, ConsentState.REFUSED, ConsentState.REVOKED)


@bp.get("/sign/<token>")
@guard(policies.anyone, writes=True)
def consent(token: str) -> ResponseReturnValue:
    """What one is asked to agree to, or what one has answered."""
    found = queries.consent_behind(current.session(), token)
    if found is None:
        return _gone()
    consents.note_opened(current.session(), found, at=current.arrived_at(), by=current.actor())
    return _page(token, found)


@bp.post("/sign/<token>")
@guard(policies.anyone)
def sign_consent(token: str) -> ResponseReturnValue:
    """Agree, by typing one's name."""
    found = queries.consent_behind(current.session(), token)
    if found is None:
        return _gone()
    form = SignForm()
    if form.validate():
        try:
            consents.sign(
                current.session(), found, _grant(form), token=token, at=current.arrived_at(), by=current.actor()
            )
        except Invalid as problem:
            form.blame(problem)
        else:
            flash(_("Thank you. You have signed; a copy is on its way by mail."), "success")
            return redirect(url_for("disclosures.consent", token=token), 303)
    return _page(token, found, form, status=422)


def _grant(form: SignForm) -> consents.Grant:
    media = tuple(Medium(code) for code in form.media.data or ())
    return consents.Grant(form.signer_name.data, media, form.limits.data, form.last_day(), form.chain.data or "")


@bp.post("/sign/<token>/refuse")
@guard(policies.anyone)
def refuse_consent(token: str) -> ResponseReturnValue:
    """Say no; the film stays out of public view."""
    return _settle(token, consents.refuse)


@bp.post("/sign/<token>/withdraw")
@guard(policies.anyone)
def withdraw_consent(token: str) -> ResponseReturnValue:
    """Take a signed consent back; the film leaves public view at once."""
    return _settle(token, consents.revoke)


def _settle(token: str, command: consents.Answering) -> ResponseReturnValue:
    found = queries.consent_behind(current.session(), token)
    if found is None:
        return _gone()
    form = ReasonForm()
    if form.validate():
        try:
            command(current.session(), found, reason=form.reason.data, at=current.arrived_at(), by=current.actor())
        except Invalid as problem:
            form.blame(problem)
        else:
            return redirect(url_for("disclosures.consent", token=token), 303)
    return _page(token, found, problems=form.problems(), status=422)


def _gone() -> Response:
    return page("disclosure/gone.html", status=410, expired=False)


def _page(
    token: str,
    found: Consent,
    form: SignForm | None = None,
    *,
    problems: list[tuple[str, str]] | None = None,
    status: int = 200,
) -> Response:
    open_now = consents.usable(found, at=current.arrived_at())
    if not open_now and found.state not in _ANSWERED:
        return page("disclosure/gone.html", status=410, expired=True)
    offer = Offer.from_json(found.offer)
    form = form or SignForm(formdata=None, data={"media": list(offer.media)})
    return page(
        "disclosure/sign.html",
        status=status,
        token=token,
        consent=found,
        offer=offer,
        open=open_now,
        form=form,
        problems=problems or form.problems(),
        capacity_name=name_of(SignerCapacity(found.signer_capacity)),
        kind=name_of(offer.kind) if offer.kind else "",
        likeness=", ".join(name_of(Likeness(part)) for part in offer.likeness),
        uses=[(medium.value, name_of(medium), None) for medium in offer.media],
        granted=[name_of(Medium(code)) for code in found.media],
    )
