"""Mails that come back: the address where a mail server reports them, and the list of suppressed addresses."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal import links, policies
from portal.i18n import _
from portal.mail import bounces, queries
from portal.mail.models import Suppression
from portal.mail.views.outbox import bp
from portal.signing import BadToken
from portal.web import current
from portal.web.access import guard
from portal.web.pages import page
from portal.web.pagination import paged, wanted

reports = Blueprint("bounces", __name__)


def _mail_server(session: Session, token: str) -> str | None:
    """Who reports: whoever knows the secret address; there is one for an installation."""
    try:
        return links.of(session).opened(links.BOUNCES, token)
    except BadToken:
        return None


@reports.post("/mail/bounces/<token>")
@guard(policies.subject_of, load=_mail_server)
def report(_server: str) -> Response:
    """Takes a returned mail as the body, whole; answers 204 whether or not it tells of a mail of ours."""
    for found in bounces.read(request.get_data(cache=False)):
        bounces.note(current.session(), found)
    return Response(status=204)


@reports.record_once
def _without_form_token(state: BlueprintSetupState) -> None:
    # The secret in the address does what a form's token does: a foreign page can neither know it nor send it.
    state.app.extensions["csrf"].exempt(reports)


@bp.get("/ops/mail/suppressed")
@guard(policies.enter_office)
def suppressed() -> ResponseReturnValue:
    """The addresses of one's own readers that nothing is sent to, and why."""
    found = queries.suppressions(current.actor())
    return page("mail/suppressed.html", rows=paged(current.session(), found, number=wanted(request.args.get("page"))))


def _suppression(session: Session, code: str) -> Suppression | None:
    return queries.suppression(session, current.actor(), code)


@bp.post("/ops/mail/suppressed/<code>/lift")
@guard(policies.subject_of, load=_suppression)
def lift(found: Suppression) -> ResponseReturnValue:
    """Send to an address again."""
    bounces.lift(current.session(), found, by=current.actor())
    flash(_("Mails go to this address again."), "ok")
    return redirect(url_for("mail.suppressed"), 303)
