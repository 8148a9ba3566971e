"""Prompt logs: lines of one's own until the sign-off, many at once, read by the class's guides and never by a juror."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal import clock
from portal.entries import queries, service
from portal.entries.classroom import promptlist, prompts
from portal.entries.classroom.models import Prompt
from portal.entries.classroom.promptlist import Line
from portal.entries.forms import DECLARATIONS
from portal.errors import Invalid, Stale
from portal.policies import Role, Scope
from tests import builders
from tests.entries import made
from tests.school import frozen

SignIn = Callable[..., FlaskClient]
CSV = '도구,프롬프트,결과\nRunway,"창가, 저녁 빛",세 번째 컷\n,비 오는 옥상,\n'


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (CSV, [Line("Runway", "창가, 저녁 빛", "세 번째 컷"), Line("Veo", "비 오는 옥상")]),
        ("\n창가\n저녁 빛\n\n \n비 오는 옥상\n", [Line("Veo", "창가\n저녁 빛"), Line("Veo", "비 오는 옥상")]),
        ('prompt\n"두 줄\n한 칸"\n', [Line("Veo", "두 줄\n한 칸")]),
    ],
)
def test_a_list_or_paragraphs_become_lines(text: str, lines: list[Line]) -> None:
    found = promptlist.read(text, "Veo")
    assert (list(found.lines), found.mistakes) == (lines, ())


def test_every_mistake_names_its_line() -> None:
    found = promptlist.read(f"tool,prompt\n{'가' * 121},하나\nVeo,\n")
    assert [one.params["line"] for one in found.mistakes] == [2, 3]
    assert promptlist.read("").mistakes
    assert promptlist.read('prompt\n"open').mistakes
    assert promptlist.read("\n\n".join(["x"] * 1001)).mistakes


def test_a_document_holds_no_markup_of_the_writers() -> None:
    text = promptlist.markdown("# [제목](x)", [(Line("<b>", "# kein\n\n- Titel", "![x](y)"), "한*서윤")])
    assert all(line.startswith(("    ", "#", "→")) or not line for line in text.split("\n"))
    assert "\\[제목\\]" in text
    assert "\\<b\\>" in text


def test_lines_are_their_writers_until_the_sign_off(session: Session) -> None:
    where = frozen.school(session)
    call = queries.call_of(session, where.cohort.call_id)
    entry = made.whole(session, call, where.students[0], cohort_id=where.cohort.id, team_id=where.team.id)
    line = Line("Veo", "비 오는 옥상")
    assert prompts.add(session, entry, [line, line], by=where.by()) == 1
    assert prompts.add(session, entry, [line], by=where.by()) == 0
    row = session.scalars(sa.select(Prompt)).one()
    with pytest.raises(Invalid):
        prompts.change(session, entry, row, line, seen=1, by=where.by(1))
    prompts.change(session, entry, row, Line("Veo", "눈 오는 옥상"), seen=1, by=where.by())
    with pytest.raises(Stale):
        prompts.change(session, entry, row, Line("Veo", "해 뜨는 옥상"), seen=1, by=where.by())
    service.submit(session, entry, list(DECLARATIONS), by=where.by(), at=clock.now())
    assert prompts.add(session, entry, [Line("", "멘토가 보는 동안")], by=where.by(2)) == 1
    service.approve(session, entry, "", by=made.by(where.mentor), at=clock.now())
    for late in (
        lambda: prompts.add(session, entry, [Line("", "늦음")], by=where.by()),
        lambda: prompts.remove(session, entry, row, by=where.by()),
    ):
        with pytest.raises(Invalid):
            late()
    session.commit()


def test_the_log_is_the_teams_and_its_guides_alone(session: Session, sign_in: SignIn) -> None:
    where = frozen.school(session)
    film = frozen.handed_in(session, where, where.students[0])
    session.add(Prompt(entry_id=film.entry.id, person_id=where.students[0].id, tool="=cmd()", text="=1+1", outcome=""))
    outsider, juror, office = (builders.person(session) for _ in range(3))
    builders.grant(session, outsider, Role.STUDENT, Scope.COHORT, where.cohort.id)
    builders.grant(session, juror, Role.JUROR, Scope.EDITION, where.edition.id)
    builders.grant(session, office, Role.ORGANIZER, Scope.EDITION, where.edition.id)
    path = f"/ko/entries/{film.entry.number}/prompts"
    readers = [one.id for one in (where.students[1], where.mentor, office)]
    others = [one.id for one in (outsider, juror)]
    session.commit()
    for one in others:
        browser = sign_in(one)
        assert {browser.get(f"{path}{kind}").status_code for kind in ("", ".csv", ".md")} == {404}
        assert browser.post(path, data={"prompt": "x"}).status_code == 404
    for one in readers:
        browser = sign_in(one)
        assert "=1+1" in browser.get(path).text
    assert browser.post(path, data={"prompt": "x"}).status_code == 404
    assert "'=cmd(),'=1+1" in browser.get(f"{path}.csv").text


def test_a_log_changes_no_receipt_and_no_byte_for_a_juror(session: Session) -> None:
    where = frozen.school(session)
    plain, logged = (frozen.handed_in(session, where, one) for one in where.students[:2])
    session.add(Prompt(entry_id=logged.entry.id, person_id=where.students[1].id, tool="비밀", text="비밀", outcome=""))
    session.commit()
    for film in (plain, logged):
        receipt = queries.latest_receipt(session, film.entry.id)
        assert "비밀" not in receipt.snapshot
        assert "prompt" not in receipt.snapshot.lower()
