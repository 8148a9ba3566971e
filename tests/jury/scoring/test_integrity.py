"""However a sheet is sent, there is one valid score afterwards or a clear refusal, and nothing typed is lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.errors import InvalidMany
from portal.jury import queries
from portal.jury.models import Criterion
from portal.jury.scoring import events
from portal.jury.scoring import service as scoring
from portal.jury.scoring.models import ScoreEvent, ScoreSheet
from portal.policies import Role
from tests.jury.conftest import Jury

AUTOSAVE, FINISH = {"X-Autosave": "1"}, {"X-Autosave": "finish"}


@pytest.fixture
def film(published: Jury, session: Session, own_film: Callable[[int], str]) -> tuple[str, list[str]]:
    """The address that takes the first juror's sheet, and the names of its fields."""
    code = own_film(0)
    assignment = queries.assignment_by_code(session, code)
    assert assignment is not None
    names = [f"score-{one.code}" for one in queries.weights(session, assignment)]
    session.commit()
    return f"/ko/jury/{code}/scores", names


def _form(names: list[str], value: object, **more: object) -> dict[str, str]:
    return {**dict.fromkeys(names, str(value)), **{key: str(text) for key, text in more.items()}}


def _kept(session: Session) -> list[tuple[int | None, int]]:
    """(total, rev) of every sheet."""
    session.expire_all()
    found = [(row.total, row.rev) for row in session.execute(sa.select(ScoreSheet.total, ScoreSheet.rev))]
    session.commit()
    return found


def _count(session: Session) -> int:
    found = session.scalar(sa.select(sa.func.count()).select_from(ScoreEvent)) or 0
    session.commit()
    return found


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 7.0, True, None, "7", 0, 11, -(2**63)])
def test_only_whole_numbers_from_1_to_10_are_scores(value: Any) -> None:
    with pytest.raises(InvalidMany):
        scoring.checked({1: value}, [Criterion(id=1, weight=100)])


@pytest.mark.parametrize("text", ["nan", "7.5", "1e1", "²"])
def test_what_is_no_score_is_refused_and_writes_nothing(
    published: Jury,
    session: Session,
    sign_in: Callable[..., FlaskClient],
    film: tuple[str, list[str]],
    text: str,
) -> None:
    path, names = film
    browser = sign_in(published.people[0].id)
    for headers in ({}, AUTOSAVE, FINISH):
        assert browser.post(path, data=_form(names, text), headers=headers).status_code == 422
    assert _kept(session) == []


def test_another_panels_criteria_are_no_scores_here(
    published: Jury, session: Session, sign_in: Callable[..., FlaskClient], film: tuple[str, list[str]]
) -> None:
    path, _ = film
    round_ = queries.round_by_code(session, published.round.code)
    assert round_ is not None
    own, other = (list(panel.criteria) for panel in round_.panels[:2])
    session.commit()
    others = [f"score-{one.code}" for one in other]
    assert sign_in(published.people[0].id).post(path, data=_form(others, 7)).status_code == 422
    assert _kept(session) == []
    assignment = queries.assignment_to_score(session, path.split("/")[3])
    assert assignment is not None
    foreign = {other[0].id: 7}
    by = published.actor(published.people[0], Role.JUROR)
    with pytest.raises(InvalidMany):
        scoring.save_draft(session, assignment, own, scores=foreign, comment="", by=by)


def test_the_same_form_sent_again_is_handed_in_once(
    published: Jury, session: Session, sign_in: Callable[..., FlaskClient], film: tuple[str, list[str]]
) -> None:
    path, names = film
    browser = sign_in(published.people[0].id)
    first = browser.post(path, data=_form(names, 7, rev=0), headers=FINISH)
    again = browser.post(path, data=_form(names, 7, rev=0), headers=FINISH)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.get_json()["next"] == again.get_json()["next"]
    assert (_kept(session), _count(session)) == ([(700, 1)], 1)
    assert browser.post(path, data=_form(names, 7, rev=0)).status_code == 303
    assert _count(session) == 1


def test_a_stale_form_says_so_shows_both_and_can_be_handed_in_after_all(
    published: Jury, session: Session, sign_in: Callable[..., FlaskClient], film: tuple[str, list[str]]
) -> None:
    path, names = film
    browser = sign_in(published.people[0].id)
    browser.post(path, data=_form(names, 9, rev=0))
    stale = browser.post(path, data=_form(names, 4, rev=0, comment="여기서 쓴 말"))
    assert stale.status_code == 409
    assert "더 새로운 채점표" in stale.text
    assert '<b class="num">9</b>' in stale.text
    assert "여기서 쓴 말" in stale.text
    assert stale.text.count('value="4" checked') == len(names)
    assert _kept(session) == [(900, 1)]
    rev = re.search(r'name="rev" value="(\d+)"', stale.text)
    assert rev
    assert browser.post(path, data=_form(names, 4, rev=rev[1])).status_code == 303
    assert _kept(session) == [(400, 2)]
    quiet = browser.post(path, data=_form(names, 5, rev=0), headers=AUTOSAVE)
    assert quiet.status_code == 409
    assert 'id="conflict"' in quiet.text
    assert "<html" not in quiet.text


def test_of_different_sheets_at_once_one_counts(
    published: Jury, session: Session, sign_in: Callable[..., FlaskClient], film: tuple[str, list[str]]
) -> None:
    path, names = film
    browsers = [sign_in(published.people[0].id) for _ in range(4)]
    session.rollback()

    def send(n: int) -> int:
        return browsers[n].post(path, data=_form(names, n + 4, rev=0)).status_code

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(send, range(4)))
    assert sorted(answers) == [303, 409, 409, 409]
    won = 100 * (answers.index(303) + 4)
    assert (_kept(session), _count(session)) == ([(won, 1)], 1)
    assert [row.total for row in events.standing(session, published.round.id)] == [won]


def test_after_the_close_what_was_sent_stays_on_the_screen(
    published: Jury, session: Session, sign_in: Callable[..., FlaskClient], film: tuple[str, list[str]]
) -> None:
    path, names = film
    browser = sign_in(published.people[0].id)
    sign_in(published.chair.id).post(f"/ko/ops/rounds/{published.round.code}/state", data={"move": "close"})
    late = browser.post(path, data=_form(names, 8, rev=0, comment="늦은 말"))
    assert late.status_code == 409
    assert "지금은 점수를 받지 않아요" in late.text
    assert "늦은 말" in late.text
    assert browser.post(path, data=_form(names, 8, rev=0), headers=FINISH).status_code == 409
    assert _kept(session) == []
