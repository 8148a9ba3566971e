"""Results follow the score events alone: in any order, at any time, the same; what does not count is not there."""

from __future__ import annotations

import random
from dataclasses import asdict

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session, sessionmaker

from portal.jury import queries
from portal.jury.calibration.intrafilm import Score, calibrate
from portal.jury.calibration.leaving import left_out
from portal.jury.models import Juror, Panel, Round
from portal.jury.results import queries as reading
from portal.jury.results import service as results
from portal.jury.results.models import Result, Severity
from portal.jury.scoring import abstaining, events, voiding
from portal.jury.scoring import service as scoring
from portal.lifecycles import RoundState
from portal.policies import Role
from tests.jury.conftest import Jury
from tests.jury.results.scored import assignment, link, pairs, scales, score, score_all, table, work_out
from workers.jury import calibrate as ring


def test_jurors_without_a_film_in_common_are_ranked_apart(published: Jury, session: Session) -> None:
    score_all(session, published)
    work_out(session, published)
    found = table(session, published).values()
    for component in (0, 1):
        assert sorted(row["rank"] for row in found if row["component"] == component) == [1, 2, 3]
    assert (published.round.results_note["connectivity"], published.round.results_note["components"]) == ("red", 2)


def test_both_ranks_stand_beside_each_other(published: Jury, session: Session) -> None:
    link(session, published)
    score_all(session, published)
    work_out(session, published)
    found = table(session, published)
    assert [found[film]["rank"] for film in range(6)] == [6, 5, 4, 3, 2, 1]
    assert all(row["n"] == 3 and row["raw_rank"] and row["place"] == row["rank"] for row in found.values())
    assert all(row["best_rank"] <= row["rank"] <= row["worst_rank"] for row in found.values())
    assert all(row["low"] <= row["score"] <= row["high"] for row in found.values())
    assert set(found[0]["panels"]) == {panel.code for panel in published.round.panels}
    assert {row["n"] for row in scales(session, published).values()} == {3}
    assert published.round.results_note["connectivity"] in ("green", "amber")


def test_they_are_what_a_replay_of_the_events_comes_to(published: Jury, session: Session) -> None:
    rng = random.Random(5)
    score_all(session, published, lambda film, juror: rng.randint(1, 10))
    score_all(session, published, lambda film, juror: rng.randint(1, 10), pairs(session, published)[:7])
    work_out(session, published)
    seats = {row.id: row for row in session.execute(sa.select(Juror.id, Panel.code, Panel.weight).join(Juror.panel))}
    standing = events.standing(session, published.round.id)
    replayed = {key: row.total for key, row in events.replayed(session, published.round.id).items()}
    sheet = [
        Score(
            str(row.entry_id),
            str(row.juror_id),
            replayed[row.assignment_id] / 100,
            seats[row.juror_id].code,
            seats[row.juror_id].weight,
        )
        for row in standing
    ]
    expected = calibrate(sheet, published.round.places, seed=published.round.seed)
    stored = {one.entry_id: one for one in session.scalars(sa.select(Result))}
    for film in expected.films:
        mine = stored[int(film.id)]
        for name in ("n", "mean", "score", "p_top", "rank", "place", "best_rank", "worst_rank", "component"):
            assert getattr(mine, name) == pytest.approx(getattr(film, name)), name
    severities = {one.juror_id: one for one in session.scalars(sa.select(Severity))}
    for juror in expected.jurors:
        told = asdict(juror)
        assert {name: getattr(severities[int(juror.id)], name) for name in told if name != "id"} == pytest.approx(
            {name: told[name] for name in told if name != "id"}
        )


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(seed=st.integers(0, 999))
def test_the_order_in_which_sheets_come_changes_nothing(published: Jury, session: Session, seed: int) -> None:
    rng = random.Random(seed)
    order = pairs(session, published)
    given_scores = {pair: rng.randint(1, 10) for pair in order}
    found = []
    for _ in range(2):
        rng.shuffle(order)
        for film, juror in order:
            score(session, published, film, juror, given_scores[film, juror])
        results.recompute(session, published.round)
        found.append((table(session, published), scales(session, published)))
        session.rollback()
    assert found[0] == found[1]


