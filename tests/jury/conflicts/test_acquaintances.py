"""Whom makers name: their own list, until the judging begins, and no word of who judges."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.entries.models import Acquaintance
from portal.jury.models import Round
from portal.lifecycles import EntryState, RoundState
from tests.jury.conftest import Jury

SignIn = Callable[[int], FlaskClient]
TOLD = {"name": "박지인", "email": "Jiin@School.kr", "reason": "지도 교수"}


@pytest.fixture
def address(jury: Jury) -> str:
    return f"/ko/entries/{jury.films[0].number}/acquaintances"


def rows(session: Session) -> list[tuple[str, str, str]]:
    """Everybody who was named."""
    found = session.execute(sa.select(Acquaintance.name, Acquaintance.email, Acquaintance.reason)).all()
    session.commit()
    return [tuple(row) for row in found]


def test_makers_name_somebody_and_take_them_off_again(
    jury: Jury, session: Session, sign_in: SignIn, address: str
) -> None:
    browser = sign_in(jury.maker.id)
    for reason in ("옛 동료", "지도 교수"):
        assert browser.post(address, data=TOLD | {"reason": reason}).status_code == 303
    assert rows(session) == [("박지인", "jiin@school.kr", "지도 교수")]
    assert "박지인" in browser.get(address).text
    one = session.scalars(sa.select(Acquaintance.id)).one()
    session.commit()
    for _ in range(2):
        assert browser.post(f"{address}/remove", data={"acquaintance": one}).status_code == 303
    assert rows(session) == []


@pytest.mark.parametrize("wrong", [{"name": ""}, {"reason": ""}, {"email": "nowhere"}, {"name": "가" * 201}])
def test_half_a_name_is_refused_in_words(
    jury: Jury, session: Session, sign_in: SignIn, address: str, wrong: dict[str, str]
) -> None:
    answer = sign_in(jury.maker.id).post(address, data=TOLD | wrong)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert rows(session) == []


@pytest.mark.parametrize(
    ("state", "round_state", "taken"),
    [
        (EntryState.DRAFT, RoundState.OPEN, True),
        (EntryState.SUBMITTED, RoundState.PROPOSED, True),
        (EntryState.ELIGIBLE, RoundState.OPEN, False),
        (EntryState.ELIGIBLE, RoundState.CLOSED, False),
        (EntryState.WITHDRAWN, RoundState.SETUP, False),
    ],
)
def test_the_list_is_open_until_the_judging_begins(
    jury: Jury,
    session: Session,
    sign_in: SignIn,
    address: str,
    state: EntryState,
    round_state: RoundState,
    taken: bool,
) -> None:
    jury.films[0].state = state
    session.execute(sa.update(Round).values(state=round_state))
    session.commit()
    browser = sign_in(jury.maker.id)
    assert ('name="reason"' in browser.get(address).text) is taken
    assert browser.post(address, data=TOLD).status_code == (303 if taken else 422)
    assert bool(rows(session)) is taken


def test_the_page_says_nothing_of_who_judges(jury: Jury, session: Session, sign_in: SignIn, address: str) -> None:
    browser, juror = sign_in(jury.maker.id), jury.people[0]
    juror.email = "juror@somewhere.kr"
    session.commit()
    known = {"name": juror.native_name, "email": juror.email, "reason": "친구"}
    stranger = {"name": "딴사람", "email": "person@nowhere.kr", "reason": "친구"}
    answers = []
    for one in (known, stranger):
        assert browser.post(address, data=one).status_code == 303
        answers.append(browser.get(address).text.replace(one["name"], "N").replace(one["email"], "E"))
        session.execute(sa.delete(Acquaintance))
        session.commit()
    first, second = (answer.split("<main")[1] for answer in answers)
    assert [part for part in first.split() if "value=" not in part] == [
        part for part in second.split() if "value=" not in part
    ]


def test_only_the_makers_have_this_page(jury: Jury, session: Session, sign_in: SignIn, address: str) -> None:
    for person in (jury.people[0], jury.chair):
        browser = sign_in(person.id)
        assert browser.get(address).status_code == 404
        assert browser.post(address, data=TOLD).status_code == 404
    other = sign_in(jury.maker.id)
    session.add(Acquaintance(entry_id=jury.films[1].id, name="남", reason="x"))
    session.commit()
    theirs = session.scalars(sa.select(Acquaintance.id)).one()
    session.commit()
    other.post(f"{address}/remove", data={"acquaintance": theirs})
    assert len(rows(session)) == 1, "another film's list is not touched"
