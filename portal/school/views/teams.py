"""Teams: the office's page with all mentors on one form, the mentors' page, and one team's name and leader."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import policies
from portal.errors import Invalid, Stale
from portal.i18n import ngettext, translate
from portal.school import queries, service
from portal.school.forms import NewTeamForm, TeamForm
from portal.school.models import Cohort, Enrolment, Team
from portal.school.views.blueprint import bp
from portal.web import current
from portal.web.access import guard
from portal.web.pages import page

_ = translate


@bp.get("/ops/school/<code>/teams")
@guard(policies.manage_cohort, load=queries.cohort_by_code)
def teams(cohort: Cohort) -> Response:
    """Every team with its students and mentor."""
    return _teams_page(cohort)


@bp.post("/ops/school/<code>/teams")
@guard(policies.manage_cohort, load=queries.cohort_by_code)
def make_team(cohort: Cohort) -> ResponseReturnValue:
    """One team more."""
    form = NewTeamForm()
    if not form.validate():
        return _teams_page(cohort, form=form, status=422)
    service.make_team(current.session(), cohort, form.team_name.data or "", by=current.actor())
    return _back(cohort, _("Saved."))


@bp.post("/ops/school/<code>/teams/mentors")
@guard(policies.manage_cohort, load=queries.cohort_by_code)
def assign_mentors(cohort: Cohort) -> ResponseReturnValue:
    """Who answers for which team, for all of them at once."""
    session = current.session()
    teams = queries.teams(session, cohort.id)
    wanted = {team.id: _number(f"mentor-{team.code}") for team in teams if f"mentor-{team.code}" in request.form}
    seen = {team.id: _number(f"was-{team.code}") for team in teams}
    try:
        service.assign_mentors(session, cohort, wanted, seen=seen, by=current.actor())
    except Invalid as problem:
        return _teams_page(cohort, problem=problem.message, status=422)
    except Stale:
        said = _("Somebody else has given this team another mentor meanwhile. Look again, then save.")
        return _teams_page(cohort, problem=said, status=409)
    return _back(cohort, _("Saved."))


def _number(name: str) -> int | None:
    return request.form.get(name, None, int) or None


@bp.post("/ops/school/<code>/teams/spread")
@guard(policies.manage_cohort, load=queries.cohort_by_code)
def spread_mentors(cohort: Cohort) -> ResponseReturnValue:
    """The teams without a mentor get one each."""
    try:
        n = service.spread_mentors(current.session(), cohort, by=current.actor())
    except Invalid as problem:
        return _teams_page(cohort, problem=problem.message, status=422)
    return _back(cohort, ngettext("{n} team has a mentor now.", "{n} teams have a mentor now.", n).format(n=n))


def _back(cohort: Cohort, sentence: str) -> ResponseReturnValue:
    flash(sentence, "success")
    return redirect(url_for("school.teams", code=cohort.code))


def _teams_page(
    cohort: Cohort, *, form: NewTeamForm | None = None, problem: str | None = None, status: int = 200
) -> Response:
    form = form or NewTeamForm(formdata=None)
    return page(
        "school/teams.html",
        status=status,
        form=form,
        problems=form.problems() + ([("teams", problem)] if problem else []),
        **_shown(cohort),
    )


def _shown(cohort: Cohort) -> dict[str, Any]:
    """The teams with their students, who has none, and the mentors."""
    session = current.session()
    groups: dict[int | None, list[Enrolment]] = defaultdict(list)
    for place in queries.members(session, cohort.id):
        groups[place.team_id].append(place)
    found = [(team, groups[team.id]) for team in queries.teams(session, cohort.id)]
    mentors = queries.mentors(session, cohort.id)
    names = {person.id: person.native_name for person in mentors}
    return {"cohort": cohort, "teams": found, "alone": groups[None], "mentors": mentors, "names": names}


@bp.get("/school/<code>/teams")
@guard(policies.mentor_cohort, load=queries.cohort_by_code)
def mentored_teams(cohort: Cohort) -> Response:
    """The teams as their mentors read them; they name leaders, too."""
    return page("school/mentored_teams.html", **_shown(cohort), me_id=current.actor().person_id)


@bp.get("/school/teams/<code>")
@guard(policies.edit_team, load=queries.team_by_code)
def team(team: Team) -> Response:
    """A team's name and leader."""
    return _team_page(team, TeamForm.of(team))


@bp.post("/school/teams/<code>")
@guard(policies.edit_team, load=queries.team_by_code)
def save_team(team: Team) -> ResponseReturnValue:
    """Rename the team, name its leader."""
    form = TeamForm()
    _offer(form, team)
    if not form.validate():
        return _team_page(team, form, status=422)
    seen = (form.was_name.data or "", form.was_leader.data or None)
    name, leader_id = form.name.data or "", form.leader.data or None
    try:
        service.edit_team(current.session(), team, name=name, leader_id=leader_id, seen=seen, by=current.actor())
    except Invalid as problem:
        form.blame(problem)
        return _team_page(team, form, status=422)
    except Stale:
        return _team_page(team, form, status=409)
    flash(_("Saved."), "success")
    return redirect(_home(team))


def _home(team: Team) -> str:
    office = policies.manage_cohort(current.actor(), team.cohort)
    return url_for("school.teams" if office else "school.mentored_teams", code=team.cohort.code)


def _offer(form: TeamForm, team: Team) -> None:
    mates = queries.team_mates(current.session(), team.id)
    form.leader.choices = [(0, _("nobody yet")), *((one.id, one.native_name) for one in mates)]


def _team_page(team: Team, form: TeamForm, *, status: int = 200) -> Response:
    _offer(form, team)
    stale = status == 409
    return page("school/team.html", status=status, team=team, form=form, stale=stale, home=_home(team))
