"""The task of consents: who has to agree, how far it is, and the request that asks them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import i18n, policies
from portal.accounts.addresses import normal_email
from portal.disclosure.codes import Channel, ConsentStatus, Likeness, Medium, PerformerKind, SignerCapacity
from portal.disclosure.consent import papers as consent_papers
from portal.disclosure.consent import requests as consenting
from portal.disclosure.models import Consent, Disclosure, Performer
from portal.disclosure.phrases import name_of
from portal.entries import queries
from portal.entries.checklist import Task
from portal.entries.forms import PaperForm
from portal.entries.models import Entry
from portal.entries.views import frame
from portal.entries.views.blueprint import bp
from portal.entries.views.files import taken
from portal.entries.views.forms import RequestForm
from portal.errors import Invalid
from portal.i18n import N_, translate
from portal.lifecycles import AssetState, ConsentState, EntryState
from portal.media.models import Asset, Slot
from portal.web import current
from portal.web.access import guard, require

_ = translate
_KINDS = {
    ConsentStatus.NONE: "bad",
    ConsentStatus.REVOKED: "bad",
    ConsentStatus.DOC: "ok",
    ConsentStatus.VERIFIED: "ok",
    ConsentStatus.ESTATE: "ok",
    ConsentStatus.NOT_REQ: "info",
}
_GONE = (EntryState.WITHDRAWN, EntryState.DISQUALIFIED, EntryState.INELIGIBLE)
_USES = (Medium.FESTIVAL, Medium.TRAILER)


@dataclass(frozen=True, slots=True)
class _Paper:
    """A paper as the page shows it; `code` opens the file for whoever brought it."""

    name: str
    state: str
    kind: str
    code: str


@dataclass(frozen=True, slots=True)
class _Person:
    """A performer as the page shows it, with the newest request and the form that asks."""

    code: str
    name: str
    role: str
    real: bool
    state: str
    kind: str
    consent: Consent | None
    form: RequestForm | None
    may_declare: bool
    papers: list[_Paper]
    paper_form: PaperForm | None


@bp.get("/entries/<number>/consents")
@guard(policies.own_entry, load=queries.entry_by_number)
def consents(entry: Entry) -> Response:
    """The consent of everybody whose face or voice AI made or changed, and where it stands."""
    return _page(entry, queries.known_of(current.session(), entry))


@bp.post("/entries/<number>/consents")
@guard(policies.own_entry, load=queries.entry_by_number)
def ask_consent(entry: Entry) -> ResponseReturnValue:
    """Send one person the link to sign with, or note the maker's word for it; also after handing in."""
    known = queries.known_of(current.session(), entry)
    disclosure = known.disclosure
    found = _performer(disclosure, request.form.get("person", ""))
    require(entry.state not in _GONE)
    if disclosure is None or found is None:
        abort(404)
    if "declare" in request.form:
        consenting.declare(current.session(), disclosure, found, by=current.actor())
        flash(_("Noted. A link that the person signs counts for more."), "info")
        return redirect(url_for("entries.consents", number=entry.number), 303)
    return _ask(entry, known, disclosure, found)


def _performer(disclosure: Disclosure | None, code: str) -> Performer | None:
    return next((row for row in disclosure.performers if row.code == code), None) if disclosure else None


def _ask(entry: Entry, known: queries.Known, disclosure: Disclosure, performer: Performer) -> ResponseReturnValue:
    form = RequestForm(consenting.capacities(performer))
    if form.validate():
        try:
            consent = consenting.request(
                current.session(),
                disclosure,
                performer,
                _wish(form, normal_email(form.email.data), form.language.data),
                film=_film(entry),
                seen=int(form.seen.data) if form.seen.data.isdecimal() else 0,
                by=current.actor(),
            )
        except Invalid as problem:
            form.blame(problem)
        else:
            flash(_("Sent to {email}. The link is good for 14 days.").format(email=consent.email), "success")
            return redirect(url_for("entries.consents", number=entry.number), 303)
    return _page(entry, known, asking=(performer.code, form), status=422)


@bp.post("/entries/<number>/consents/papers")
@guard(policies.own_entry, load=queries.entry_by_number)
def bring_paper(entry: Entry) -> ResponseReturnValue:
    """Take a signed paper for one person; a consent officer reads it once the file has proved sound."""
    known = queries.known_of(current.session(), entry)
    found = _performer(known.disclosure, request.form.get("person", ""))
    require(entry.state not in _GONE)
    if known.disclosure is None or found is None:
        abort(404)
    form = PaperForm(consenting.capacities(found))
    if form.validate():
        try:
            _bring(entry, known.disclosure, found, form)
        except Invalid as problem:
            form.blame(problem)
        else:
            flash(_("The paper has arrived. We check the file, then a consent officer reads it."), "success")
            return redirect(url_for("entries.consents", number=entry.number), 303)
    return _page(entry, known, bringing=(found.code, form), status=422)


