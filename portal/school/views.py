"""The organizers' pages about classes: made, filled from a list with a preview, given their mentors."""

from __future__ import annotations

from contextlib import closing

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import policies
from portal.calls import queries as calls
from portal.calls.models import Call, CallKind
from portal.errors import Invalid
from portal.i18n import ngettext, pick, translate
from portal.school import queries, roster, service
from portal.school.forms import CohortForm, MentorForm
from portal.school.models import Cohort
from portal.school.roster import ClassList
from portal.web import current
from portal.web.access import guard, require
from portal.web.pages import page

bp = Blueprint("school", __name__)
_ = translate


@bp.get("/ops/school")
@guard(policies.enter_desk)
def cohorts() -> Response:
    """All classes with their size, and the form for a new one."""
    return _cohorts_page(CohortForm(formdata=None))


@bp.post("/ops/school")
@guard(policies.enter_desk)
def make_cohort() -> ResponseReturnValue:
    """A new class of a school's call."""
    form = _with_calls(CohortForm())
    if not form.validate():
        return _cohorts_page(form, status=422)
    session = current.session()
    call = next(one for one in _school_calls() if str(one.id) == form.call.data)
    require(policies.organize(current.actor(), call.edition))
    try:
        cohort = service.make_cohort(
            session,
            call,
            name_ko=form.name_ko.data or "",
            name_en=form.name_en.data or "",
            starts_on=form.starts_on.day,
            ends_on=form.ends_on.day,
            by=current.actor(),
        )
    except Invalid as problem:
        form.blame(problem)
        return _cohorts_page(form, status=422)
    return redirect(url_for("school.cohort", code=cohort.code))


def _school_calls() -> list[Call]:
    editions = queries.managed_editions(current.session(), current.actor())
    found = [call for edition in editions for call in calls.calls_of(current.session(), edition.id)]
    return [call for call in found if call.kind == CallKind.SCHOOL]


def _with_calls(form: CohortForm) -> CohortForm:
    form.call.choices = [(str(call.id), pick(call.name_ko, call.name_en)) for call in _school_calls()]
    return form


def _cohorts_page(form: CohortForm, *, status: int = 200) -> Response:
    rows = queries.managed_cohorts(current.session(), current.actor())
    return page("school/cohorts.html", status=status, rows=rows, form=_with_calls(form))


@bp.get("/ops/school/<code>")
@guard(policies.manage_cohort, load=queries.cohort_by_code)
def cohort(cohort: Cohort) -> Response:
    """A class with its mentors, its list, and the forms to add to both."""
    return _cohort_page(cohort, MentorForm(formdata=None))


@bp.post("/ops/school/<code>/mentors")
@guard(policies.manage_cohort, load=queries.cohort_by_code)
def invite_mentor(cohort: Cohort) -> ResponseReturnValue:
    """Mail somebody an invitation to mentor the class."""
    form = MentorForm()
    if not form.validate():
        return _cohort_page(cohort, form, status=422)
    email, name = (form.email.data or "").lower(), form.name.data or ""
    try:
        service.invite_mentor(current.session(), cohort, email=email, name=name, by=current.actor())
    except Invalid as problem:
        form.blame(problem)
        return _cohort_page(cohort, form, status=422)
    flash(_("Invited: {name}").format(name=name), "success")
    return redirect(url_for("school.cohort", code=cohort.code))


@bp.post("/ops/school/<code>/preview")
@guard(policies.manage_cohort, load=queries.cohort_by_code)
def preview(cohort: Cohort) -> Response:
    """What a class list would do, before it does anything."""
    sent = request.files.get("list")
    if sent is None or not sent.filename:
        return _cohort_page(cohort, MentorForm(formdata=None), status=422, problem=_("Choose a CSV file."))
    with closing(sent):
        return _preview_page(cohort, roster.read(sent.read()))


@bp.post("/ops/school/<code>/enrol")
@guard(policies.manage_cohort, load=queries.cohort_by_code)
def enrol(cohort: Cohort) -> ResponseReturnValue:
    """Enrol everybody on a list that was looked through."""
    found = roster.read(request.form.get("list", "").encode())
    if found.mistakes or not found.students:
        return _preview_page(cohort, found)
    added = service.enrol(current.session(), cohort, found.students, by=current.actor())
    flash(ngettext("{n} student added.", "{n} students added.", added).format(n=added), "success")
    return redirect(url_for("school.cohort", code=cohort.code))


def _preview_page(cohort: Cohort, found: ClassList) -> Response:
    known = {row.email for row in queries.roster(current.session(), cohort.id)}
    return page(
        "school/preview.html",
        status=422 if found.mistakes else 200,
        cohort=cohort,
        found=found,
        known=known,
        text=roster.write(found.students),
    )


def _cohort_page(cohort: Cohort, form: MentorForm, *, status: int = 200, problem: str | None = None) -> Response:
    session = current.session()
    return page(
        "school/cohort.html",
        status=status,
        cohort=cohort,
        form=form,
        problem=problem,
        students=queries.roster(session, cohort.id),
        mentors=queries.mentors(session, cohort.id),
        columns=roster.COLUMNS,
    )
