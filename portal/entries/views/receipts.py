"""A receipt's public page, where anybody who has its number can verify a document against it."""

from __future__ import annotations

from contextlib import closing

from flask import Response, request
from markupsafe import Markup

from portal import policies
from portal.entries import qr, queries, snapshot
from portal.entries.models import Receipt
from portal.entries.views import frame
from portal.entries.views.blueprint import bp
from portal.i18n import translate
from portal.web import current
from portal.web.access import guard
from portal.web.pages import download, page

_ = translate


@bp.get("/receipts/<number>")
@guard(policies.subject_of, load=queries.receipt_by_number)
def receipt(receipt: Receipt) -> Response:
    """Number, time, title and digests of what was handed in."""
    return _receipt_page(receipt)


@bp.post("/receipts/<number>")
@guard(policies.subject_of, load=queries.receipt_by_number)
def verify(receipt: Receipt) -> Response:
    """Whether a document somebody brings is the one this receipt was given for."""
    text = _brought()
    if not text:
        return _receipt_page(receipt, status=422, problem=_("Choose the receipt's file or paste its content."))
    digest = snapshot.recompute(text)
    if digest is None:
        return _receipt_page(receipt, status=422, problem=_("This is not a receipt's file. Choose the JSON file."))
    return _receipt_page(receipt, found=digest)


@bp.get("/receipts/<number>.json")
@guard(policies.see_receipt, load=queries.receipt_by_number)
def receipt_document(receipt: Receipt) -> Response:
    """The frozen document, for those who may see the entry."""
    return download(receipt.snapshot, name=f"{receipt.number}.json", content_type="application/json")


def _brought() -> str:
    sent = request.files.get("document")
    if sent is not None and sent.filename:
        with closing(sent):
            return str(sent.read(), "utf-8", "replace")
    return request.form.get("text", "").strip()


def _receipt_page(
    receipt: Receipt, *, status: int = 200, problem: str | None = None, found: str | None = None
) -> Response:
    entry = receipt.entry
    earlier, later = _other_cuts(receipt)
    return page(
        "entries/receipt.html",
        status=status,
        receipt=receipt,
        earlier=earlier,
        later=later,
        entry=entry,
        title=frame.title_of(entry),
        code=Markup(qr.svg(current.links().receipt(receipt.number))),  # noqa: S704 - segno's own markup
        may_read=policies.see_entry(current.actor(), entry),
        problem=problem,
        found=found,
    )


def _other_cuts(receipt: Receipt) -> tuple[Receipt | None, Receipt | None]:
    """The receipts of the cuts judged before and after this one's, where another cut took or lost its place."""
    others = queries.receipts_of(current.session(), receipt.entry_id)
    before = [one for one in others if one.sequence < receipt.sequence and one.film_sha256 != receipt.film_sha256]
    after = [one for one in others if one.sequence > receipt.sequence and one.film_sha256 != receipt.film_sha256]
    return (before[-1] if before else None), (after[0] if after else None)
