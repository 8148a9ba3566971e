"""The mailbox page of a local installation: every mail the portal sent, with links that work."""

from __future__ import annotations

from flask import Blueprint, Response, abort, make_response
from flask.typing import ResponseReturnValue

from portal import i18n, policies
from portal.mail import mailbox, phrases, preview, queries
from portal.mail.mailbox import Delivered
from portal.web import current, headers, language
from portal.web.access import guard, require
from portal.web.filters import static_url
from portal.web.pages import download, page

bp = Blueprint("mailbox", __name__)


@bp.before_request
def only_here() -> None:
    """Somebody else's mail is shown on nobody's server but one's own machine."""
    require(current.settings().local)
    i18n.set_locale(language.choose())


@bp.get("/mailbox")
@guard(policies.anyone)
def inbox() -> ResponseReturnValue:
    """What was delivered, newest first, and what waits for its reader's morning."""
    settings = current.settings()
    asleep = [
        (count, phrases.morning(settings, zone), i18n.city(zone))
        for zone, count in queries.asleep(current.session()).items()
    ]
    return page("mail/mailbox.html", mails=mailbox.newest(settings), asleep=asleep)


@bp.get("/mailbox/<name>")
@guard(policies.anyone)
def delivered(name: str) -> ResponseReturnValue:
    """One delivered mail with its headers, text, HTML and attachments."""
    return page("mail/delivered.html", mail=_found(name))


@bp.get("/mailbox/<name>/html")
@guard(policies.anyone)
def delivered_html(name: str) -> Response:
    """Its HTML, for the frame in its page."""
    response = make_response(
        preview.framed(_found(name).html, headers.nonce(), fonts=static_url("css/fonts.css"), open_links=True)
    )
    response.headers["Content-Security-Policy"] = preview.content_policy(headers.nonce(), open_links=True)
    return response


@bp.get("/mailbox/<name>/attachments/<int:number>")
@guard(policies.anyone)
def attachment(name: str, number: int) -> Response:
    """One attachment, to save."""
    attachments = _found(name).attachments
    if number >= len(attachments):
        abort(404)
    title, _type, body = attachments[number]
    return download(body, name=title or "attachment", content_type="application/octet-stream")


def _found(name: str) -> Delivered:
    mail = mailbox.find(current.settings(), name)
    if mail is None:
        abort(404)
    return mail
