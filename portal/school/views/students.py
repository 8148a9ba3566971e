"""One student of a class: what the list says, the team, the guardian, the mail that invites, and the way out."""

from __future__ import annotations

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import audit, policies
from portal.errors import Invalid, Stale
from portal.i18n import translate
from portal.school import queries, service
from portal.school.forms import GuardianForm, PaperForm, PlaceForm
from portal.school.guardians import queries as guardians
from portal.school.guardians import service as consents
from portal.school.guardians.phrases import state_name
from portal.school.models import Enrolment
from portal.school.views.blueprint import bp
from portal.web import current
from portal.web.access import guard
from portal.web.forms import Form
from portal.web.pages import page

_ = translate


@bp.get("/ops/school/<code>/students/<int:person_id>")
@guard(policies.manage_student, load=queries.student, writes=True)
def student(place: Enrolment) -> Response:
    """Everything the office does with one student; looking at a day of birth and a guardian is noted."""
    audit.record(current.session(), current.actor(), "student.viewed", place)
    return _page(place)


@bp.post("/ops/school/<code>/students/<int:person_id>")
@guard(policies.manage_student, load=queries.student)
def save_student(place: Enrolment) -> ResponseReturnValue:
    """Correct what the list says."""
    form = PlaceForm()
    if not form.validate():
        return _page(place, list_form=form, status=422)
    try:
        service.edit_student(current.session(), place, form.words(), seen=form.seen.data or "", by=current.actor())
    except Invalid as problem:
        form.blame(problem)
        return _page(place, list_form=form, status=422)
    except Stale:
        said = _("Somebody saved this student meanwhile. What you typed stands below; save again to keep it.")
        return _page(place, list_form=form, problems=[("number", said)], status=409)
    return _back(place, _("Saved."))


@bp.post("/ops/school/<code>/students/<int:person_id>/team")
@guard(policies.manage_student, load=queries.student)
def move_student(place: Enrolment) -> ResponseReturnValue:
    """Into another team, or out of every one."""
    wanted, seen = (request.form.get(name, "", str) for name in ("team", "was"))
    teams = {team.code: team.id for team in queries.teams(current.session(), place.cohort_id)}
    if wanted and wanted not in teams:
        return _page(place, problems=[("team", _("Choose a team of this class."))], status=422)
    try:
        service.move(current.session(), place, teams.get(wanted), seen=teams.get(seen), by=current.actor())
    except Invalid as problem:
        return _page(place, problems=[(problem.field, problem.message)], status=422)
    except Stale:
        said = _("Somebody else has moved this student meanwhile. Look at the team, then move again.")
        return _page(place, problems=[("team", said)], status=409)
    return _back(place, _("Saved."))


@bp.post("/ops/school/<code>/students/<int:person_id>/welcome")
@guard(policies.manage_student, load=queries.student)
def welcome_student(place: Enrolment) -> ResponseReturnValue:
    """Mail once more who has never signed in."""
    n = service.welcome_again(current.session(), place.cohort, [place.person_id], by=current.actor())
    return _back(place, _("Mailed again.") if n else _("This student has signed in already."))


@bp.post("/ops/school/<code>/students/<int:person_id>/out")
@guard(policies.manage_student, load=queries.student)
def take_out(place: Enrolment) -> ResponseReturnValue:
    """End the place; the entries stay."""
    name, code = place.person.native_name, place.cohort.code
    try:
        service.take_out(current.session(), place, by=current.actor())
    except Invalid as problem:
        return _page(place, problems=[("main", problem.message)], status=422)
    flash(_("Taken out of the class: {name}").format(name=name), "success")
    return redirect(url_for("school.cohort", code=code))


@bp.post("/ops/school/<code>/students/<int:person_id>/guardian")
@guard(policies.manage_student, load=queries.student)
def ask_guardian(place: Enrolment) -> ResponseReturnValue:
    """Mail the guardian the link to consent."""
    form = GuardianForm()
    if not form.validate():
        return _page(place, ask_form=form, status=422)
    guardian = consents.Guardian(
        form.ask_name.data or "", (form.ask_email.data or "").lower(), form.ask_language.data or "ko"
    )
    try:
        consents.ask(current.session(), place, guardian, by=current.actor())
    except Invalid as problem:
        form.blame(problem)
        return _page(place, ask_form=form, status=422)
    return _back(place, _("The link is on its way to the guardian."))


@bp.post("/ops/school/<code>/students/<int:person_id>/paper")
@guard(policies.manage_student, load=queries.student)
def note_paper(place: Enrolment) -> ResponseReturnValue:
    """Keep that a signed paper was seen, and where it is."""
    form = PaperForm()
    if not form.validate():
        return _page(place, paper_form=form, status=422)
    name, note = form.paper_name.data or "", form.paper_note.data or ""
    try:
        consents.note_paper(current.session(), place, name=name, note=note, by=current.actor())
    except Invalid as problem:
        form.blame(problem)
        return _page(place, paper_form=form, status=422)
    return _back(place, _("The paper is noted."))


@bp.post("/ops/school/<code>/students/<int:person_id>/revoke")
@guard(policies.manage_student, load=queries.student)
def revoke_consent(place: Enrolment) -> ResponseReturnValue:
    """A guardian has written to the office: take the consent back for them."""
    session = current.session()
    standing = guardians.standing_consent(session, place)
    try:
        if standing is not None:
            consents.revoke(session, standing, by=current.actor())
    except Invalid as problem:
        return _page(place, problems=[("main", problem.message)], status=422)
    return _back(place, _("The consent is taken back."))


def _back(place: Enrolment, sentence: str) -> ResponseReturnValue:
    flash(sentence, "success")
    return redirect(url_for("school.student", code=place.cohort.code, person_id=place.person_id))


def _page(
    place: Enrolment,
    *,
    list_form: PlaceForm | None = None,
    ask_form: GuardianForm | None = None,
    paper_form: PaperForm | None = None,
    problems: list[tuple[str, str]] | None = None,
    status: int = 200,
) -> Response:
    session = current.session()
    known = {"ask_name": place.guardian_name, "ask_email": place.guardian_email, "ask_language": "ko"}
    forms: list[Form | None] = [list_form, ask_form, paper_form]
    found = [one for form in forms if form for one in form.problems()] + (problems or [])
    return page(
        "school/student.html",
        status=status,
        place=place,
        row=guardians.row_of(session, place),
        arrived=queries.arrived(session, place.person_id),
        teams=queries.teams(session, place.cohort_id),
        consents=guardians.consents_of(session, place),
        state_name=state_name,
        list_form=list_form or PlaceForm.of(place),
        stamp=service.stamp_of(place),
        ask_form=ask_form or GuardianForm(formdata=None, data=known),
        paper_form=paper_form or PaperForm(formdata=None),
        problems=found,
        errors=dict(problems or []),
    )
