"""Commands on teams: who is in which, who leads it, what it is called, which mentor answers for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit
from portal.errors import Invalid, Stale
from portal.i18n import N_
from portal.policies import Actor
from portal.school import queries
from portal.school.models import Cohort, Enrolment, Team
from portal.school.service.cohorts import held


def move(session: Session, place: Enrolment, team_id: int | None, *, seen: int | None, by: Actor) -> None:
    """Put a student into another team, or none; raises Stale where they are no longer in the team the form showed.

    Who led the old team leads it no longer. The last place of a team goes to whoever comes first.
    """
    cohort = held(session, place.cohort_id)
    session.refresh(place)
    before = place.team_id
    if before == team_id:
        return
    if before != seen:
        raise Stale
    if team_id is not None:
        _require_place(session, cohort, team_id)
    place.team_id = team_id
    session.execute(sa.update(Team).where(Team.id == before, Team.leader_id == place.person_id).values(leader_id=None))
    session.flush()
    audit.record(session, by, "student.moved", place, before=before, after=team_id)


def _require_place(session: Session, cohort: Cohort, team_id: int) -> None:
    if session.scalar(sa.select(Team.id).where(Team.id == team_id, Team.cohort_id == cohort.id)) is None:
        raise Invalid("team", N_("Choose a team of this class."))
    size = session.scalar(sa.select(sa.func.count()).where(Enrolment.team_id == team_id)) or 0
    if size >= cohort.team_limit:
        raise Invalid("team", N_("This team is full: it has {n} students."), n=size)


def make_team(session: Session, cohort: Cohort, name: str, *, by: Actor) -> Team:
    """A new team; a name that there is already means that team."""
    held(session, cohort.id)
    known = session.scalar(sa.select(Team).filter_by(cohort_id=cohort.id, name=name))
    if known is not None:
        return known
    team = Team(cohort_id=cohort.id, name=name)
    session.add(team)
    session.flush()
    audit.record(session, by, "team.made", team, name=name)
    return team


def edit_team(
    session: Session, team: Team, *, name: str, leader_id: int | None, seen: tuple[str, int | None], by: Actor
) -> None:
    """Rename a team and name its leader; `seen` is what the form showed of both, Stale that it has changed."""
    held(session, team.cohort_id)
    session.refresh(team, ["name", "leader_id"])
    before, wanted = (team.name, team.leader_id), (name, leader_id)
    if before == wanted:
        return
    if before != seen:
        raise Stale
    _require_free(session, team, name)
    if leader_id is not None and leader_id not in {one.id for one in queries.team_mates(session, team.id)}:
        raise Invalid("leader", N_("The leader is a student of the team."))
    team.name, team.leader_id = wanted
    session.flush()
    audit.record(session, by, "team.edited", team, before=before, after=wanted)


def _require_free(session: Session, team: Team, name: str) -> None:
    taken = sa.select(Team.id).where(Team.cohort_id == team.cohort_id, Team.name == name, Team.id != team.id)
    if session.scalar(taken) is not None:
        raise Invalid("name", N_("Another team of this class is called so."))


def assign_mentors(
    session: Session, cohort: Cohort, wanted: Mapping[int, int | None], *, seen: Mapping[int, int | None], by: Actor
) -> None:
    """Give teams their mentors, by the teams' ids; only mentors of the class can be.

    `seen` is what the form showed. A team that somebody else has given another mentor meanwhile raises Stale, unless
    this form leaves it alone.
    """
    held(session, cohort.id)
    allowed = {person.id for person in queries.mentors(session, cohort.id)}
    for team in queries.teams(session, cohort.id):
        session.refresh(team, ["mentor_id"])
        mentor_id = wanted.get(team.id, team.mentor_id)
        if mentor_id in (team.mentor_id, seen.get(team.id)):
            continue
        if team.mentor_id != seen.get(team.id):
            raise Stale
        if mentor_id is not None and mentor_id not in allowed:
            raise Invalid("main", N_("Choose a mentor of this class for “{team}”."), team=team.name)
        _assign(session, team, mentor_id, by=by)


def spread_mentors(session: Session, cohort: Cohort, *, by: Actor) -> int:
    """Give the teams without a mentor one each, so that every mentor has about as many; tells how many were given.

    What somebody has decided stays.
    """
    held(session, cohort.id)
    teams = {team.id: team for team in queries.teams(session, cohort.id)}
    mentors = [person.id for person in queries.mentors(session, cohort.id)]
    if not mentors:
        raise Invalid("main", N_("This class has no mentor yet. Invite one first."))
    given = spread({team.id: team.mentor_id for team in teams.values()}, mentors)
    for team_id, mentor_id in given.items():
        _assign(session, teams[team_id], mentor_id, by=by)
    return len(given)


def spread(teams: Mapping[int, int | None], mentors: Sequence[int]) -> dict[int, int]:
    """Mentors for the teams that have none of these, the least busy first; teams and mentors by their ids. Pure."""
    now = Counter(teams.values())
    busy = {one: now[one] for one in mentors}
    given: dict[int, int] = {}
    for team_id, mentor_id in teams.items():
        if mentor_id in mentors:
            continue
        given[team_id] = min(mentors, key=lambda one: busy[one])
        busy[given[team_id]] += 1
    return given


def _assign(session: Session, team: Team, mentor_id: int | None, *, by: Actor) -> None:
    before, team.mentor_id = team.mentor_id, mentor_id
    session.flush()
    audit.record(session, by, "team.mentor", team, before=before, after=mentor_id)
