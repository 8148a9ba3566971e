"""A round that judges a list: films taken from an earlier round, added, taken out, seen by more jurors."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal import clock
from portal.entries.models import Entry
from portal.jury import queries
from portal.jury.decisions.models import Decision, Outcome
from portal.jury.models import RoundFilm, RoundReach
from portal.jury.results.models import Result
from portal.jury.rounds import queries as reads
from portal.jury.rounds import setup
from portal.lifecycles import DecisionState, EntryState
from portal.policies import SYSTEM
from tests import builders
from tests.jury.conftest import Jury
from tests.jury.rounds.test_setup_pages import Desk

FIGURES = {"n": 3, "mean": 6.0, "score": 6.0, "low": 5.0, "high": 7.0}


@pytest.fixture
def desk(jury: Jury, session: Session, sign_in: Callable[..., FlaskClient]) -> Desk:
    """A new round; of the first one's six films the third and fourth share a rank."""
    for film, rank, chance in zip(jury.films, (1, 2, 3, 3, 5, 6), (0.99, 0.9, 0.6, 0.5, 0.1, 0.0), strict=True):
        session.add(Result(round_id=jury.round.id, entry_id=film.id, rank=rank, p_top=chance, **FIGURES))
    jury.round.results_at = clock.now()
    made = setup.make_round(
        session, jury.call, name_ko="본심", name_en="Second", due_at=clock.now() + timedelta(days=7), by=SYSTEM
    )
    session.commit()
    return Desk(session, sign_in(jury.chair.id), made.code)


def listed(desk: Desk) -> list[int]:
    rows = sa.select(RoundFilm.entry_id).where(RoundFilm.round_id == desk.round.id).order_by(RoundFilm.entry_id)
    return list(desk.session.scalars(rows))


@pytest.mark.parametrize(
    ("rule", "count", "expected"), [("top", 2, [0, 1]), ("top", 3, [0, 1, 2, 3]), ("contested", 0, [2, 3])]
)
def test_films_are_taken_by_rank_or_by_how_open_they_are(
    desk: Desk, jury: Jury, rule: str, count: int, expected: list[int]
) -> None:
    answer = desk.send("films/take", {"source": jury.round.code, "rule": rule, "count": count})
    assert answer.status_code == 303
    assert listed(desk) == [jury.films[n].id for n in expected]
    found = desk.round
    assert (found.reach, found.source_id) == (RoundReach.LISTED, jury.round.id)
    judged = desk.session.scalars(queries.judged_entries(found)).all()
    assert sorted(film.id for film in judged) == listed(desk)


def test_selected_films_are_taken_whether_announced_or_not(desk: Desk, jury: Jury) -> None:
    states = (DecisionState.PENDING, DecisionState.ANNOUNCED, DecisionState.UNDECIDED, DecisionState.PENDING)
    outcomes = (Outcome.SELECTED, Outcome.SELECTED, None, Outcome.RESERVE)
    for film, state, outcome in zip(jury.films, states, outcomes, strict=False):
        desk.session.add(Decision(round_id=jury.round.id, entry_id=film.id, state=state, outcome=outcome))
    desk.session.commit()
    desk.send("films/take", {"source": jury.round.code, "rule": "decided"})
    assert listed(desk) == [film.id for film in jury.films[:2]]
    again = desk.send("films/take", {"source": jury.round.code, "rule": "top", "count": 3})
    assert again.status_code == 303
    assert len(listed(desk)) == 4, "what is listed already is listed once"


def test_a_rule_that_finds_nothing_says_so_and_keeps_the_answers(desk: Desk, jury: Jury) -> None:
    answer = desk.send("films/take", {"source": jury.round.code, "rule": "decided", "count": 17})
    assert (answer.status_code, "That round has no such films." in answer.text) == (422, True)
    assert 'value="17"' in answer.text
    assert desk.round.reach == RoundReach.ALL
    assert desk.send("films/take", {"source": jury.round.code, "rule": "best"}).status_code == 404


