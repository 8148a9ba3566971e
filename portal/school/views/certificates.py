"""Certificates: the office marks who has completed, students take theirs along, and anybody checks a number."""

from __future__ import annotations

import re
from collections.abc import Sequence

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import audit, clock, links, policies
from portal.i18n import korean_day, language, ngettext, pick, translate
from portal.school import certificates, queries, service
from portal.school.models import Cohort, Enrolment
from portal.school.views.blueprint import bp
from portal.web import current
from portal.web.access import guard
from portal.web.pages import download, page

_ = translate
_PDF = "application/pdf"
_MOST_SHOWN = 24


@bp.get("/ops/school/<code>/certificates")
@guard(policies.manage_cohort, load=queries.cohort_by_code)
def certificate_desk(cohort: Cohort) -> Response:
    """Who has completed the class."""
    return _desk_page(cohort)


@bp.post("/ops/school/<code>/certificates")
@guard(policies.manage_cohort, load=queries.cohort_by_code)
def complete(cohort: Cohort) -> ResponseReturnValue:
    """Mark the ticked students as having completed the class."""
    chosen = request.form.getlist("student", type=int)
    if not chosen:
        return _desk_page(cohort, problem=_("Tick the students who have completed the class."), status=422)
    n = service.complete(current.session(), cohort, chosen, by=current.actor())
    flash(ngettext("{n} certificate given.", "{n} certificates given.", n).format(n=n), "success")
    return redirect(url_for("school.certificate_desk", code=cohort.code))


@bp.post("/ops/school/<code>/students/<int:person_id>/void")
@guard(policies.manage_student, load=queries.student)
def void_certificate(place: Enrolment) -> ResponseReturnValue:
    """Take a certificate back."""
    service.take_back(current.session(), place, by=current.actor())
    flash(_("The certificate is void: {name}").format(name=place.person.native_name), "success")
    return redirect(url_for("school.certificate_desk", code=place.cohort.code))


def _desk_page(cohort: Cohort, *, problem: str | None = None, status: int = 200) -> Response:
    students = queries.roster(current.session(), cohort.id)
    return page("school/certificates.html", status=status, cohort=cohort, students=students, problem=problem)


@bp.get("/ops/school/<code>/certificates/paper")
@guard(policies.manage_cohort, load=queries.cohort_by_code, writes=True)
def certificate_papers(cohort: Cohort) -> ResponseReturnValue:
    """All certificates of the class in one file; each print is noted."""
    session = current.session()
    places = [place for place in queries.members(session, cohort.id) if place.certificate]
    if not places:
        flash(_("Nobody has completed this class yet."), "info")
        return redirect(url_for("school.certificate_desk", code=cohort.code))
    audit.record(session, current.actor(), "certificates.printed", cohort, certificates=len(places))
    return _paper(cohort, places, name=f"certificates-{cohort.code}-{language()}.pdf")


@bp.get("/school/certificates/<number>")
@guard(policies.read_certificate, load=queries.certified)
def certificate(place: Enrolment) -> Response:
    """One's own certificate."""
    return _paper(place.cohort, [place], name=f"certificate-{place.certificate}-{language()}.pdf")


def _paper(cohort: Cohort, places: Sequence[Enrolment], *, name: str) -> Response:
    session = current.session()
    edition, address = queries.edition_of(session, cohort), links.of(session)
    pages = [
        certificates.Certificate(
            number=place.certificate or "",
            name=place.person.shown_in(language()),
            other_name=place.person.shown_in("en" if language() == "ko" else "ko"),
            cohort=pick(cohort.name_ko, cohort.name_en),
            festival=pick(edition.name_ko, edition.name_en),
            starts_on=cohort.starts_on,
            ends_on=cohort.ends_on,
            completed_on=korean_day(place.completed_at or clock.now()),
            address=address.certificate(place.certificate or ""),
        )
        for place in places
    ]
    return download(certificates.paper(pages, made_at=clock.now()), name=name, content_type=_PDF)


@bp.get("/verify")
@guard(policies.anyone)
def check() -> ResponseReturnValue:
    """Where somebody types a certificate's number."""
    number = re.sub(r"[\s-]", "", request.args.get("number", "")).upper()
    if number:
        return redirect(url_for("school.verify", number=number[:_MOST_SHOWN]))
    return page("school/verify.html", number="", place=None)


@bp.get("/verify/<number>")
@guard(policies.anyone)
def verify(number: str) -> ResponseReturnValue:
    """What a certificate's number stands for; an unknown one gets the same page, saying so."""
    place = queries.certified(current.session(), number.upper())
    return page("school/verify.html", status=200 if place else 404, number=number[:_MOST_SHOWN], place=place)
