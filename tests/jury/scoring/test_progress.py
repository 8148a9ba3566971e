"""The chair's board: who needs a word first, a reminder a day at most, later dates, faults and their answers."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from portal import clock
from portal.jury import queries
from portal.jury.assigning.models import Assignment
from portal.jury.models import Juror
from portal.jury.scoring import abstaining, coverage, lateness, nudging, progress
from portal.jury.scoring import service as scoring
from portal.jury.scoring.models import Fault
from portal.mail.models import OutgoingMail
from portal.policies import Role
from tests.jury.conftest import Jury

NOW = datetime(2027, 2, 10, 3, tzinfo=UTC)


@given(st.integers(-40, 40), st.integers(0, 3600))
def test_a_date_is_either_ahead_or_late(hours: int, minutes: int) -> None:
    found = lateness.due(NOW + timedelta(hours=hours), None, now=NOW)
    assert (found.days_left == 0) or (found.days_late == 0)
    assert found.late == (hours < 0)
    assert lateness.minutes_a_day(60 * minutes, found) * (found.days_left + 1) >= minutes


def test_the_own_date_of_a_juror_counts() -> None:
    found = lateness.due(NOW - timedelta(hours=30), NOW + timedelta(days=3), now=NOW)
    assert (found.late, found.days_left, found.own) == (False, 3, True)
    assert lateness.due(NOW - timedelta(hours=30), None, now=NOW).days_late == 2


def test_little_is_under_six_tenths() -> None:
    assert coverage.of(359, 600).little
    assert not coverage.of(360, 600).little
    assert (coverage.of(420, 540).minutes, coverage.of(420, 540).of_minutes) == (7, 9)
    assert not coverage.of(0, 0).little


def _films(session: Session, juror: Juror) -> list[Assignment]:
    codes = [row.code for row in queries.queue(session, juror.id)]
    found = [queries.assignment_by_code(session, code) for code in codes]
    return [one for one in found if one is not None]


def _hand_in(session: Session, jury: Jury, n: int) -> None:
    by = jury.actor(jury.people[n], Role.JUROR)
    for assignment in _films(session, jury.jurors[n]):
        criteria = queries.weights(session, assignment)
        scores = dict.fromkeys((one.id for one in criteria), 7)
        scoring.submit(session, assignment, criteria, scores=scores, comment="", by=by)


@pytest.fixture
def busy(published: Jury, session: Session) -> Jury:
    """One juror is done without having watched, one gave no score for a film, one is late."""
    _hand_in(session, published, 0)
    first = _films(session, published.jurors[1])[0]
    abstaining.abstain(session, first, reason="소리가 없어요", by=published.actor(published.people[1], Role.JUROR))
    session.get_one(Juror, published.jurors[2].id).due_at = clock.now() - timedelta(days=1, hours=1)
    session.commit()
    return published


def test_the_board_names_late_ones_first(
    busy: Jury, session: Session, sign_in: Callable[..., FlaskClient], count_queries: Callable[[], int]
) -> None:
    count_queries()
    rows = progress.board(session, busy.round, now=clock.now())
    assert count_queries() <= 2  # SQLite's BEGIN among them
    session.commit()
    assert (rows[0].label, rows[0].late, rows[0].due.days_late) == (busy.jurors[2].label, True, 2)
    found = {row.label: row for row in rows}
    done, abstained = found[busy.jurors[0].label], found[busy.jurors[1].label]
    assert (done.finished, done.little_watched, done.minutes_a_day) == (True, done.assigned, 0)
    assert (abstained.abstained, abstained.done, abstained.not_accepted) == (1, 1, abstained.assigned - 1)
    board = sign_in(busy.chair.id).get(f"/ko/ops/rounds/{busy.round.code}/progress").text
    assert "2일 지남" in board
    assert board.index(busy.jurors[2].label) < board.index(busy.jurors[0].label)
    one = sign_in(busy.chair.id).get(f"/ko/ops/rounds/{busy.round.code}/progress/{busy.jurors[1].label}").text
    assert "소리가 없어요" in one


def _mails(session: Session) -> list[OutgoingMail]:
    wanted = sa.select(OutgoingMail).where(OutgoingMail.kind == nudging.KIND)
    found = list(session.scalars(wanted.execution_options(populate_existing=True)))
    session.commit()
    return found


def test_two_chairs_at_once_send_one_reminder_a_day(
    busy: Jury, session: Session, sign_in: Callable[..., FlaskClient]
) -> None:
    path = f"/ko/ops/rounds/{busy.round.code}/progress/nudge"
    label = busy.jurors[2].label
    preview = sign_in(busy.chair.id).get(f"{path}?who={label}").text
    assert busy.people[2].email in preview
    assert "마감이 지나서" in preview
    chairs = [sign_in(busy.chair.id), sign_in(busy.organizer.id)]
    session.rollback()
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda one: one.post(path, data={"who": label}).status_code, chairs))
    assert answers == [303, 303]
    assert [mail.recipient for mail in _mails(session)] == [busy.people[2].email]
    session.execute(sa.update(Juror).values(nudged_at=clock.now() - timedelta(days=1)))
    session.commit()
    chairs[0].post(path, data={"who": label})
    assert len(_mails(session)) == 1, "the outbox knows one mail for each juror and day"


def test_a_reminder_speaks_the_jurors_language_and_only_while_the_round_is_open(
    busy: Jury, session: Session, sign_in: Callable[..., FlaskClient]
) -> None:
    path = f"/ko/ops/rounds/{busy.round.code}/progress/nudge"
    chair, english = sign_in(busy.chair.id), busy.jurors[5]
    chair.post(path, data={"who": english.label})
    (mail,) = _mails(session)
    assert (mail.language, mail.subject.startswith("[P.A.N] Score ")) == ("en", True)
    chair.post(f"/ko/ops/rounds/{busy.round.code}/state", data={"move": "pause"})
    refused = chair.post(path, data={"who": busy.jurors[3].label})
    assert refused.status_code == 422
    assert len(_mails(session)) == 1


def test_a_later_date_holds_for_one_juror(busy: Jury, session: Session, sign_in: Callable[..., FlaskClient]) -> None:
    label = busy.jurors[2].label
    path = f"/ko/ops/rounds/{busy.round.code}/progress/{label}/due"
    chair = sign_in(busy.chair.id)
    assert chair.post(path, data={"due_on": "2020-01-01"}).status_code == 422
    assert chair.post(path, data={"due_on": "kein Tag"}).status_code == 422
    later = clock.now() + timedelta(days=20)
    assert chair.post(path, data={"due_on": later.date().isoformat()}).status_code == 303
    assert progress.board(session, busy.round, now=clock.now())[0].label != label
    session.commit()
    assert "내 마감일" in sign_in(busy.people[2].id).get("/ko/jury").text
    chair.post(path, data={"due_on": ""})
    assert session.scalar(sa.select(Juror.due_at).where(Juror.label == label)) is None


def _open_faults(session: Session, jury: Jury) -> int:
    found = sum(row.faults for row in progress.board(session, jury.round, now=clock.now()))
    session.commit()
    return found


def test_a_fault_goes_to_the_office_and_its_answer_back(
    published: Jury, session: Session, sign_in: Callable[..., FlaskClient], own_film: Callable[[int], str]
) -> None:
    code, browser, chair = own_film(0), sign_in(published.people[0].id), sign_in(published.chair.id)
    told = {"kind": "sound", "moment": "1:02:03", "note": "왼쪽이 끊겨요"}
    assert browser.post(f"/ko/jury/{code}/faults", data={**told, "kind": "smell"}).status_code == 422
    for _ in range(2):
        assert browser.post(f"/ko/jury/{code}/faults", data=told).status_code == 303
    fault = session.scalars(sa.select(Fault)).one()
    assert (fault.at_s, _open_faults(session, published)) == (3723, 1)
    desk = f"/ko/ops/rounds/{published.round.code}/faults"
    assert "왼쪽이 끊겨요" in chair.get(desk).text
    assert chair.post(f"{desk}/{fault.code}", data={"answer": ""}).status_code == 422
    assert chair.post(f"{desk}/{fault.code}", data={"answer": "새 사본을 올렸어요"}).status_code == 303
    assert "새 사본을 올렸어요" in browser.get(f"/ko/jury/{code}").text
    assert _open_faults(session, published) == 0
    assert chair.post(f"{desk}/NOSUCH", data={"answer": "x"}).status_code == 404
    assert browser.get(desk).status_code == 404


def test_void_goes_through_the_pages_by_two_people(
    busy: Jury, session: Session, sign_in: Callable[..., FlaskClient]
) -> None:
    label = busy.jurors[0].label
    code = queries.queue(session, busy.jurors[0].id)[0].code
    session.commit()
    path = f"/ko/ops/rounds/{busy.round.code}/progress/{label}/void"
    chair, organizer = sign_in(busy.chair.id), sign_in(busy.organizer.id)
    assert chair.post(path, data={"assignment": code, "move": "ask", "reason": ""}).status_code == 422
    assert chair.post(path, data={"assignment": code, "move": "ask", "reason": "대리 채점"}).status_code == 303
    assert chair.post(path, data={"assignment": code, "move": "confirm"}).status_code == 422
    assert organizer.post(path, data={"assignment": code, "move": "confirm"}).status_code == 303
    page = sign_in(busy.people[0].id).get(f"/ko/jury/{code}").text
    assert "이 채점표는 반영되지 않아요" in page
    assert "data-outbox" not in page
    other = busy.jurors[1].label
    elsewhere = path.replace(label, other)
    assert chair.post(elsewhere, data={"assignment": code, "move": "ask", "reason": "x"}).status_code == 404
