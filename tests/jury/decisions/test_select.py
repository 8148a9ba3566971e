"""The page of deciding: by place, one film or the first places at once, with counters that follow."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.jury.decisions import bounds, queries, service
from portal.jury.decisions.models import Decision, Outcome, QuotaKind
from portal.jury.results.models import Result
from portal.lifecycles import RoundState
from tests.jury.conftest import Jury

HTMX = {"HX-Request": "true"}


@pytest.fixture
def ranked(jury: Jury, session: Session) -> Jury:
    """Five of the six films have a result, the first one the best; the round is closed."""
    for n, film in enumerate(jury.films[:5], start=1):
        figures = {"mean": 9.0 - n, "score": 9.0 - n, "low": 8.0 - n, "high": 10.0 - n, "p_top": 0.5}
        session.add(Result(round_id=jury.round.id, entry_id=film.id, n=3, rank=n, place=n, **figures))
        film.title_ko, film.title_en = f"작품 {n}", f"Film {n}"
    session.execute(sa.update(type(jury.round)).values(state=RoundState.CLOSED))
    session.commit()
    session.refresh(jury.round)
    session.commit()
    return jury


def _outcomes(session: Session) -> list[str]:
    session.rollback()
    found = session.scalars(sa.select(Decision.outcome).order_by(Decision.entry_id)).all()
    session.rollback()
    return [one.value for one in found if one]


def _numbers(page: str) -> list[str]:
    return re.findall(r'id="film-([^"]+)"', page)


def test_films_stand_by_place_and_those_without_a_result_last(
    ranked: Jury, sign_in: Callable[..., FlaskClient]
) -> None:
    page = sign_in(ranked.chair.id).get(f"/en/ops/results/{ranked.round.code}/select").text
    assert _numbers(page) == [film.number for film in ranked.films]


def test_one_press_decides_and_answers_with_the_row_and_the_counters(
    ranked: Jury, session: Session, sign_in: Callable[..., FlaskClient]
) -> None:
    chair, address = sign_in(ranked.chair.id), f"/en/ops/results/{ranked.round.code}/decide"
    number = ranked.films[1].number
    answer = chair.post(address, data={"number": number, "outcome": "selected"}, headers=HTMX).text
    assert _numbers(answer) == [number]
    assert re.search(rf'id="d-{number}-1"[^>]*aria-pressed="true"', answer)
    assert '<div id="standing" hx-swap-oob="true"' in answer
    assert "<h1" not in answer
    assert _outcomes(session) == ["selected"]
    plain = chair.post(address, data={"number": number, "outcome": "", "page": "1", "show": "reserve"})
    assert plain.status_code == 303
    assert plain.headers["Location"].endswith("/select?page=1&show=reserve")
    assert _outcomes(session) == []


def test_the_same_decision_twice_is_one(ranked: Jury, session: Session) -> None:
    chair = ranked.actor(ranked.chair)
    for _ in range(2):
        service.decide(session, ranked.round, ranked.films[0], Outcome.SELECTED, by=chair)
        session.commit()
    assert service.tally(session, ranked.round).mails == 1


def test_the_first_places_are_previewed_and_then_selected(
    ranked: Jury, session: Session, sign_in: Callable[..., FlaskClient]
) -> None:
    service.decide(session, ranked.round, ranked.films[1], Outcome.RESERVE, by=ranked.actor(ranked.chair))
    session.commit()
    chair, address = sign_in(ranked.chair.id), f"/en/ops/results/{ranked.round.code}"
    preview = chair.get(f"{address}/select?top=3").text
    assert "Select 2 films" in preview
    assert "<dt>Decided otherwise</dt><dd>1</dd>" in preview
    stale = chair.post(f"{address}/select-top", data={"top": "3", "count": "3"})
    assert stale.status_code == 422
    assert "The list has changed meanwhile" in stale.text
    assert chair.post(f"{address}/select-top", data={"top": "3", "count": "2"}).status_code == 303
    assert _outcomes(session) == ["selected", "reserve", "selected"]
    assert chair.post(f"{address}/select-top", data={"top": "3", "count": "2"}).status_code == 422, "pressed twice"


def test_a_quota_that_is_not_kept_warns_with_its_figure(
    ranked: Jury, session: Session, sign_in: Callable[..., FlaskClient]
) -> None:
    chair = ranked.actor(ranked.chair)
    bounds.set_quota(session, ranked.round, QuotaKind.MINUTES, "", at_least=None, at_most=9, by=chair)
    bounds.set_quota(session, ranked.round, QuotaKind.COUNTRY, "KR", at_least=1, at_most=None, by=chair)
    for film in ranked.films[:2]:
        service.decide(session, ranked.round, film, Outcome.SELECTED, by=chair)
    session.commit()
    page = sign_in(ranked.chair.id).get(f"/en/ops/results/{ranked.round.code}/select").text
    assert re.search(r"Minutes in all</span> <b[^>]*>10 min</b>.*?at most 9.*?Too many", page)
    assert re.search(r"Korea</span> <b[^>]*>2 films</b>.*?Kept", page)


@pytest.mark.parametrize("shown", ["undecided", "selected", "reserve", "not_selected", "all", "nonsense"])
def test_the_list_can_be_narrowed(ranked: Jury, session: Session, shown: str) -> None:
    chair = ranked.actor(ranked.chair)
    for film, outcome in zip(ranked.films, Outcome, strict=False):
        service.decide(session, ranked.round, film, outcome, by=chair)
    session.commit()
    wanted = queries.Shown(shown) if shown in set(queries.Shown) else queries.Shown.ALL
    found = [row.number for row in session.execute(queries.films(ranked.round, wanted))]
    numbers = [film.number for film in ranked.films]
    expected = {
        "undecided": numbers[3:],
        "selected": numbers[:1],
        "reserve": numbers[1:2],
        "not_selected": numbers[2:3],
    }
    assert found == expected.get(shown, numbers)


def test_the_page_asks_the_same_of_the_database_however_many_films(
    ranked: Jury, session: Session, sign_in: Callable[..., FlaskClient], count_queries: Callable[[], int]
) -> None:
    chair, address = sign_in(ranked.chair.id), f"/ko/ops/results/{ranked.round.code}/select"
    spent = []
    for outcome in (None, Outcome.SELECTED):
        for film in ranked.films if outcome else []:
            service.decide(session, ranked.round, film, outcome, by=ranked.actor(ranked.chair))
        session.commit()
        chair.get(address)
        count_queries()
        chair.get(address)
        spent.append(count_queries())
    assert spent[0] == spent[1] <= 17


@pytest.mark.parametrize("path", ["select", "quotas", "release", "list"])
def test_deciding_is_nobody_elses_business(ranked: Jury, sign_in: Callable[..., FlaskClient], path: str) -> None:
    address = f"/ko/ops/results/{ranked.round.code}/{path}"
    for person in (ranked.people[0], ranked.maker):
        assert sign_in(person.id).get(address).status_code == 404
