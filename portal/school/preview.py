"""What a class list would do to a class: teams with their sizes, what changes for whom, and what cannot be. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from portal.i18n import N_
from portal.school.roster import Mistake, Student


@dataclass(frozen=True, slots=True)
class Place:
    """A student's place in the class as it stands."""

    team: str = ""
    number: str = ""
    born_on: date | None = None
    guardian: str = ""
    guardian_email: str = ""


@dataclass(frozen=True, slots=True)
class Led:
    """Who leads a team that there is, and who mentors it, by their addresses."""

    leader: str = ""
    mentor: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """A class as it stands: its rules, its students by their addresses, its teams by name, its mentors' addresses."""

    team_limit: int
    minors: bool = False
    places: Mapping[str, Place] = field(default_factory=dict)
    teams: Mapping[str, Led] = field(default_factory=dict)
    mentors: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the list; `changes` names (as msgids) what changes for who is enrolled already."""

    student: Student
    new: bool
    team: str
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TeamSize:
    """A team as it will be."""

    name: str
    size: int
    new: bool
    leader: str
    mentor: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be, and every reason why it cannot be."""

    lines: tuple[Line, ...]
    teams: tuple[TeamSize, ...]
    mistakes: tuple[Mistake, ...]


def look(students: Sequence[Student], now: Standing) -> Preview:
    """What a list would change; a column that is empty or absent leaves everything as it is."""
    lines = tuple(_line(one, now.places.get(one.email)) for one in students)
    mistakes = sorted(_mistakes(lines, now), key=lambda one: one.line)
    return Preview(lines, tuple(_teams(lines, now)), tuple(mistakes))


def _line(student: Student, place: Place | None) -> Line:
    if place is None:
        return Line(student, True, student.team, ())
    said = (
        (N_("Team"), student.team, place.team),
        (N_("Number"), student.number, place.number),
        (N_("Day of birth"), student.born_on, place.born_on),
        (N_("Guardian"), student.guardian, place.guardian),
        (N_("Guardian's e-mail"), student.guardian_email, place.guardian_email),
    )
    changes = tuple(name for name, wanted, there in said if wanted and wanted != there)
    return Line(student, False, student.team or place.team, changes)


def _teams(lines: Sequence[Line], now: Standing) -> Iterator[TeamSize]:
    """Every team as it will be, those that there are first."""
    sizes = _staying(lines, now)
    for line in lines:
        if line.team:
            sizes[line.team] = sizes.get(line.team, 0) + 1
    teams = {line.student.email: line.team for line in lines}
    leaders = {line.team: line.student.email for line in lines if line.student.leader}
    mentors = {line.team: line.student.mentor for line in lines if line.student.mentor}
    for name, size in sizes.items():
        there = now.teams.get(name, Led())
        stays = there.leader if teams.get(there.leader, name) == name else ""
        yield TeamSize(name, size, name not in now.teams, leaders.get(name, stays), mentors.get(name, there.mentor))


def _staying(lines: Sequence[Line], now: Standing) -> dict[str, int]:
    """How many of each team are not on the list."""
    listed = {line.student.email for line in lines}
    sizes = dict.fromkeys(now.teams, 0)
    for email, place in now.places.items():
        if place.team and email not in listed:
            sizes[place.team] = sizes.get(place.team, 0) + 1
    return sizes


def _mistakes(lines: Sequence[Line], now: Standing) -> Iterator[Mistake]:
    yield from _too_many(lines, now)
    yield from _leaders(lines)
    yield from _mentors(lines, now)
    for line in lines:
        if now.minors and not (line.student.born_on or now.places.get(line.student.email, Place()).born_on):
            yield _mistake(line, N_("Line {line}: this class has minors, so the day of birth is needed."))
        if line.student.email in now.mentors:
            yield _mistake(line, N_("Line {line}: {email} mentors this class and cannot be its student."))


def _mistake(line: Line, code: str, **params: str | int) -> Mistake:
    told: dict[str, str | int] = {"line": line.student.line, "email": line.student.email, "team": line.team}
    return Mistake(line.student.line, code, {**told, **params})


def _too_many(lines: Sequence[Line], now: Standing) -> Iterator[Mistake]:
    sizes = _staying(lines, now)
    # Who is in the team already keeps the place; who comes to it too late is named.
    for line in sorted(lines, key=lambda one: one.team != now.places.get(one.student.email, Place()).team):
        if not line.team:
            continue
        sizes[line.team] = sizes.get(line.team, 0) + 1
        if sizes[line.team] > now.team_limit:
            sentence = N_("Line {line}: this would be student {n} of the team “{team}”; a team has at most {limit}.")
            yield _mistake(line, sentence, n=sizes[line.team], limit=now.team_limit)


def _leaders(lines: Sequence[Line]) -> Iterator[Mistake]:
    named: set[str] = set()
    for line in (one for one in lines if one.student.leader):
        if not line.team:
            yield _mistake(line, N_("Line {line}: a leader needs a team."))
        elif line.team in named:
            yield _mistake(line, N_("Line {line}: the team “{team}” has another leader on this list."))
        named.add(line.team)


def _mentors(lines: Sequence[Line], now: Standing) -> Iterator[Mistake]:
    named: dict[str, str] = {}
    for line in (one for one in lines if one.student.mentor):
        mentor = line.student.mentor
        if not line.team:
            yield _mistake(line, N_("Line {line}: a mentor is given to a team; name the team, too."))
        elif mentor not in now.mentors:
            yield _mistake(
                line, N_("Line {line}: {email} does not mentor this class. Invite them first."), email=mentor
            )
        elif named.setdefault(line.team, mentor) != mentor:
            yield _mistake(line, N_("Line {line}: the team “{team}” has another mentor on this list."))