def test_films_are_added_by_number_and_taken_out(desk: Desk, jury: Jury) -> None:
    for _ in range(2):
        assert desk.send("films/add", {"number": f" {jury.films[4].number.lower()} "}).status_code == 303
    assert listed(desk) == [jury.films[4].id]
    draft = builders.entry(desk.session, jury.call, jury.maker, state=EntryState.DRAFT)
    desk.session.commit()
    for wrong in (draft.number, "NOTHING", ""):
        answer = desk.send("films/add", {"number": wrong})
        assert (answer.status_code, "No eligible film of this call" in answer.text) == (422, True)
    desk.send("films", {f"demand-{jury.films[4].id}": "", "remove": jury.films[4].id})
    assert listed(desk) == []


def test_a_film_may_have_a_number_of_jurors_of_its_own(desk: Desk, jury: Jury) -> None:
    desk.send("films/take", {"source": jury.round.code, "rule": "top", "count": 2})
    first, second = listed(desk)
    assert desk.send("films", {f"demand-{first}": "7", f"demand-{second}": ""}).status_code == 303
    rows = dict(desk.session.execute(sa.select(RoundFilm.entry_id, RoundFilm.demand)).all())
    assert rows == {first: 7, second: None}
    for wrong in ("21", "0", "two"):
        answer = desk.send("films", {f"demand-{first}": wrong})
        assert (answer.status_code, "Write a number from 1 to 20." in answer.text) == (422, True)
        assert f'value="{wrong}"' in answer.text
    burden = reads.burden(desk.session, desk.round)
    assert (burden.films, burden.seconds, burden.watched_s) == (2, 600, 300 * 7 + 300 * 3)


def test_the_page_says_what_the_list_means_for_hours(desk: Desk, jury: Jury) -> None:
    desk.send("films/take", {"source": jury.round.code, "rule": "top", "count": 2})
    page = desk.browser.get(f"/en/ops/rounds/{desk.code}/films").text
    assert jury.films[0].number in page
    assert "all films would be 1.5" in page, "six films of five minutes, three jurors each"
    everything = desk.send("films/reach", {"reach": "all"})
    assert everything.status_code == 303
    assert reads.burden(desk.session, desk.round).films == 6


def test_a_film_that_is_no_longer_eligible_is_named(desk: Desk, jury: Jury) -> None:
    desk.send("films/take", {"source": jury.round.code, "rule": "top", "count": 2})
    gone = sa.update(Entry).where(Entry.id == jury.films[0].id).values(state=EntryState.WITHDRAWN)
    desk.session.execute(gone.execution_options(synchronize_session=False))
    desk.session.commit()
    assert "Not eligible any more" in desk.browser.get(f"/en/ops/rounds/{desk.code}/films").text
    assert reads.burden(desk.session, desk.round).films == 1


def test_who_comes_second_is_told(desk: Desk, jury: Jury) -> None:
    old = desk.round.rev
    desk.send("films/add", {"number": jury.films[0].number})
    for path, data in (
        ("films/add", {"number": jury.films[1].number}),
        ("films/take", {"source": jury.round.code, "rule": "top", "count": 3}),
        ("films", {"remove": jury.films[0].id}),
        ("films/reach", {"reach": "listed"}),
    ):
        answer = desk.send(path, data, rev=old)
        assert (answer.status_code, "Somebody changed this round" in answer.text) == (409, True), path
    assert listed(desk) == [jury.films[0].id]


def test_what_the_page_asks_does_not_grow_with_the_list(
    desk: Desk, jury: Jury, count_queries: Callable[[], int]
) -> None:
    counts = []
    for rank in (1, 3):
        desk.send("films/take", {"source": jury.round.code, "rule": "top", "count": rank})
        desk.session.commit()
        for path in ("films", "setup", "planner"):
            desk.browser.get(f"/en/ops/rounds/{desk.code}/{path}")
        count_queries()
        for path in ("films", "setup", "planner"):
            desk.browser.get(f"/en/ops/rounds/{desk.code}/{path}")
            counts.append(count_queries())
    assert counts[:3] == counts[3:]
    assert max(counts) <= 13, "SQLite's BEGIN is one of them"
