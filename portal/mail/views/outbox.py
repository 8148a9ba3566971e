"""The outbox at the organizers' desk: look, release with the exact number of recipients, cancel, try again."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import policies
from portal.i18n import _, ngettext
from portal.lifecycles import MailState
from portal.mail import phrases, preview, queries, service
from portal.mail.models import OutgoingMail
from portal.mail.queries import HeldBatch
from portal.web import current, headers
from portal.web.access import guard
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
    return page(
        "mail/outbox.html",
        block="rows",
        mails=paged(current.session(), rows, number=wanted(request.args.get("page"))),
        held=queries.held_batches(current.session(), actor),
        counts=queries.counts(current.session(), actor),
        kinds=[("", _("All kinds")), *((kind, phrases.kind_name(kind)) for kind in kinds)],
        chosen=chosen,
        states=[(state, phrases.state_name(state), phrases.state_tag(state)) for state in MailState],
        address=_address,
    )


@bp.get("/ops/mail/batches/<batch>")
@guard(policies.release_mail, load=queries.held_batch)
def batch(held: HeldBatch) -> ResponseReturnValue:
    """A batch before it leaves: how many, and real samples of it."""
    return page("mail/batch.html", held=held, samples=queries.samples(current.session(), held))


@bp.post("/ops/mail/batches/<batch>/release")
@guard(policies.release_mail, load=queries.held_batch)
def release_batch(held: HeldBatch) -> ResponseReturnValue:
    """Send the batch to exactly as many people as the page said."""
    count = wanted(request.form.get("count"))
    sent = service.release_batch(current.session(), held, expected=count, by=current.actor())
    sentence = ngettext("{n} mail is on its way.", "{n} mails are on their way.", sent)
    return _back(sentence.format(n=sent))


@bp.post("/ops/mail/batches/<batch>/cancel")
@guard(policies.release_mail, load=queries.held_batch)
def cancel_batch(held: HeldBatch) -> ResponseReturnValue:
    """Throw the batch away unsent."""
    cancelled = service.cancel_batch(current.session(), held, by=current.actor())
    return _back(ngettext("{n} mail cancelled.", "{n} mails cancelled.", cancelled).format(n=cancelled))


@bp.get("/ops/mail/<int:mail_id>")
@guard(policies.release_mail, load=queries.mail)
def letter(mail: OutgoingMail) -> ResponseReturnValue:
    """One mail as its reader gets it."""
    state = (phrases.state_name(mail.state), phrases.state_tag(mail.state))
    moves = frozenset() if mail.tied else mail.lifecycle.moves.get(mail.state, frozenset())
    return page("mail/letter.html", mail=mail, kind=phrases.kind_name(mail.kind), state=state, moves=moves)


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
    return _back(_("The mail is on its way."))


@bp.post("/ops/mail/<int:mail_id>/cancel")
@guard(policies.release_mail, load=queries.mail)
def cancel(mail: OutgoingMail) -> ResponseReturnValue:
    """Keep one mail from leaving."""
    service.cancel(current.session(), mail, by=current.actor())
    return _back(_("The mail is cancelled."))


def _back(sentence: str) -> ResponseReturnValue:
    flash(sentence, "ok")
    return redirect(url_for("mail.outbox"), 303)


def _filters() -> dict[str, Any]:
    state = request.args.get("state", "")
    return {
        "state": MailState(state) if state in set(MailState) else None,
        "kind": tidy(request.args.get("kind"))[:40],
        "search": tidy(request.args.get("search"))[:100],
    }


def _address(**changed: Any) -> str:
    """This list with other filters; whatever is empty leaves the address."""
    chosen = {**_filters(), **changed}
    return url_for("mail.outbox", **{name: value for name, value in chosen.items() if value})
