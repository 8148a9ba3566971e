"""The score sheet: weighted totals, autosave, handing in once, stepping back."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session, sessionmaker

from portal.audit import AuditRecord
from portal.errors import InvalidMany
from portal.jury import queries
from portal.jury.assigning.models import Assignment
from portal.jury.conflicts.models import Conflict, ConflictState
from portal.jury.models import Criterion
from portal.jury.scoring import events
from portal.jury.scoring import service as scoring
from portal.jury.scoring.models import Memo, Score, ScoreSheet
from portal.lifecycles import AssetState, AssignmentState, SheetState
from portal.media.models import Asset, Slot
from portal.policies import Role
from tests.jury.conftest import Jury


def _criteria(*weights: int) -> list[Criterion]:
    return [Criterion(id=n, weight=weight) for n, weight in enumerate(weights, 1)]


@given(st.lists(st.tuples(st.integers(1, 100), st.integers(1, 10)), min_size=1, max_size=6))
def test_the_total_lies_between_the_lowest_and_highest_score(rows: list[tuple[int, int]]) -> None:
    criteria = _criteria(*(weight for weight, _ in rows))
    total = scoring.weighted_total({n: score for n, (_, score) in enumerate(rows, 1)}, criteria)
    assert total is not None
    scores = [score for _, score in rows]
    assert min(scores) * 100 <= total <= max(scores) * 100


def test_the_total_is_the_weighted_mean_in_hundredths() -> None:
    assert scoring.weighted_total({1: 8, 2: 8, 3: 7, 4: 9, 5: 7}, _criteria(30, 25, 20, 15, 10)) == 785
    assert scoring.weighted_total({1: 8}, _criteria(50, 50)) is None


@pytest.mark.parametrize("scores", [{1: 0}, {1: 11}, {99: 5}])
def test_scores_outside_the_sheet_are_refused(scores: dict[int, int]) -> None:
    with pytest.raises(InvalidMany):
        scoring.checked(scores, _criteria(100))


def _form(session: Session, code: str, value: int = 7) -> dict[str, str]:
    assignment = queries.assignment_by_code(session, code)
    assert assignment is not None
    criteria = queries.weights(session, assignment)
    session.commit()
    return {f"score-{one.code}": str(value) for one in criteria}


def _sheet(session: Session, code: str) -> ScoreSheet | None:
    session.expire_all()
    found = session.scalar(sa.select(ScoreSheet).join(Assignment).where(Assignment.code == code))
    session.commit()
    return found


def test_a_juror_watches_scores_and_goes_to_the_next_film(
    published: Jury, session: Session, sign_in: Callable[..., FlaskClient], own_film: Callable[[int], str]
) -> None:
    browser, code = sign_in(published.people[1].id), own_film(1)
    page = browser.get(f"/ko/jury/{code}").get_data(as_text=True)
    assert "이야기" in page
    assert published.maker.native_name not in page
    answer = browser.post(f"/ko/jury/{code}/scores", data={**_form(session, code, 8), "comment": "좋아요"})
    assert answer.status_code == 303
    assert code not in answer.headers["Location"]
    sheet = _sheet(session, code)
    assert sheet is not None
    assert (sheet.total, sheet.state, sheet.comment) == (800, SheetState.SUBMITTED, "좋아요")


def test_autosave_keeps_half_a_sheet(
    published: Jury, session: Session, sign_in: Callable[..., FlaskClient], own_film: Callable[[int], str]
) -> None:
    browser, code = sign_in(published.people[0].id), own_film(0)
    half = dict(list(_form(session, code).items())[:1])
    answer = browser.post(f"/ko/jury/{code}/scores", data=half, headers={"X-Autosave": "1"})
    assert answer.status_code == 200
    assert answer.get_json()["rev"] >= 1
    sheet = _sheet(session, code)
    assert sheet is not None
    assert (sheet.state, sheet.total) == (SheetState.DRAFT, None)
    assert session.scalar(sa.select(sa.func.count()).select_from(Score)) == 1


def test_what_is_changed_on_a_sheet_handed_in_counts_at_once(
    published: Jury, session: Session, sign_in: Callable[..., FlaskClient], own_film: Callable[[int], str]
) -> None:
    browser, code = sign_in(published.people[0].id), own_film(0)
    form = _form(session, code)
    browser.post(f"/ko/jury/{code}/scores", data=form)
    before = _sheet(session, code)
    assert before is not None
    assert before.submitted_at is not None
    autosave = {"X-Autosave": "1"}
    half = dict(list(form.items())[:1])
    assert browser.post(f"/ko/jury/{code}/scores", data=half, headers=autosave).status_code == 422
    changed = browser.post(f"/ko/jury/{code}/scores", data=dict.fromkeys(form, "9"), headers=autosave)
    assert changed.status_code == 200
    after = _sheet(session, code)
    assert after is not None
    assert (after.state, after.total, after.submitted_at) == (SheetState.SUBMITTED, 900, after.updated_at)
    assert list(queries.waiting_for_results(session)) == [published.round.id]
    verbs = session.scalars(sa.select(AuditRecord.verb).where(AuditRecord.subject_kind == "score_sheets"))
    assert list(verbs) == ["sheet.submitted", "sheet.revised"]


def test_handing_in_writes_each_row_once(
    published: Jury,
    session: Session,
    sign_in: Callable[..., FlaskClient],
    own_film: Callable[[int], str],
    count_queries: Callable[[], int],
) -> None:
    browser, code = sign_in(published.people[0].id), own_film(0)
    form = _form(session, code)
    count_queries()
    assert browser.post(f"/ko/jury/{code}/scores", data=form).status_code == 303
    assert count_queries() <= 11  # SQLite's BEGIN and the event among them
    sheet = _sheet(session, code)
    assert sheet is not None
    assert sheet.rev == 1


def test_handing_in_half_a_sheet_names_what_is_missing_and_loses_nothing(
    published: Jury, session: Session, sign_in: Callable[..., FlaskClient], own_film: Callable[[int], str]
) -> None:
    browser, code = sign_in(published.people[0].id), own_film(0)
    half = dict(list(_form(session, code).items())[:1])
    answer = browser.post(f"/ko/jury/{code}/scores", data={**half, "comment": "남겨 둘 말"})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "1점에서 10점 사이로 골라 주세요." in text
    assert "남겨 둘 말" in text
    assert _sheet(session, code) is None


@pytest.mark.parametrize("value", ["0", "11", "abc", "-1", "9" * 50])
def test_a_strange_score_is_refused(
    published: Jury,
    session: Session,
    sign_in: Callable[..., FlaskClient],
    own_film: Callable[[int], str],
    value: str,
) -> None:
    browser, code = sign_in(published.people[0].id), own_film(0)
    strange = dict.fromkeys(_form(session, code), value)
    assert browser.post(f"/ko/jury/{code}/scores", data=strange).status_code == 422
    assert session.scalar(sa.select(sa.func.count()).select_from(Score)) == 0


def test_the_same_sheet_handed_in_twice_at_once_is_one_sheet(
    published: Jury, session: Session, sign_in: Callable[..., FlaskClient], own_film: Callable[[int], str]
) -> None:
    code = own_film(0)
    form = _form(session, code)
    browsers = [sign_in(published.people[0].id) for _ in range(4)]
    session.rollback()
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda one: one.post(f"/ko/jury/{code}/scores", data=form).status_code, browsers))
    assert 303 in answers
    assert set(answers) <= {303, 409}
    assert session.scalar(sa.select(sa.func.count()).select_from(ScoreSheet)) == 1


def test_anothers_film_does_not_exist(
    published: Jury, session: Session, sign_in: Callable[..., FlaskClient], own_film: Callable[[int], str]
) -> None:
    stranger, absent = sign_in(published.people[0].id), "NOSUCHCODE"
    code = own_film(1)
    theirs, missing = stranger.get(f"/ko/jury/{code}"), stranger.get(f"/ko/jury/{absent}")
    assert theirs.status_code == missing.status_code == 404
    assert theirs.get_data(as_text=True).replace(code, absent) == missing.get_data(as_text=True)
    assert stranger.post(f"/ko/jury/{code}/scores", data=_form(session, code)).status_code == 404
    assert _sheet(session, code) is None


def test_stepping_back_takes_film_scores_and_notes_away_at_once(
    published: Jury, session: Session, sign_in: Callable[..., FlaskClient], own_film: Callable[[int], str]
) -> None:
    browser, code = sign_in(published.people[0].id), own_film(0)
    browser.post(f"/ko/jury/{code}/scores", data=_form(session, code))
    assert browser.post(f"/ko/jury/{code}/recuse", data={"reason": ""}).status_code == 422
    assert browser.post(f"/ko/jury/{code}/recuse", data={"reason": "같은 회사"}).status_code == 303
    assert browser.get(f"/ko/jury/{code}").status_code == 404
    assert code not in browser.get("/ko/jury").get_data(as_text=True)
    session.expire_all()
    assert events.standing(session, published.round.id) == []
    conflict = session.scalars(sa.select(Conflict)).one()
    assert (conflict.status, conflict.reason) == (ConflictState.CONFIRMED, "같은 회사")


def test_notes_are_the_jurors_own(
    published: Jury, session: Session, sign_in: Callable[..., FlaskClient], own_film: Callable[[int], str]
) -> None:
    browser, other, code = sign_in(published.people[0].id), sign_in(published.people[1].id), own_film(0)
    browser.post(f"/ko/jury/{code}/memos", data={"memo": "창빛이 좋다 <b>", "at": "108"})
    page = browser.get(f"/ko/jury/{code}").get_data(as_text=True)
    assert "창빛이 좋다 &lt;b&gt;" in page
    assert "01:48" in page
    memo = session.scalars(sa.select(Memo)).one()
    session.commit()
    assert other.post(f"/ko/jury/{own_film(1)}/memos/remove", data={"memo_id": memo.id}).status_code == 303
    assert session.scalar(sa.select(sa.func.count()).select_from(Memo)) == 1
    session.commit()
    browser.post(f"/ko/jury/{code}/memos/remove", data={"memo_id": memo.id})
    assert session.scalar(sa.select(sa.func.count()).select_from(Memo)) == 0


def test_a_closed_round_takes_no_scores(
    published: Jury, session: Session, sign_in: Callable[..., FlaskClient], own_film: Callable[[int], str]
) -> None:
    chair, juror, code = sign_in(published.chair.id), sign_in(published.people[0].id), own_film(0)
    chair.post(f"/ko/ops/rounds/{published.round.code}/state", data={"move": "close"})
    assert juror.get(f"/ko/jury/{code}").status_code == 200
    refused = juror.post(f"/ko/jury/{code}/scores", data=_form(session, code))
    assert refused.status_code == 409
    assert "지금은 점수를 받지 않아요" in refused.text
    assert _sheet(session, code) is None


def test_a_seat_that_ended_ends_at_once(
    published: Jury,
    sessions: sessionmaker[Session],
    sign_in: Callable[..., FlaskClient],
    own_film: Callable[[int], str],
) -> None:
    from portal import clock

    browser, code = sign_in(published.people[0].id), own_film(0)
    with sessions() as session:
        session.merge(published.jurors[0]).ended_at = clock.now()
        session.commit()
    assert browser.get(f"/ko/jury/{code}").status_code == 404


def test_states_follow_the_work(
    published: Jury, session: Session, sign_in: Callable[..., FlaskClient], own_film: Callable[[int], str]
) -> None:
    browser, code = sign_in(published.people[0].id), own_film(0)
    assignment = session.scalars(sa.select(Assignment).where(Assignment.code == code)).one()
    film = Asset(entry_id=assignment.entry_id, slot=Slot.FILM, state=AssetState.PLAYABLE, file_name="film.mp4")
    session.add(film)
    session.commit()
    told = browser.post(f"/ko/jury/{code}/watched", data={"spans": "0-119", "position": "120"})
    assert told.status_code == 204
    session.refresh(assignment)
    assert (assignment.state, assignment.watched_s) == (AssignmentState.IN_PROGRESS, 120)
    session.commit()
    browser.post(f"/ko/jury/{code}/scores", data=_form(session, code))
    session.expire_all()
    assert session.scalars(sa.select(Assignment).where(Assignment.code == code)).one().state == AssignmentState.SCORED
    assert published.actor(published.people[0], Role.JUROR).signed_in