def _bring(entry: Entry, disclosure: Disclosure, performer: Performer, form: PaperForm) -> None:
    wish = _wish(form, "", i18n.language())
    consenting.require_offerable(performer, wish)  # before the file is taken
    file = taken(entry, Slot.CONSENT, "paper")
    if file.state == AssetState.REFUSED:
        raise Invalid("paper", N_("Choose a PDF or a photo of the paper."))
    consent_papers.bring(current.session(), disclosure, performer, file.id, wish, film=_film(entry), by=current.actor())


def _wish(form: RequestForm | PaperForm, email: str, language: str) -> consenting.Wish:
    return consenting.Wish(
        email=email,
        language=language,
        capacity=SignerCapacity(form.capacity.data),
        media=tuple(Medium(code) for code in form.media.data),
        text=form.text.data,
    )


def _film(entry: Entry) -> consenting.Film:
    maker = entry.owner.native_name
    return consenting.Film(entry.number, entry.title_ko, entry.title_en or entry.number, maker, entry.edition_id)


def _page(
    entry: Entry,
    known: queries.Known,
    *,
    asking: tuple[str, RequestForm] | None = None,
    bringing: tuple[str, PaperForm] | None = None,
    status: int = 200,
) -> Response:
    rows = known.disclosure.performers if known.disclosure else []
    files = {asset.id: asset for asset in known.assets if asset.slot == Slot.CONSENT}
    people = [_person(row, _for(row, asking), _for(row, bringing), files) for row in rows]
    sent, suffix = (asking or bringing), ("" if asking else "paper-")
    return frame.task_page(
        entry,
        Task.CONSENTS,
        status=status,
        known=known,
        begun=known.disclosure is not None,
        people=people,
        summary=[(_anchor(field, suffix + sent[0]), text) for field, text in sent[1].problems()] if sent else [],
        editable=entry.state not in _GONE,
    )


def _for(row: Performer, sent: tuple[str, Any] | None) -> Any:
    return sent[1] if sent and sent[0] == row.code else None


def _anchor(field: str, code: str) -> str:
    return {"media": f"media-{code}-{Medium.FESTIVAL}", "main": "main"}.get(field, f"{field}-{code}")


def _person(row: Performer, form: RequestForm | None, paper_form: PaperForm | None, files: dict[int, Asset]) -> _Person:
    real = row.kind is not PerformerKind.SYN
    links = [one for one in row.consents if one.channel is Channel.LINK]
    newest = links[-1] if links else None
    papers = [_paper(one, files.get(one.asset_id or 0)) for one in row.consents if one.channel is Channel.PAPER]
    askable = real and bool(row.name and row.likeness)
    return _Person(
        code=row.code,
        name=row.name or name_of(row.kind),
        role=" · ".join(text for text in (row.part, name_of(row.kind), _used(row)) if text),
        real=real,
        state=_state_text(row, newest if links or not papers else row.consents[-1]),
        kind=_KINDS.get(row.consent_status, "warn"),
        consent=newest,
        form=(form or _fresh_form(row, newest)) if askable else None,
        may_declare=real and row.consent_status is ConsentStatus.PENDING,
        papers=papers,
        paper_form=(paper_form or _fresh_paper(row)) if askable else None,
    )


_PAPER_STATES = {
    ConsentState.REQUESTED: (N_("The file is being checked"), "info"),
    ConsentState.OPENED: (N_("Waits for a consent officer"), "info"),
    ConsentState.SIGNED: (N_("Read and confirmed"), "ok"),
    ConsentState.REVOKED: (N_("Withdrawn"), "bad"),
}


def _paper(one: Consent, file: Asset | None) -> _Paper:
    refused = N_("The file could not be read.") if one.verdict == consent_papers.UNSOUND else one.verdict
    state, kind = _PAPER_STATES.get(one.state, (refused, "bad"))
    own = file is not None and file.sealed_at is not None and file.uploaded_by_id == current.actor().person_id
    return _Paper(file.file_name if file else _("Paper"), _(state), kind, file.code if file and own else "")


def _fresh_paper(row: Performer) -> PaperForm:
    capacities = consenting.capacities(row)
    data: dict[str, Any] = {"capacity": capacities[0].value, "media": [medium.value for medium in _USES]}
    data["text"] = row.consents[-1].scope_text if row.consents else ""
    return PaperForm(capacities, formdata=None, data=data)


def _used(row: Performer) -> str:
    return ", ".join(name_of(Likeness(code)) for code in row.likeness)


_NOT_ASKED = N_("Not asked yet")


def _state_text(row: Performer, newest: Consent | None) -> str:
    unasked = row.consent_status is ConsentStatus.PENDING and newest is None
    return _(_NOT_ASKED) if unasked else name_of(row.consent_status)


def _fresh_form(row: Performer, newest: Consent | None) -> RequestForm:
    capacities = consenting.capacities(row)
    data: dict[str, Any] = {
        "email": newest.email if newest else "",
        "language": i18n.language(),
        "capacity": capacities[0].value,
        "media": [medium.value for medium in _USES],
        "text": newest.scope_text if newest else "",
        "seen": str(row.consents[-1].id) if row.consents else "0",
    }
    return RequestForm(capacities, formdata=None, data=data)
