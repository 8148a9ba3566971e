"""Held batches at the organizers' desk: exactly who gets one, real samples of it, and the words that let it go."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import audit, i18n, policies
from portal.errors import Invalid
from portal.i18n import N_, _, ngettext
from portal.mail import batches, phrases, releasing
from portal.mail.batches import HeldBatch
from portal.mail.models import MOST_ALONE, BatchRelease, OutgoingMail
from portal.mail.views.outbox import back, bp
from portal.web import current
from portal.web.access import guard
from portal.web.forms import tidy
from portal.web.pages import page
from portal.web.pagination import paged, wanted
from portal.web.sheets import csv_download

ZONE = ZoneInfo(i18n.SEOUL)


@bp.get("/ops/mail/batches/<batch>")
@guard(policies.release_mail, load=batches.batch_named)
def batch(held: HeldBatch) -> ResponseReturnValue:
    """A batch before it leaves: exactly who gets it, real samples of it, whose word it waits for; then what became."""
    return _batch(held)


def _batch(held: HeldBatch, *, status: int = 200, error: Invalid | None = None) -> ResponseReturnValue:
    session, search = current.session(), tidy(request.args.get("search"))[:100]
    found, makeup = batches.recipients(held, search), batches.makeup(session, held)
    return page(
        "mail/batch.html",
        block="recipients",
        status=status,
        held=held,
        search=search,
        rows=paged(session, found, number=wanted(request.args.get("page"))),
        makeup=makeup,
        languages=[(language_name(one), i18n.number(n)) for one, n in makeup.languages.items()],
        samples=batches.samples(session, held) if held.count else [],
        fates=batches.fates(session, held),
        shown=batches.shown(session, held),
        word=batches.last_word(session, held),
        most_alone=MOST_ALONE,
        typed={name: tidy(request.form.get(name)) for name in ("when", "send_on", "send_time")},
        error=error,
        language_name=language_name,
        state_name=phrases.state_name,
        state_tag=phrases.state_tag,
    )


def language_name(language: str) -> str:
    """What a language calls itself."""
    return i18n.NAMES.get(language, language)


@bp.get("/ops/mail/batches/<batch>/recipients.csv")
@guard(policies.release_mail, load=batches.batch_named, writes=True)
def recipients(held: HeldBatch) -> ResponseReturnValue:
    """Everybody who gets the batch, to check against another list; the trail says who took it."""
    rows = current.session().execute(batches.recipients(held)).all()
    told = {"batch": held.batch, "rows": len(rows)}
    audit.record(current.session(), current.actor(), "export.recipients", OutgoingMail.__tablename__, **told)
    header = [_("Recipient"), _("Name"), _("Name in Latin script"), _("Language"), _("State")]
    return csv_download(f"{held.batch.replace(':', '-')}.csv", header, _lines(rows))


def _lines(rows: Any) -> Iterator[list[str]]:
    for row in rows:
        name, latin = row.native_name or "", row.latin_name or ""
        yield [row.recipient, name, latin, language_name(row.language), phrases.state_name(row.state)]


# ── whose word ─────────────────────────────────────────────────────────


@bp.post("/ops/mail/batches/<batch>/release")
@guard(policies.release_mail, load=batches.batch_named)
def release_batch(held: HeldBatch) -> ResponseReturnValue:
    """Give one's word that the batch leaves to exactly those whom the page showed, now or at an hour."""
    try:
        moment = _moment() if request.form.get("when") == "later" else None
        shown = request.form.get("recipients", "")
        word = releasing.propose(current.session(), held, recipients=shown, send_at=moment, by=current.actor())
    except Invalid as problem:
        return _batch(held, status=422, error=problem)
    return _told(held, word)


def _moment() -> datetime:
    typed = f"{tidy(request.form.get('send_on'))} {tidy(request.form.get('send_time'))}"
    try:
        return datetime.strptime(typed, "%Y-%m-%d %H:%M").replace(tzinfo=ZONE)
    except ValueError as error:
        raise Invalid("send_on", N_("Write the day like 2027-02-19 and the time like 15:30.")) from error


def _told(held: HeldBatch, word: BatchRelease) -> ResponseReturnValue:
    if word.unconfirmed:
        sentence = _("Proposed. A second person must confirm it.")
    elif word.left_at is None and word.send_at is not None:
        sentence = _("It leaves on {moment} (KST).").format(moment=i18n.moment(word.send_at))
    else:
        sent = ngettext("{n} mail is on its way.", "{n} mails are on their way.", word.expected)
        sentence = sent.format(n=i18n.number(word.expected))
    return _here(held, sentence)


@bp.post("/ops/mail/batches/<batch>/confirm")
@guard(policies.release_mail, load=batches.batch_named)
def confirm_batch(held: HeldBatch) -> ResponseReturnValue:
    """Give the second person's word."""
    try:
        word = releasing.confirm(current.session(), held, rev=_rev(), by=current.actor())
    except Invalid as problem:
        return _batch(held, status=422, error=problem)
    return _told(held, word)


@bp.post("/ops/mail/batches/<batch>/take-back")
@guard(policies.release_mail, load=batches.batch_named)
def take_back_batch(held: HeldBatch) -> ResponseReturnValue:
    """Take a word back before the batch leaves."""
    releasing.take_back(current.session(), held, rev=_rev(), by=current.actor())
    return _here(held, _("Taken back. Nothing was sent."))


def _rev() -> int:
    return wanted(request.form.get("rev"))


@bp.post("/ops/mail/batches/<batch>/cancel")
@guard(policies.release_mail, load=batches.batch_named)
def cancel_batch(held: HeldBatch) -> ResponseReturnValue:
    """Throw the batch away unsent."""
    cancelled = releasing.cancel(current.session(), held, by=current.actor())
    return back(ngettext("{n} mail cancelled.", "{n} mails cancelled.", cancelled).format(n=i18n.number(cancelled)))


def _here(held: HeldBatch, sentence: str) -> ResponseReturnValue:
    flash(sentence, "ok")
    return redirect(url_for("mail.batch", batch=held.batch), 303)
