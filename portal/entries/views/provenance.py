"""The organizers' report on one entry: what its files say beside what its form says, and how that was settled."""

from __future__ import annotations

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import policies
from portal.disclosure.crosscheck import queries as crosschecks
from portal.disclosure.crosscheck import service as findings
from portal.disclosure.crosscheck.words import spoken
from portal.entries import queries
from portal.entries.models import Entry
from portal.entries.views.blueprint import bp
from portal.entries.views.clips import finding_here, said_by
from portal.entries.views.desk import desk_page
from portal.errors import Invalid
from portal.i18n import translate
from portal.web import current
from portal.web.access import guard
from portal.web.forms import tidy

_ = translate


@bp.get("/ops/entries/<number>/provenance")
@guard(policies.check_eligibility, load=queries.entry_by_number)
def desk_provenance(entry: Entry) -> Response:
    """Every file with its credentials, and every finding with the makers' answer."""
    return _page(entry)


@bp.post("/ops/entries/<number>/provenance/<code>")
@guard(policies.check_eligibility, load=queries.entry_beside)
def settle_finding(entry: Entry) -> ResponseReturnValue:
    """Settle a finding with the reason, or note what was seen by hand."""
    session, actor, finding = current.session(), current.actor(), finding_here(entry)
    try:
        findings.note_check(session, finding, tidy(request.form.get("manual_check")), by=actor)
        if "settle" in request.form:
            findings.settle(session, finding, tidy(request.form.get("note")), by=actor)
    except Invalid as problem:
        return _page(entry, status=422, problem=(f"note-{finding.code}", problem.message))
    flash(_("Saved."), "success")
    return redirect(url_for("entries.desk_provenance", number=entry.number))


def _page(entry: Entry, *, status: int = 200, problem: tuple[str, str] | None = None) -> Response:
    session = current.session()
    return desk_page(
        entry,
        "provenance",
        status=status,
        problem=problem,
        said=[said_by(one) for one in queries.examined_files(session, entry.id)],
        findings=[spoken(row) for row in crosschecks.findings(session, entry.id)],
    )
