"""Consent papers: who brought one opens it again, consent officers read it and settle it; each opening is noted."""

from __future__ import annotations

from flask import Response, abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal import audit, policies
from portal.disclosure.consent import papers
from portal.disclosure.consent import requests as consents
from portal.disclosure.consent.offers import Offer
from portal.disclosure.phrases import name_of
from portal.entries import queries
from portal.entries.forms import ReadingForm
from portal.entries.queries import GuardianCase, PaperCase
from portal.entries.views.blueprint import bp
from portal.errors import Invalid
from portal.i18n import translate
from portal.lifecycles import ConsentState
from portal.media.service import sealing
from portal.media.vault import Unreadable
from portal.web import current
from portal.web.access import guard
from portal.web.pages import HARMLESS, download, page

_ = translate


@bp.get("/entries/<number>/consents/papers/<code>")
@guard(policies.own_paper, load=queries.paper_of_entry, writes=True)
def own_paper(case: PaperCase) -> Response:
    """The paper for the person who brought it."""
    return _file(case)


@bp.get("/ops/papers")
@guard(policies.enter_papers)
def paper_desk() -> Response:
    """The papers that wait for an officer, then the ones that were settled."""
    session, actor = current.session(), current.actor()
    found, guardians = queries.paper_rows(session, actor), queries.guardian_rows(session, actor)
    return page("entries/paper_desk.html", found=found, guardians=guardians)


@bp.get("/ops/papers/<code>")
@guard(policies.read_paper, load=queries.paper_by_code)
def paper(case: PaperCase) -> Response:
    """One paper: what it has to prove, and the two answers."""
    return _page(case, _fresh(case))


@bp.get("/ops/papers/<code>/file")
@guard(policies.read_paper, load=queries.paper_by_code, writes=True)
def paper_file(case: PaperCase) -> Response:
    """The paper itself, decrypted for this one answer."""
    return _file(case)


@bp.post("/ops/papers/<code>/match")
@guard(policies.read_paper, load=queries.paper_by_code)
def match_paper(case: PaperCase) -> ResponseReturnValue:
    """The paper proves the consent."""
    form = _form(case)
    if form.validate():
        try:
            papers.match(current.session(), case.consent, form.reading(), at=current.arrived_at(), by=current.actor())
        except Invalid as problem:
            form.blame(problem)
        else:
            flash(_("Confirmed. The maker is told."), "success")
            return redirect(url_for("entries.paper_desk"), 303)
    return _page(case, form, status=422)


@bp.post("/ops/papers/<code>/refuse")
@guard(policies.read_paper, load=queries.paper_by_code)
def refuse_paper(case: PaperCase) -> ResponseReturnValue:
    """The paper does not prove it; the reason goes to the maker."""
    form = _form(case)
    reason = form.verdict.data or ""
    try:
        papers.refuse(current.session(), case.consent, reason, at=current.arrived_at(), by=current.actor())
    except Invalid as problem:
        form.blame(problem)
        return _page(case, form, status=422)
    flash(_("Refused. The maker is told why."), "success")
    return redirect(url_for("entries.paper_desk"), 303)


@bp.post("/ops/guardians/<int:consent_id>")
@guard(policies.read_paper, load=queries.guardian_case)
def confirm_guardian(case: GuardianCase) -> ResponseReturnValue:
    """A guardian's signature by link was checked."""
    papers.confirm_guardian(current.session(), case.consent, by=current.actor())
    flash(_("Confirmed."), "success")
    return redirect(url_for("entries.paper_desk"), 303)


def _form(case: PaperCase) -> ReadingForm:
    return ReadingForm(consents.capacities(case.performer))


def _fresh(case: PaperCase) -> ReadingForm:
    consent = case.consent
    data = {"capacity": consent.signer_capacity, "media": list(consent.media), "signer_name": consent.signer_name}
    return ReadingForm(consents.capacities(case.performer), formdata=None, data=data)


def _file(case: PaperCase) -> Response:
    try:
        content = sealing.opened(current.session(), case.asset)
    except (Unreadable, FileNotFoundError):
        abort(404)
    audit.record(current.session(), current.actor(), "paper.viewed", case.consent, asset=case.asset.id)
    response = download(content, name=case.asset.file_name, content_type="application/octet-stream")
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Security-Policy"] = HARMLESS
    return response


def _page(case: PaperCase, form: ReadingForm, *, status: int = 200) -> Response:
    consent, performer = case.consent, case.performer
    return page(
        "entries/paper.html",
        status=status,
        case=case,
        consent=consent,
        performer=performer,
        offer=Offer.from_json(consent.offer),
        waits=consent.state is ConsentState.OPENED,
        standing=name_of(performer.consent_status),
        name_of=name_of,
        form=form,
    )
