"""The outbox at the organizers' desk: look at what left and what waits; send one mail, cancel it, try it, test it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import policies
from portal.i18n import _
from portal.lifecycles import MailState
from portal.mail import batches, phrases, preview, queries, service
from portal.mail.models import OutgoingMail
from portal.mail.outbox import Recipient
from portal.web import current, headers
from portal.web.access import guard, require
from portal.web.filters import static_url
from portal.web.forms import tidy
from portal.web.pages import page
from portal.web.pagination import paged, wanted

bp = Blueprint("mail", __name__)


@bp.get("/ops/mail")
@guard(policies.enter_desk)
def outbox() -> ResponseReturnValue:
    """Every mail of one's editions, and the batches that wait for a release."""
    actor, chosen = current.actor(), _filters()
    rows, kinds = queries.rows(actor, **chosen), queries.kinds(current.session(), actor)
    held = batches.held_batches(current.session(), actor)
    return page(
        "mail/outbox.html",
        block="rows",
        mails=paged(current.session(), rows, number=wanted(request.args.get("page"))),
        held=held,
        words=batches.words(current.session(), held) if held else {},
        counts=queries.counts(current.session(), actor),
        kinds=[("", _("All kinds")), *((kind, phrases.kind_name(kind)) for kind in kinds)],
        chosen=chosen,
        states=[(state, phrases.state_name(state), phrases.state_tag(state)) for state in MailState],
        why_waiting=_why_waiting(),
        address=_address,
    )


@bp.get("/ops/mail/<int:mail_id>")
@guard(policies.release_mail, load=queries.mail)
def letter(mail: OutgoingMail) -> ResponseReturnValue:
    """One mail as its reader gets it."""
    state = (phrases.state_name(mail.state), phrases.state_tag(mail.state))
    moves = frozenset() if mail.tied else mail.lifecycle.moves.get(mail.state, frozenset())
    why = _why_waiting()(mail)
    return page("mail/letter.html", mail=mail, kind=phrases.kind_name(mail.kind), state=state, moves=moves, why=why)


@bp.get("/ops/mail/<int:mail_id>/html")
@guard(policies.release_mail, load=queries.mail)
def letter_html(mail: OutgoingMail) -> Response:
    """The HTML of a mail, for the frame in its page."""
    response = make_response(preview.framed(mail.html, headers.nonce(), fonts=static_url("css/fonts.css")))
    response.headers["Content-Security-Policy"] = preview.content_policy(headers.nonce())
    return response


@bp.post("/ops/mail/<int:mail_id>/release")
@guard(policies.release_mail, load=queries.mail)
def release(mail: OutgoingMail) -> ResponseReturnValue:
    """Send one held or failed mail."""
    service.release(current.session(), mail, by=current.actor())
    return back(_("The mail is on its way."))


@bp.post("/ops/mail/<int:mail_id>/cancel")
@guard(policies.release_mail, load=queries.mail)
def cancel(mail: OutgoingMail) -> ResponseReturnValue:
    """Keep one mail from leaving."""
    service.cancel(current.session(), mail, by=current.actor())
    return back(_("The mail is cancelled."))


@bp.post("/ops/mail/<int:mail_id>/test")
@guard(policies.release_mail, load=queries.mail)
def send_test(mail: OutgoingMail) -> ResponseReturnValue:
    """Send a mail to oneself as it is, marked as a test."""
    me = current.me()
    require(me is not None)
    assert me is not None
    to = Recipient(me.email, me.language, me.name, timezone=me.timezone)
    service.send_test(current.session(), mail, to=to, by=current.actor())
    flash(_("A test is on its way to {address}.").format(address=me.email), "ok")
    held = mail.state == MailState.DRAFT and mail.batch
    return redirect(url_for("mail.batch", batch=mail.batch) if held else url_for("mail.letter", mail_id=mail.id), 303)


def back(sentence: str) -> ResponseReturnValue:
    """To the list, with what happened."""
    flash(sentence, "ok")
    return redirect(url_for("mail.outbox"), 303)


def _filters() -> dict[str, Any]:
    state = request.args.get("state", "")
    return {
        "state": MailState(state) if state in set(MailState) else None,
        "kind": tidy(request.args.get("kind"))[:40],
        "search": tidy(request.args.get("search"))[:100],
    }


def _why_waiting() -> Callable[[Any], str]:
    full = queries.full(current.session())
    return lambda mail: phrases.why_waiting(current.settings(), mail, full)


def _address(**changed: Any) -> str:
    """This list with other filters; whatever is empty leaves the address."""
    chosen = {**_filters(), **changed}
    return url_for("mail.outbox", **{name: value for name, value in chosen.items() if value})
