"""The task of consents: who has to agree, how far it is, and the request that asks them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import i18n, policies
from portal.accounts.addresses import normal_email
from portal.disclosure import consents as consenting
from portal.disclosure.codes import ConsentStatus, Likeness, Medium, PerformerKind, SignerCapacity
from portal.disclosure.models import Consent, Disclosure, Performer
from portal.disclosure.phrases import name_of
from portal.entries import queries
from portal.entries.checklist import Task
from portal.entries.models import Entry
from portal.entries.views import frame
from portal.entries.views.blueprint import bp
from portal.entries.views.forms import RequestForm
from portal.errors import Invalid
from portal.i18n import N_, translate
from portal.lifecycles import EntryState
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
                _wish(form),
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


def _wish(form: RequestForm) -> consenting.Wish:
    return consenting.Wish(
        email=normal_email(form.email.data),
        language=form.language.data,
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
    status: int = 200,
) -> Response:
    rows = known.disclosure.performers if known.disclosure else []
    people = [_person(row, asking[1] if asking and asking[0] == row.code else None) for row in rows]
    problems = asking[1].problems() if asking else []
    return frame.task_page(
        entry,
        Task.CONSENTS,
        status=status,
        known=known,
        begun=known.disclosure is not None,
        people=people,
        summary=[(_anchor(field, asking[0]), text) for field, text in problems] if asking else [],
        editable=entry.state not in _GONE,
    )


def _anchor(field: str, code: str) -> str:
    return {"media": f"media-{code}-{Medium.FESTIVAL}", "main": "main"}.get(field, f"{field}-{code}")


def _person(row: Performer, form: RequestForm | None) -> _Person:
    real = row.kind is not PerformerKind.SYN
    newest = row.consents[-1] if row.consents else None
    askable = real and bool(row.name and row.likeness)
    return _Person(
        code=row.code,
        name=row.name or name_of(row.kind),
        role=" · ".join(text for text in (row.part, name_of(row.kind), _used(row)) if text),
        real=real,
        state=_state_text(row, newest),
        kind=_KINDS.get(row.consent_status, "warn"),
        consent=newest,
        form=(form or _fresh_form(row, newest)) if askable else None,
        may_declare=real and row.consent_status is ConsentStatus.PENDING,
    )


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
        "seen": str(newest.id) if newest else "0",
    }
    return RequestForm(capacities, formdata=None, data=data)
