"""A juror's own page: every film of the round by title, the same whoever has which films, and nobody else's word."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal import clock
from portal.entries.models import Credit, CreditRole
from portal.jury.assigning.models import Assignment
from portal.jury.conflicts.models import Conflict, ConflictScope, ConflictSource, ConflictState
from portal.jury.models import Juror, Round
from portal.lifecycles import AssignmentState, RoundState
from tests import builders
from tests.jury.conftest import Jury

SignIn = Callable[[int], FlaskClient]
_MARK = re.compile(r'name="film" value="([0-9a-f]{16})"')


@pytest.fixture
def address(jury: Jury) -> str:
    return f"/ko/jury/conflicts/{jury.round.code}"


def marks(page: str) -> list[str]:
    """What stands for each film on a page, in order."""
    return _MARK.findall(page)


def _given(session: Session, jury: Jury, juror: int, film: int, state: AssignmentState) -> None:
    values = {"round_id": jury.round.id, "entry_id": jury.films[film].id, "state": state}
    session.add(Assignment(juror_id=jury.jurors[juror].id, **values))
    session.commit()


def _state(session: Session, jury: Jury, state: RoundState) -> None:
    session.execute(sa.update(Round).where(Round.id == jury.round.id).values(state=state))
    session.commit()


def test_a_blind_round_shows_titles_and_nothing_of_the_makers(
    jury: Jury, session: Session, sign_in: SignIn, address: str
) -> None:
    session.add(Credit(entry_id=jury.films[0].id, position=0, role=CreditRole.DIRECTOR, native_name="감독 숨은이"))
    session.commit()
    browser = sign_in(jury.people[0].id)
    page = browser.get(address).text
    assert all(film.title_ko in page for film in jury.films)
    for hidden in ("숨은이", jury.maker.native_name, jury.maker.email, *(film.number for film in jury.films)):
        assert hidden not in page
    session.execute(sa.update(Round).values(hidden=["school"]))
    session.commit()
    assert "감독 숨은이" in browser.get(address).text


def test_the_list_is_the_same_whoever_has_which_films(
    jury: Jury, session: Session, sign_in: SignIn, address: str
) -> None:
    browser = sign_in(jury.people[0].id)
    before = marks(browser.get(address).text)
    assert len(before) == len(set(before)) == len(jury.films)
    _given(session, jury, 0, 2, AssignmentState.PROPOSED)
    _given(session, jury, 1, 1, AssignmentState.PROPOSED)
    session.add(
        Conflict(juror_id=jury.jurors[0].id, entry_id=jury.films[4].id, source=ConflictSource.COMPUTED, reason="x")
    )
    session.commit()
    proposed = browser.get(address).text
    session.execute(sa.update(Assignment).values(state=AssignmentState.PUBLISHED))
    _state(session, jury, RoundState.OPEN)
    assert marks(proposed) == marks(browser.get(address).text) == before
    assert marks(sign_in(jury.people[1].id).get(address).text) != before, "another juror's marks are others"


def test_a_juror_finds_films_by_title(jury: Jury, session: Session, sign_in: SignIn, address: str) -> None:
    jury.films[3].title_ko = "종이 고래"
    session.commit()
    browser = sign_in(jury.people[0].id)
    page = browser.get(f"{address}?q=종이고").text
    assert "종이 고래" in page
    assert len(marks(page)) == 1
    assert marks(browser.get(f"{address}?q=%25").text) == []


def _tell(browser: FlaskClient, address: str, *ticked: str, **more: str) -> int:
    data = {"film": list(ticked), "scope": "film", "reason": "누나가 편집했어요"} | more
    return browser.post(address, data=data).status_code


def test_what_a_juror_tells_is_confirmed_and_takes_the_film_away(
    jury: Jury, session: Session, sign_in: SignIn, address: str
) -> None:
    _given(session, jury, 0, 2, AssignmentState.PUBLISHED)
    _state(session, jury, RoundState.OPEN)
    browser, other = sign_in(jury.people[0].id), sign_in(jury.people[1].id)
    page = browser.get(address).text
    wanted = sorted(jury.films, key=lambda film: film.title_ko).index(jury.films[2])
    assert _tell(browser, address, marks(page)[wanted], scope="team") == 303
    session.expire_all()
    told = session.scalars(sa.select(Conflict)).one()
    state = (told.entry_id, told.source, told.status, told.scope, told.reason)
    juror = ConflictSource.JUROR
    assert state == (jury.films[2].id, juror, ConflictState.CONFIRMED, ConflictScope.TEAM, "누나가 편집했어요")
    assert session.scalars(sa.select(Assignment.state)).one() == AssignmentState.RECUSED
    session.commit()
    assert "누나가 편집했어요" in browser.get(address).text
    assert "누나가 편집했어요" not in other.get(address).text


def test_stepping_back_from_a_film_stands_on_the_page(
    published: Jury, sign_in: SignIn, own_film: Callable[[int], str], address: str
) -> None:
    browser = sign_in(published.people[0].id)
    browser.post(f"/ko/jury/{own_film(0)}/recuse", data={"reason": "같은 회사예요"})
    assert "같은 회사예요" in browser.get(address).text


@pytest.mark.parametrize(
    "more", [{"reason": ""}, {"reason": "가" * 201}, {"scope": "everything"}, {"film": "0" * 16}, {"film": ""}]
)
def test_half_a_declaration_is_refused_in_words_and_stays_as_it_was_typed(
    jury: Jury, session: Session, sign_in: SignIn, address: str, more: dict[str, str]
) -> None:
    browser = sign_in(jury.people[0].id)
    first = marks(browser.get(address).text)[0]
    data = {"film": first, "scope": "category", "reason": "까닭이에요"} | more
    answer = browser.post(address, data=data)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert more.get("reason", "까닭이에요") in answer.text
    assert "film" in more or f'value="{first}" id="t-{first}" checked' in answer.text
    assert session.scalar(sa.select(sa.func.count()).select_from(Conflict)) == 0


def test_anothers_marks_name_nothing(jury: Jury, session: Session, sign_in: SignIn, address: str) -> None:
    theirs = marks(sign_in(jury.people[1].id).get(address).text)
    assert _tell(sign_in(jury.people[0].id), address, *theirs) == 422
    assert session.scalar(sa.select(sa.func.count()).select_from(Conflict)) == 0


def test_there_is_nothing_more(jury: Jury, session: Session, sign_in: SignIn, address: str) -> None:
    browser, seat = sign_in(jury.people[0].id), jury.jurors[0].id
    assert "말했" not in browser.get(address).text
    assert browser.post(f"{address}/done").status_code == 303
    session.expire_all()
    assert session.scalars(sa.select(Juror.id).where(Juror.declared_at.is_not(None))).all() == [seat]
    session.commit()
    assert "아는 이해관계가 없다고 알렸어요" in browser.get(address).text


@pytest.mark.parametrize("who", ["chair", "maker", "ended", "closed"])
def test_the_page_is_there_for_seats_in_living_rounds_alone(
    jury: Jury, session: Session, sign_in: SignIn, address: str, who: str
) -> None:
    browser = sign_in({"chair": jury.chair.id, "maker": jury.maker.id}.get(who, jury.people[0].id))
    if who == "ended":
        jury.jurors[0].ended_at = clock.now()
        session.commit()
    if who == "closed":
        _state(session, jury, RoundState.CLOSED)
    absent = browser.get("/ko/jury/conflicts/NOWHERE")
    found = browser.get(address)
    assert (found.status_code, absent.status_code) == (404, 404)
    assert found.text.replace(jury.round.code, "NOWHERE") == absent.text
    assert _tell(browser, address, "x") == browser.post(f"{address}/done").status_code == 404


def test_a_juror_comes_there_before_films_are_given_out(jury: Jury, sign_in: SignIn, address: str) -> None:
    assert address in sign_in(jury.people[0].id).get("/ko/jury").text


def test_a_juror_of_another_round_is_a_stranger(jury: Jury, session: Session, sign_in: SignIn, address: str) -> None:
    other = builders.person(session)
    session.commit()
    assert sign_in(other.id).get(address).status_code == 404
