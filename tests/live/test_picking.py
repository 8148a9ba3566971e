"""The published rule: which question is next, and why."""

from __future__ import annotations

from datetime import timedelta

from portal import clock
from portal.live.questions.picking import Candidate, Why, by_rule, following
from portal.programme.models import PickRule

_START = clock.now()


def one(n: int, votes: int, film: int | None = None, place: int | None = None) -> Candidate:
    return Candidate(n, film, votes, _START + timedelta(seconds=n), place)


def test_votes_then_the_earlier() -> None:
    waiting = [one(3, 5), one(1, 5), one(2, 9)]
    assert [pick.id for pick in following(waiting, [], PickRule.VOTES, most=3)] == [2, 1, 3]


def test_every_film_once_before_any_twice() -> None:
    waiting = [one(1, 9, film=7), one(2, 8, film=7), one(3, 1, film=8), one(4, 2)]
    picks = following(waiting, [], PickRule.EACH_FILM, most=4)
    assert [(pick.id, pick.why) for pick in picks] == [(1, Why.VOTES), (4, Why.FILM), (3, Why.FILM), (2, Why.VOTES)]
    assert following(waiting, [7, None], PickRule.EACH_FILM)[0].id == 3


def test_the_order_they_came_in() -> None:
    assert following([one(2, 9), one(1, 0)], [], PickRule.ORDER)[0].id == 1


def test_what_is_lined_up_comes_first_and_the_rule_still_says_its_own() -> None:
    waiting = [one(1, 9), one(2, 1, place=2), one(3, 0, place=1)]
    picks = following(waiting, [], PickRule.VOTES, most=3)
    assert [pick.id for pick in picks] == [3, 2, 1]
    assert picks[0].why == Why.LINED_UP
    chosen = by_rule(waiting, [], PickRule.VOTES)
    assert chosen is not None
    assert chosen.id == 1
    assert by_rule([], [], PickRule.VOTES) is None
