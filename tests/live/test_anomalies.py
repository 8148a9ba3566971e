"""Counting ballots, and what is odd about them: planted oddities are found, an ordinary evening has none."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from portal.live.ballots.anomalies import Anomaly, Kind, report
from portal.live.ballots.counting import Vote, result

OPENED = datetime(2027, 2, 20, 12, 0, tzinfo=UTC)
CLOSED = OPENED + timedelta(minutes=20)
FILMS = (1, 2, 3)


def vote(booking: int, film: int, stars: int, **changed: object) -> Vote:
    at = OPENED + timedelta(seconds=booking * 11 % 1100)
    kept = Vote(booking, 1, film, stars, 0, f"phone-{booking}", at, at, True, 1)
    return replace(kept, **changed)  # type: ignore[arg-type]


def evening(seats: int = 80) -> list[Vote]:
    """Ballots as an ordinary hall gives them: the first film liked best, the third least."""
    rng = random.Random(1)
    return [
        vote(booking, film, max(1, min(5, round(rng.gauss(mean, 0.8)))))
        for booking in range(1, seats + 1)
        for film, mean in ((1, 4.4), (2, 3.5), (3, 2.6))
    ]


def found(votes: list[Vote]) -> dict[Kind, Anomaly]:
    whole = result(votes, FILMS)
    return {one.kind: one for one in report(votes, FILMS, closed_at=CLOSED, whole=whole)}


def test_a_result_ranks_by_mean_and_says_who_is_ahead() -> None:
    counted = result(evening(), FILMS)
    assert [film.entry_id for film in counted.films] == [1, 2, 3]
    assert [film.place for film in counted.films] == [1, 2, 3]
    assert [film.entry_id for film in counted.front] == [1]
    assert (counted.ballots, counted.is_close, counted.is_thin) == (80, False, False)


def test_films_liked_alike_are_too_close_to_call() -> None:
    votes = [vote(n, film, 4 + (n + film) % 2) for n in range(1, 31) for film in (1, 2)]
    counted = result(votes, (1, 2, 3))
    assert {film.entry_id for film in counted.front} == {1, 2}
    assert counted.is_close
    assert counted.films[-1].interval is None
    assert counted.films[0].place == counted.films[1].place == 1


def test_the_same_people_tell_films_apart_whose_intervals_overlap() -> None:
    """Everybody gives the first film one star more: nobody doubts which they prefer, however they differ."""
    votes = [vote(n, film, 1 + n % 4 + (film == 1)) for n in range(1, 17) for film in (1, 2)]
    first, second = result(votes, (1, 2)).films
    assert first.interval is not None
    assert second.interval is not None
    assert first.interval.low < second.interval.high
    assert not second.level


def test_nothing_and_next_to_nothing() -> None:
    assert result([], FILMS).front == ()
    assert result([], FILMS).is_thin
    assert result([vote(1, 1, 5)], FILMS).is_thin
    assert result(evening(5), FILMS).is_thin is False


def test_an_ordinary_evening_has_nothing_odd() -> None:
    assert found(evening()) == {}


ODD = [
    (Kind.ONE_SOURCE, [vote(200 + n, 2, 3 + n % 2, source="one") for n in range(9)]),
    (Kind.ALIKE, [vote(200 + n, 3, 5, source="one") for n in range(6)]),
    (Kind.NOT_IN, [vote(200, 1, 4, checked_in=False)]),
    (Kind.LATE, [vote(200, 1, 4, changes=2, changed_at=CLOSED - timedelta(seconds=20))]),
    (Kind.NO_SEAT, [vote(200, 1, 4, seat=2)]),
    (Kind.BURST, [vote(200 + n, 2, 3 + n % 3, first_at=OPENED + timedelta(seconds=900 + n)) for n in range(40)]),
]


@pytest.mark.parametrize("kind,planted", ODD)
def test_what_is_planted_is_found_and_counted(kind: Kind, planted: list[Vote]) -> None:
    usual = evening()
    odd = found([*usual, *planted])
    assert kind in odd
    assert odd[kind].ballots >= len({one.ballot for one in planted})
    assert odd[kind].share == pytest.approx(odd[kind].votes / (len(usual) + len(planted)))
    if kind is not Kind.BURST:  # a minute is odd as a whole
        assert odd[kind].votes == len(planted)
        assert odd[kind].without == result(usual, FILMS)


def test_stuffing_that_changes_who_leads_is_told() -> None:
    planted = [vote(200 + n, film, 5 if film == 3 else 1, source="one") for n in range(90) for film in FILMS]
    odd = found([*evening(), *planted])
    assert odd[Kind.ONE_SOURCE].changes_first
    assert odd[Kind.ONE_SOURCE].without.films[0].entry_id == 1


def test_a_late_change_is_one_made_in_the_last_minute() -> None:
    early = vote(200, 1, 4, changes=3, changed_at=CLOSED - timedelta(minutes=2))
    first = vote(201, 1, 4, changes=0, changed_at=CLOSED - timedelta(seconds=5))
    assert Kind.LATE not in found([*evening(), early, first])
