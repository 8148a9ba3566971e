"""The rules of a plan, without a database."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.programme.timetable import HARD, Room, Rule, Show, at, findings, free_start, written

SEOUL = ZoneInfo("Asia/Seoul")
ONE = Room(1, "1관", 300, timedelta(minutes=20))
TWO = Room(2, "2관", 120, timedelta(minutes=20))


def show(key: str, start: str, minutes: int = 90, *, room: int = 1, talk: int = 0, **values: object) -> Show:
    starts_at = at(date(2027, 2, 19), start, SEOUL)
    assert starts_at is not None
    return Show(
        key=key,
        title=key.upper(),
        room=room,
        starts_at=starts_at,
        films_end=starts_at + timedelta(minutes=minutes),
        seats=100,
        talk=timedelta(minutes=talk),
        **values,  # type: ignore[arg-type]
    )


def rules(*shows: Show) -> list[Rule]:
    return [finding.rule for finding in findings(shows, [ONE, TWO], SEOUL)]


def test_a_plan_with_room_to_breathe_breaks_nothing() -> None:
    assert rules(show("a", "13:00", talk=20), show("b", "15:30"), show("c", "13:00", room=2)) == []


def test_a_talk_counts_as_time_in_the_hall() -> None:
    a, b = show("a", "13:00", 90, talk=25), show("b", "14:45")
    [found] = findings([b, a], [ONE], SEOUL)
    assert (found.rule, found.keys, found.hard) == (Rule.OVERLAP, ("a", "b"), True)
    assert found.text == "1관: A · B 10분 겹쳐요."


def test_a_hall_needs_its_minutes_between_two_shows() -> None:
    assert rules(show("a", "13:00", 90), show("b", "14:49")) == [Rule.TURNAROUND]
    assert rules(show("a", "13:00", 90), show("b", "14:50")) == []


def test_a_long_show_is_compared_with_every_later_one() -> None:
    assert rules(show("a", "13:00", 240), show("b", "13:30", 30), show("c", "16:00", 30)) == [Rule.OVERLAP] * 2


def test_one_director_cannot_be_on_two_stages() -> None:
    people = {"han@example.test": "한서윤"}
    first = show("a", "15:30", 88, talk=25, people=people)
    second = show("b", "16:00", 70, room=2, talk=50, people=people)
    [found] = findings([first, second], [ONE, TWO], SEOUL)
    assert (found.rule, found.params["n"], found.params["person"]) == (Rule.PERSON, 13, "한서윤")


def test_a_short_walk_between_halls_is_a_soft_warning_and_none_within_a_hall() -> None:
    people = {"han@example.test": "한서윤"}
    first = show("a", "13:00", 60, talk=20, people=people)
    near = show("b", "13:30", 60, room=2, talk=20, people=people)
    [found] = findings([first, near], [ONE, TWO], SEOUL)
    assert (found.rule, found.hard, found.params["n"]) == (Rule.CHANGEOVER, False, 10)


def test_ratings_and_seats() -> None:
    assert rules(show("a", "20:00", rating=19)) == [Rule.ADULTS_EARLY]
    assert rules(show("a", "22:00", 60, rating=19)) == []
    assert rules(show("a", "21:45", 90, rating=15)) == [Rule.YOUTH_LATE]
    assert rules(show("a", "13:00", room=2, taken=130)) == [Rule.OVERSOLD]
    full = show("a", "13:00", room=2)
    assert rules(Show(**{**{name: getattr(full, name) for name in full.__slots__}, "seats": 277})) == [Rule.SEATS]


def test_hard_findings_come_first() -> None:
    found = findings([show("a", "20:00", rating=19), show("b", "21:00")], [ONE], SEOUL)
    assert [finding.hard for finding in found] == [True, False]


def test_the_next_free_start_clears_what_is_hard() -> None:
    a, b = show("a", "13:00", 90), show("b", "14:00", 60)
    start = free_start(b, [a, b], [ONE], SEOUL)
    assert start is not None
    assert start.astimezone(SEOUL).strftime("%H:%M") == "14:50"
    assert rules(a, b.moved(start)) == []


def test_a_full_day_has_no_free_start() -> None:
    assert free_start(show("b", "23:30", 60), [show("a", "05:00", 60 * 20)], [ONE], SEOUL) is None


@pytest.mark.parametrize(
    "text,expected", [("15:30", "2027-02-19T15:30"), ("25:10", "2027-02-20T01:10"), ("00:00", "2027-02-19T00:00")]
)
def test_a_time_of_day_may_run_into_the_night(text: str, expected: str) -> None:
    found = at(date(2027, 2, 19), text, SEOUL)
    assert found is not None
    assert found.isoformat()[:16] == expected
    assert written(date(2027, 2, 19), found, SEOUL) == text


@pytest.mark.parametrize("text", ["", "1530", "15:60", "29:00", "15:3", "-1:00", "aa:bb", "15:30:00"])
def test_anything_else_is_no_time(text: str) -> None:
    assert at(date(2027, 2, 19), text, SEOUL) is None


starts = st.builds(lambda n: datetime(2027, 2, 19, 9, tzinfo=SEOUL) + timedelta(minutes=5 * n), st.integers(0, 150))


@st.composite
def plans(draw: st.DrawFn) -> list[Show]:
    count = draw(st.integers(2, 7))
    return [
        show(
            f"s{n}",
            "09:00",
            draw(st.integers(10, 200)),
            room=draw(st.sampled_from([1, 2])),
            talk=draw(st.integers(0, 40)),
        ).moved(draw(starts))
        for n in range(count)
    ]


@given(plans())
@settings(max_examples=150, deadline=None)
def test_hall_findings_are_exactly_the_pairs_that_come_too_close(plan: list[Show]) -> None:
    found = {frozenset(one.keys) for one in findings(plan, [ONE, TWO], SEOUL) if one.rule in HARD}
    close = {
        frozenset({a.key, b.key})
        for a in plan
        for b in plan
        if a.key != b.key and a.room == b.room
        if a.starts_at < b.ends_at + ONE.turnaround and b.starts_at < a.ends_at + ONE.turnaround
    }
    assert found == close


@given(plans())
@settings(max_examples=60, deadline=None)
def test_a_free_start_is_free_and_the_first_one(plan: list[Show]) -> None:
    start = free_start(plan[0], plan, [ONE, TWO], SEOUL)
    if start is not None:
        assert start >= plan[0].starts_at
        moved = [plan[0].moved(start), *plan[1:]]
        assert not [one for one in findings(moved, [ONE, TWO], SEOUL) if one.hard and plan[0].key in one.keys]
