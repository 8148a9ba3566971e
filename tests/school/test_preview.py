"""What a class list would do, and everything it may not do, each with its line."""

from __future__ import annotations

from datetime import date

import pytest

from portal.school.preview import Led, Place, Standing, look
from portal.school.roster import Student, read

BORN = date(2010, 5, 1)
NOW = Standing(
    team_limit=2,
    places={"a@x.kr": Place("낮달", "1", BORN), "b@x.kr": Place("낮달"), "c@x.kr": Place()},
    teams={"낮달": Led("a@x.kr", "m@x.kr")},
    mentors=frozenset({"m@x.kr", "n@x.kr"}),
)
MINORS = Standing(team_limit=2, minors=True, places=NOW.places)


def one(email: str, **values: object) -> Student:
    return Student(email, email[0], **{"line": 2, **values})


def test_teams_are_counted_with_who_is_not_on_the_list() -> None:
    seen = look([one("a@x.kr", team="새벽", leader=True), one("d@x.kr", team="낮달"), one("c@x.kr", number="7")], NOW)
    assert seen.mistakes == ()
    assert [(team.name, team.size, team.new, team.leader, team.mentor) for team in seen.teams] == [
        ("낮달", 2, False, "", "m@x.kr"),
        ("새벽", 1, True, "a@x.kr", ""),
    ]
    assert [(line.new, line.team, line.changes) for line in seen.lines] == [
        (False, "새벽", ("Team",)),
        (True, "낮달", ()),
        (False, "", ("Number",)),
    ]


@pytest.mark.parametrize(
    ("students", "now", "lines"),
    [
        ([one("c@x.kr", team="낮달", line=5)], NOW, [5]),
        ([one("c@x.kr", team="낮달", line=2), one("b@x.kr", team="낮달", line=3)], NOW, [2]),
        ([one(f"{n}@x.kr", team="새벽", line=n) for n in range(2, 6)], NOW, [4, 5]),
        ([one("c@x.kr", leader=True)], NOW, [2]),
        ([one("a@x.kr", team="새", leader=True), one("b@x.kr", team="새", leader=True, line=3)], NOW, [3]),
        ([one("a@x.kr", team="새", mentor="who@x.kr")], NOW, [2]),
        ([one("c@x.kr", mentor="m@x.kr")], NOW, [2]),
        ([one("a@x.kr", team="새", mentor="m@x.kr"), one("b@x.kr", team="새", mentor="n@x.kr", line=3)], NOW, [3]),
        ([one("m@x.kr")], NOW, [2]),
        ([one("a@x.kr"), one("b@x.kr", line=3), one("d@x.kr", born_on=BORN, line=4)], MINORS, [3]),
    ],
)
def test_what_may_not_be_is_said_with_its_line(students: list[Student], now: Standing, lines: list[int]) -> None:
    mistakes = look(students, now).mistakes
    assert [mistake.line for mistake in mistakes] == lines
    assert all("{" not in mistake.sentence for mistake in mistakes)


@pytest.mark.parametrize("written", ["2012-03-05", "2012.03.05", "2012. 3. 5.", "2012/3/5"])
def test_days_of_birth_are_read_as_koreans_write_them(written: str) -> None:
    text = f"이름,이메일,팀,팀장,생년월일,보호자,보호자 이메일\n가,a@x.kr,낮달,예,{written},나,N@x.kr\n"
    found = read(text.encode("cp949"))
    assert found.mistakes == ()
    (student,) = found.students
    wanted = (date(2012, 3, 5), True, "나", "n@x.kr", 2)
    assert (student.born_on, student.leader, student.guardian, student.guardian_email, student.line) == wanted


@pytest.mark.parametrize("cells", ["x,2012-13-05,,", "maybe,,,", ",,nobody,", ",,,nobody"])
def test_what_cannot_be_read_is_named(cells: str) -> None:
    found = read(f"name,email,leader,born_on,mentor,guardian_email\nA,a@x.kr,{cells}\n".encode())
    assert [mistake.line for mistake in found.mistakes] == [2]