def test_a_second_reckoning_changes_nothing(published: Jury, session: Session) -> None:
    score_all(session, published)
    work_out(session, published)
    first = (table(session, published), scales(session, published), dict(published.round.results_note))
    work_out(session, published)
    assert (table(session, published), scales(session, published), dict(published.round.results_note)) == first


@pytest.mark.parametrize("how", ["recuse", "abstain", "reopen", "void"])
def test_a_sheet_that_does_not_count_is_as_if_it_had_never_been(published: Jury, session: Session, how: str) -> None:
    film, juror = pairs(session, published)[0]
    rest = pairs(session, published)[1:]
    score_all(session, published, only=rest)
    work_out(session, published)
    without = (table(session, published), scales(session, published))
    score(session, published, film, juror, 1)
    session.commit()
    work_out(session, published)
    assert table(session, published) != without[0]
    _take_back(session, published, film, juror, how)
    session.commit()
    assert list(queries.waiting_for_results(session)) == [published.round.id]
    work_out(session, published)
    assert (table(session, published), scales(session, published)) == without
    assert list(queries.waiting_for_results(session)) == []


def _take_back(session: Session, jury: Jury, film: int, juror: int, how: str) -> None:
    found, by = assignment(session, jury, film, juror), jury.actor(jury.people[juror], Role.JUROR)
    if how == "recuse":
        scoring.recuse(session, found, reason="같은 회사", by=by)
    elif how == "abstain":
        abstaining.abstain(session, found, reason="소리", by=by)
    elif how == "reopen":
        abstaining.reopen(session, found, by=by)
    else:
        voiding.ask(session, found, reason="대신 냈어요", by=jury.actor(jury.chair))
        voiding.confirm(session, found, by=jury.actor(jury.organizer))


def test_one_score_makes_no_rank(published: Jury, session: Session) -> None:
    first = pairs(session, published)[0]
    score_all(session, published, only=[first])
    work_out(session, published)
    row = table(session, published)[first[0]]
    assert (row["n"], row["rank"], row["raw_rank"], row["place"], row["best_rank"], row["p_top"]) == (
        *(1, None, None, None, None),
        0.0,
    )
    assert (row["low"], row["high"]) == (1.0, 10.0)


def test_films_nobody_can_tell_apart_share_rank_and_place(published: Jury, session: Session) -> None:
    published.round.places = 3
    score_all(session, published, lambda film, juror: 7)
    work_out(session, published)
    rows = table(session, published).values()
    assert {(row["rank"], row["raw_rank"], row["place"]) for row in rows} == {(1, 1, 1)}


def test_leaving_a_juror_out_agrees_with_the_range(published: Jury, session: Session) -> None:
    rng = random.Random(11)
    score_all(session, published, lambda film, juror: rng.randint(1, 10))
    work_out(session, published)
    scores = results.scores(reading.counted(session, published.round.id))
    for number, row in table(session, published).items():
        mine = left_out(scores, str(published.films[number].id))
        assert len(mine) == row["n"]
        for one in mine:
            assert one.rank is not None
            assert row["best_rank"] <= one.rank <= row["worst_rank"]
    assert left_out(scores, "absent") == []


@pytest.mark.usefixtures("environment")
def test_the_worker_brings_them_up_to_date_once(published: Jury, session: Session) -> None:
    score_all(session, published)
    ring(published.round.id)
    ring(published.round.id)
    session.expire_all()
    round_ = session.get_one(Round, published.round.id)
    assert (round_.state, round_.lease_until, round_.attempts) == (RoundState.OPEN, None, 0)
    assert len(table(session, published)) == 6
    assert list(queries.waiting_for_results(session)) == []


def test_what_dies_in_the_middle_leaves_the_old_results(
    published: Jury, session: Session, sessions: sessionmaker[Session]
) -> None:
    score_all(session, published)
    work_out(session, published)
    before = table(session, published)
    score_all(session, published, lambda film, juror: 10 - film)
    with sessions() as killed:
        results.recompute(killed, killed.get_one(Round, published.round.id))
        killed.rollback()  # as the database does for a process that is gone
    assert table(session, published) == before
    assert list(queries.waiting_for_results(session)) == [published.round.id]
