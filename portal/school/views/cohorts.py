"""Classes: made, changed, filled from a list with a preview or one by one, given their mentors."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing

from flask import Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import policies
from portal.calls.models import Call
from portal.errors import Invalid, InvalidMany, Stale
from portal.i18n import ngettext, pick, translate
from portal.school import preview as previews
from portal.school import queries, roster, service
from portal.school.forms import NEW_CALL, CohortForm, MentorForm, SettingsForm, StudentForm
from portal.school.models import Cohort
from portal.school.roster import ClassList
from portal.school.views.blueprint import bp
from portal.web import current
from portal.web.access import guard, require
from portal.web.pages import page

_ = translate


@bp.get("/ops/school")
@guard(policies.enter_desk)
def cohorts() -> Response:
    """All classes with their size, and the form for a new one."""
    return _cohorts_page(CohortForm(formdata=None))


@bp.post("/ops/school")
@guard(policies.enter_desk)
def make_cohort() -> ResponseReturnValue:
    """A new class, and its call where it needs one of its own."""
    form, known = CohortForm(), queries.school_calls(current.session(), current.actor())
    _offer(form, known)
    if not form.validate():
        return _cohorts_page(form, status=422)
    new = form.call.data == NEW_CALL
    try:
        call = _new_call(form) if new else next(one for one in known if str(one.id) == form.call.data)
        require(policies.organize(current.actor(), call.edition))
        cohort = service.make_cohort(current.session(), call, **_names_and_days(form), by=current.actor())
    except Invalid as problem:
        form.blame(problem)
        return _cohorts_page(form, status=422)
    if new:
        flash(_("The class has a call of its own. Write its rules and publish it, so that students can enter."), "info")
    return redirect(url_for("school.cohort", code=cohort.code))


def _new_call(form: CohortForm) -> Call:
    editions = queries.managed_editions(current.session(), current.actor())
    edition = editions[0] if editions else abort(404)
    slug = form.slug.data or ""
    call = service.make_call(current.session(), edition, slug, **_names_and_days(form), by=current.actor())
    current.session().refresh(call, ["edition"])
    return call


def _names_and_days(form: CohortForm) -> service.NamesAndDays:
    return {
        "name_ko": form.name_ko.data or "",
        "name_en": form.name_en.data or "",
        "starts_on": form.starts_on.day,
        "ends_on": form.ends_on.day,
    }


def _offer(form: CohortForm, known: Sequence[Call]) -> None:
    there = [(str(call.id), pick(call.name_ko, call.name_en)) for call in known]
    form.call.choices = [*there, (NEW_CALL, _("A new call, made with the class"))]


def _cohorts_page(form: CohortForm, *, status: int = 200) -> Response:
    session, actor = current.session(), current.actor()
    _offer(form, queries.school_calls(session, actor))
    rows = queries.managed_cohorts(session, actor)
    return page("school/cohorts.html", status=status, rows=rows, form=form, new_call=NEW_CALL)


@bp.get("/ops/school/<code>")
@guard(policies.manage_cohort, load=queries.cohort_by_code)
def cohort(cohort: Cohort) -> Response:
    """A class with its mentors, its list, and the forms to add to both."""
    return _cohort_page(cohort)


@bp.post("/ops/school/<code>/mentors")
@guard(policies.manage_cohort, load=queries.cohort_by_code)
def invite_mentor(cohort: Cohort) -> ResponseReturnValue:
    """Mail somebody an invitation to mentor the class."""
    form = MentorForm()
    if not form.validate():
        return _cohort_page(cohort, mentor=form, status=422)
    email, name = (form.email.data or "").lower(), form.name.data or ""
    try:
        service.invite_mentor(current.session(), cohort, email=email, name=name, by=current.actor())
    except Invalid as problem:
        form.blame(problem)
        return _cohort_page(cohort, mentor=form, status=422)
    flash(_("Invited: {name}").format(name=name), "success")
    return redirect(url_for("school.cohort", code=cohort.code))


@bp.post("/ops/school/<code>/students")
@guard(policies.manage_cohort, load=queries.cohort_by_code)
def add_student(cohort: Cohort) -> ResponseReturnValue:
    """Enrol one student; a mail tells them."""
    form = StudentForm()
    if not form.validate():
        return _cohort_page(cohort, student=form, status=422)
    student = form.student()
    try:
        added = service.add_student(current.session(), cohort, student, by=current.actor())
    except InvalidMany as problem:
        form.blame(problem)
        return _cohort_page(cohort, student=form, status=422)
    said = _("Added: {name}") if added else _("Enrolled already: {name}")
    flash(said.format(name=student.native_name), "success" if added else "info")
    return redirect(url_for("school.cohort", code=cohort.code))


@bp.post("/ops/school/<code>/welcome")
@guard(policies.manage_cohort, load=queries.cohort_by_code)
def welcome_again(cohort: Cohort) -> ResponseReturnValue:
    """Mail everybody who has never signed in once more."""
    everybody = [row.id for row in queries.roster(current.session(), cohort.id)]
    n = service.welcome_again(current.session(), cohort, everybody, by=current.actor())
    flash(ngettext("Mailed again: {n} student.", "Mailed again: {n} students.", n).format(n=n), "success")
    return redirect(url_for("school.cohort", code=cohort.code))


@bp.post("/ops/school/<code>/preview")
@guard(policies.manage_cohort, load=queries.cohort_by_code)
def preview(cohort: Cohort) -> Response:
    """What a class list would do, before it does anything."""
    sent = request.files.get("list")
    if sent is None or not sent.filename:
        return _cohort_page(cohort, status=422, problem=_("Choose a CSV file."))
    with closing(sent):
        return _preview_page(cohort, roster.read(sent.read()))


@bp.post("/ops/school/<code>/enrol")
@guard(policies.manage_cohort, load=queries.cohort_by_code)
def enrol(cohort: Cohort) -> ResponseReturnValue:
    """Enrol everybody on a list that was looked through."""
    found = roster.read(request.form.get("list", "").encode())
    if found.mistakes or not found.students:
        return _preview_page(cohort, found, status=422)
    try:
        added = service.enrol(current.session(), cohort, found.students, by=current.actor())
    except InvalidMany:
        current.session().rollback()
        return _preview_page(cohort, found, status=422)
    flash(ngettext("{n} student added.", "{n} students added.", added).format(n=added), "success")
    return redirect(url_for("school.cohort", code=cohort.code))


def _preview_page(cohort: Cohort, found: ClassList, *, status: int = 200) -> Response:
    seen = previews.look(found.students, queries.standing(current.session(), cohort))
    mistakes = sorted([*found.mistakes, *seen.mistakes], key=lambda one: one.line)
    return page(
        "school/preview.html",
        status=422 if mistakes else status,
        cohort=cohort,
        seen=seen,
        mistakes=mistakes,
        text=roster.write(found.students),
    )


def _cohort_page(
    cohort: Cohort,
    *,
    mentor: MentorForm | None = None,
    student: StudentForm | None = None,
    status: int = 200,
    problem: str | None = None,
) -> Response:
    session = current.session()
    students = queries.roster(session, cohort.id)
    return page(
        "school/cohort.html",
        status=status,
        cohort=cohort,
        call=queries.call_of(session, cohort),
        mentor_form=mentor or MentorForm(formdata=None),
        student_form=student or StudentForm(formdata=None),
        problem=problem,
        students=students,
        unseen=sum(not row.arrived for row in students),
        teams=[team.name for team in queries.teams(session, cohort.id)],
        mentors=queries.mentors(session, cohort.id),
        columns=roster.COLUMNS,
    )


@bp.get("/ops/school/<code>/settings")
@guard(policies.manage_cohort, load=queries.cohort_by_code)
def settings(cohort: Cohort) -> Response:
    """What the class goes by."""
    return _settings_page(cohort, SettingsForm.of(cohort))


@bp.post("/ops/school/<code>/settings")
@guard(policies.manage_cohort, load=queries.cohort_by_code)
def save_settings(cohort: Cohort) -> ResponseReturnValue:
    """Change it; a form older than the class is told so and keeps what was typed."""
    form = SettingsForm()
    if not form.validate():
        return _settings_page(cohort, form, status=422)
    try:
        service.edit_cohort(current.session(), cohort, form.draft(), rev=form.rev.data or 0, by=current.actor())
    except Invalid as problem:
        form.blame(problem)
        return _settings_page(cohort, form, status=422)
    except Stale:
        return _settings_page(cohort, form, status=409)
    flash(_("Saved."), "success")
    return redirect(url_for("school.settings", code=cohort.code))


def _settings_page(cohort: Cohort, form: SettingsForm, *, status: int = 200) -> Response:
    call = queries.call_of(current.session(), cohort)
    return page("school/settings.html", status=status, cohort=cohort, form=form, call=call, stale=status == 409)
