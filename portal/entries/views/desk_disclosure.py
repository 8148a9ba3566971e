"""The desk's page of what an entry declares: the rules with their waivers, the revisions, the change that waits."""

from __future__ import annotations

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import policies
from portal.disclosure import queries as disclosures
from portal.disclosure.publication import published
from portal.disclosure.revisions import amendments
from portal.disclosure.rows import ledger_from
from portal.disclosure.rules import fields as rule_fields
from portal.disclosure.rules import waivers
from portal.disclosure.rules.policies import PolicyResult
from portal.entries import judging, queries, service
from portal.entries.models import Entry
from portal.entries.views.amendments import told
from portal.entries.views.blueprint import bp
from portal.entries.views.desk import desk_page
from portal.errors import Invalid
from portal.i18n import translate
from portal.web import current
from portal.web.access import guard, require
from portal.web.forms import tidy
from portal.web.pages import page

_ = translate
_MOST = 1000


@bp.get("/ops/amendments")
@guard(policies.enter_desk)
def amendments_waiting() -> Response:
    """The changes that declare less AI after the deadline, until an organizer has answered."""
    found = queries.amendments_waiting(current.session(), current.actor())
    return page("entries/amendments_waiting.html", found=found, reason_in_words=amendments.reason_in_words)


@bp.get("/ops/entries/<number>/disclosure")
@guard(policies.desk_entry, load=queries.entry_by_number)
def desk_disclosure(entry: Entry) -> Response:
    """What was declared, how it fares before the rules it came under, and every change of it."""
    return _page(entry)


@bp.post("/ops/entries/<number>/amendment")
@guard(policies.check_eligibility, load=queries.entry_by_number)
def settle_amendment(entry: Entry) -> ResponseReturnValue:
    """Accept a change that declares less AI, or send it back with the reason."""
    answer, approved = tidy(request.form.get("answer"))[:_MOST], "accept" in request.form
    try:
        service.settle_amendment(current.session(), entry, answer, approved=approved, by=current.actor())
    except Invalid as problem:
        return _page(entry, problem=("answer", problem.message), status=422)
    return _back(entry, _("Accepted: {number}") if approved else _("Sent back: {number}"))


@bp.post("/ops/entries/<number>/waivers")
@guard(policies.check_eligibility, load=queries.entry_by_number)
def waive(entry: Entry) -> ResponseReturnValue:
    """Let one rule go for this film, or have it hold again."""
    session, code = current.session(), request.form.get("code", "")
    disclosure = disclosures.disclosure_of(session, entry.id)
    require(disclosure is not None)
    assert disclosure is not None
    if "again" in request.form:
        waivers.take_back(session, disclosure, code, by=current.actor())
        return _back(entry, _("The rule holds again: {number}"))
    try:
        waivers.grant(session, disclosure, code, tidy(request.form.get("reason"))[:_MOST], by=current.actor())
    except Invalid as problem:
        field = f"reason-{code}" if code in rule_fields.TITLES else "rules"
        return _page(entry, problem=(field, problem.message), status=422)
    return _back(entry, _("The rule is let go: {number}"))


def _back(entry: Entry, sentence: str) -> ResponseReturnValue:
    flash(sentence.format(number=entry.number), "success")
    return redirect(url_for("entries.desk_disclosure", number=entry.number), 303)


def _page(entry: Entry, *, problem: tuple[str, str] | None = None, status: int = 200) -> Response:
    session = current.session()
    known = queries.known_of(session, entry)
    return desk_page(
        entry,
        "disclosure",
        status=status,
        problem=problem,
        rules=_results(entry, known),
        titles=rule_fields.TITLES,
        rules_version=entry.rules_version or entry.category.rules_version,
        in_force=entry.category.rules_version,
        disclosed=published(session, entry.id),
        **told(entry, known.disclosure),
    )


def _results(entry: Entry, known: queries.Known) -> list[PolicyResult]:
    disclosure = known.disclosure
    if disclosure is None:
        return []
    ledger = ledger_from(disclosure.ledger, disclosure.performers)
    return judging.results(current.session(), entry, disclosure, ledger, known.assets)
