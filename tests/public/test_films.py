"""Public films: only what is announced, told and agreed; nothing else in any list, count, search or page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal import clock
from portal.disclosure.codes import ConsentStatus
from portal.jury.decisions.models import Decision, Outcome
from portal.lifecycles import DecisionState, EntryState
from tests import builders
from tests.public.conftest import Festival


def listed(client: FlaskClient, session: Session, query: str = "") -> str:
    """The list's page; commits what the test made."""
    session.commit()
    return client.get(f"/ko/films{query}").text


@pytest.mark.parametrize(
    ("outcome", "announced", "state"),
    [
        *((Outcome.SELECTED, False, EntryState.ELIGIBLE), (Outcome.RESERVE, True, EntryState.ELIGIBLE)),
        *((Outcome.NOT_SELECTED, True, EntryState.ELIGIBLE), (None, True, EntryState.ELIGIBLE)),
    ],
)
def test_what_is_not_announced_as_selected_does_not_exist(
    client: FlaskClient, session: Session, festival: Festival, outcome: Outcome, announced: bool, state: EntryState
) -> None:
    shown, hidden = festival.film("보이는 영화"), festival.film("숨은 영화", outcome, announced=announced, state=state)
    text = listed(client, session)
    assert "보이는 영화" in text
    assert "숨은" not in text
    assert "1편" in text
    assert hidden.number not in listed(client, session, "?search=숨은")
    assert client.get(f"/ko/films/{shown.number}").status_code == 200
    missing, absent = client.get(f"/ko/films/{hidden.number}"), client.get("/ko/films/P1-NONE0")
    assert missing.status_code == absent.status_code == 404
    assert missing.text.replace(hidden.number, "") == absent.text.replace("P1-NONE0", "")


@pytest.mark.parametrize("state", [EntryState.WITHDRAWN, EntryState.DISQUALIFIED])
def test_a_film_that_left_is_gone_without_a_reason(
    client: FlaskClient, session: Session, festival: Festival, state: EntryState
) -> None:
    film = festival.film("떠난 영화", state=state)
    assert "떠난 영화" not in listed(client, session)
    page = client.get(f"/ko/films/{film.number}")
    assert page.status_code == 410
    assert "떠난 영화" not in page.text
    assert state not in page.text


@pytest.mark.parametrize(
    ("consent", "is_public"),
    [
        *((ConsentStatus.VERIFIED, True), (ConsentStatus.DOC, True), (ConsentStatus.PENDING, False)),
        *((ConsentStatus.REVOKED, False), (ConsentStatus.DECLARED, False), (ConsentStatus.NONE, False)),
    ],
)
def test_a_replica_is_shown_with_proven_consent_only(
    client: FlaskClient, session: Session, festival: Festival, consent: ConsentStatus, is_public: bool
) -> None:
    film = festival.film("복제 배우")
    festival.declare(film, 3, consent)
    assert ("복제 배우" in listed(client, session)) is is_public
    assert client.get(f"/ko/films/{film.number}").status_code == (200 if is_public else 410)


def test_before_the_list_is_shown_nothing_exists(client: FlaskClient, session: Session, festival: Festival) -> None:
    film = festival.film("첫눈 내린 날")
    festival.round.listed_at = None
    assert "첫눈 내린 날" not in listed(client, session)
    assert client.get(f"/ko/films/{film.number}").status_code == 404
    assert "첫눈 내린 날" not in client.get("/ko/").text
    festival.round.listed_at = clock.now()
    assert "첫눈 내린 날" in listed(client, session)
    assert client.get(f"/ko/films/{film.number}").status_code == 200


def test_what_is_announced_after_the_list_waits_for_the_next_one(
    client: FlaskClient, session: Session, festival: Festival
) -> None:
    festival.film("첫눈 내린 날")
    festival.round.listed_at = clock.now() - timedelta(hours=2)
    assert "첫눈 내린 날" not in listed(client, session)
    festival.round.listed_at = clock.now()
    assert "첫눈 내린 날" in listed(client, session)


def test_the_last_announced_round_counts(client: FlaskClient, session: Session, festival: Festival) -> None:
    stays, falls = festival.film("남은 영화"), festival.film("떨어진 영화")
    final = festival.another_round()
    festival.decide(stays, Outcome.SELECTED, announced=True, round=final)
    festival.decide(falls, Outcome.NOT_SELECTED, announced=False, round=final)
    assert "떨어진 영화" in listed(client, session)
    falls_decision = session.query(Decision).filter_by(round_id=final.id, entry_id=falls.id).one()
    falls_decision.state = DecisionState.ANNOUNCED
    assert "떨어진 영화" in listed(client, session), "not on a list that was shown"
    falls_decision.announced_at = clock.now() - timedelta(minutes=1)
    text = listed(client, session)
    assert "남은 영화" in text
    assert "떨어진 영화" not in text


def test_search_knows_titles_and_names_of_the_page_only(
    client: FlaskClient, session: Session, festival: Festival
) -> None:
    festival.film("종이 고래", search_text="secret@example.com 비밀출품자")
    festival.film("달빛 우산")
    for words in ("종이고래", "종이 고래 EN", "director 종이"):
        text = listed(client, session, f"?search={words}")
        assert "종이 고래" in text
        assert "달빛 우산" not in text
    for words in ("secret", "비밀", "%", "_", "100%"):
        assert "조건에 맞는 영화가 없어요" in listed(client, session, f"?search={words}")


def test_filters_by_section_and_level(client: FlaskClient, session: Session, festival: Festival) -> None:
    section = builders.category(session, festival.call, name_ko="배우 IP", code="actor")
    by_hand, with_ai = festival.film("사람 영화"), festival.film("기계 영화", category_id=section.id)
    festival.declare(by_hand, 0)
    festival.declare(with_ai, 3)
    assert "기계 영화" not in listed(client, session, "?ai=none")
    assert "사람 영화" not in listed(client, session, "?ai=generated")
    assert "사람 영화" not in listed(client, session, "?section=actor")
    assert "사람 영화" in listed(client, session, "?ai=nonsense&page=x")


def test_the_list_alone_for_htmx(client: FlaskClient, session: Session, festival: Festival) -> None:
    festival.film("종이 고래")
    session.commit()
    part = client.get("/ko/films", headers={"HX-Request": "true"})
    assert "종이 고래" in part.text
    assert "<html" not in part.text
    assert "HX-Request" in part.headers["Vary"]


def test_a_film_page_tells_what_is_public_and_nothing_else(
    client: FlaskClient, session: Session, festival: Festival
) -> None:
    film = festival.film("종이 고래", synopsis_ko="<script>alert(1)</script>", statement="내부 메모")
    festival.declare(film, 2)
    session.commit()
    text = client.get(f"/ko/films/{film.number}").text
    assert "종이 고래 감독" in text
    assert "&lt;script&gt;" in text
    for hidden in ("비밀 출품자", "@example", "내부 메모", "<script>alert"):
        assert hidden not in text
    assert 'lang="en">종이 고래 EN' in text


def test_the_list_costs_the_same_with_more_films(
    client: FlaskClient, session: Session, festival: Festival, count_queries: Callable[[], int]
) -> None:
    festival.film("하나")
    listed(client, session)
    count_queries()
    client.get("/ko/films")
    few = count_queries()
    for n in range(9):
        festival.declare(festival.film(f"영화 {n}"), 2)
    session.commit()
    count_queries()
    assert "영화 8" in client.get("/ko/films").text
    assert count_queries() == few <= 14
