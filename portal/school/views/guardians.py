"""The matrix of guardians' consents: who needs one, who has it, whom to ask, and the forms to print."""

from __future__ import annotations

from flask import Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal import audit, clock, policies
from portal.i18n import language, ngettext, pick, translate
from portal.school import queries
from portal.school.guardians import papers
from portal.school.guardians import queries as guardians
from portal.school.guardians import service as consents
from portal.school.guardians.age import OF_AGE
from portal.school.guardians.phrases import state_name
from portal.school.guardians.words import consent_text
from portal.school.models import Cohort
from portal.school.views.blueprint import bp
from portal.web import current
from portal.web.access import guard
from portal.web.pages import download, page

_ = translate


@bp.get("/ops/school/<code>/guardians")
@guard(policies.manage_cohort, load=queries.cohort_by_code, writes=True)
def guardian_matrix(cohort: Cohort) -> Response:
    """Everybody with their age on the festival's first day and their guardian's word; each look is noted."""
    session = current.session()
    audit.record(session, current.actor(), "guardians.viewed", cohort)
    rows = guardians.matrix(session, cohort)
    lacking = [row for row in rows if row.lacking]
    unasked = [row for row in lacking if not row.open]
    return page(
        "school/guardians.html",
        cohort=cohort,
        edition=queries.edition_of(session, cohort),
        rows=rows,
        lacking=lacking,
        askable=[row for row in unasked if row.place.guardian_name and row.place.guardian_email],
        waiting=[row for row in lacking if row.open],
        needed=[row for row in rows if row.needed],
        of_age=OF_AGE,
        state_name=state_name,
    )


@bp.post("/ops/school/<code>/guardians/ask")
@guard(policies.manage_cohort, load=queries.cohort_by_code)
def ask_guardians(cohort: Cohort) -> ResponseReturnValue:
    """Mail every guardian who is needed, not asked yet, and whose address is known."""
    done = consents.ask_missing(current.session(), cohort, language=language(), by=current.actor())
    said = ngettext("{n} guardian asked.", "{n} guardians asked.", done.asked).format(n=done.asked)
    flash(said, "success")
    if done.unreachable:
        more = ngettext("{n} has no address on the list yet.", "{n} have no address on the list yet.", done.unreachable)
        flash(more.format(n=done.unreachable), "warning")
    return redirect(url_for("school.guardian_matrix", code=cohort.code))


@bp.post("/ops/school/<code>/guardians/remind")
@guard(policies.manage_cohort, load=queries.cohort_by_code)
def remind_guardians(cohort: Cohort) -> ResponseReturnValue:
    """Mail those who have not answered once more."""
    n = consents.remind(current.session(), cohort, by=current.actor())
    flash(ngettext("{n} guardian reminded.", "{n} guardians reminded.", n).format(n=n), "success")
    return redirect(url_for("school.guardian_matrix", code=cohort.code))


@bp.get("/ops/school/<code>/guardians/forms")
@guard(policies.manage_cohort, load=queries.cohort_by_code, writes=True)
def guardian_forms(cohort: Cohort) -> ResponseReturnValue:
    """A page to sign for each student who lacks a consent."""
    session = current.session()
    edition, lacking = queries.edition_of(session, cohort), guardians.missing(session, cohort.id)
    if not lacking:
        flash(_("Nobody lacks a consent."), "info")
        return redirect(url_for("school.guardian_matrix", code=cohort.code))
    audit.record(session, current.actor(), "guardians.printed", cohort, students=len(lacking))
    name = pick(cohort.name_ko, cohort.name_en)
    forms = [papers.Form(one.name, name, consent_text(one.name, cohort, edition)) for one in lacking]
    title = _("Guardian's consent")
    made = papers.paper(forms, title=f"{title} · {name}", made_at=clock.now())
    return download(made, name=f"guardians-{cohort.code}.pdf", content_type="application/pdf")
