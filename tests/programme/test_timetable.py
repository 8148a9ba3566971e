"""The rules of a plan, without a database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.programme.timetable import (
    Board,
    Engaged,
    Finding,
    Room,
    Rule,
    Show,
    Standing,
    Step,
    applied,
    at,
    fix,
    no_step,
    written,
)

SEOUL = ZoneInfo("Asia/Seoul")
ONE = Room(1, "1관", 300, timedelta(minutes=20))
TWO = Room(2, "2관", 120, timedelta(minutes=20))


def show(key: str, start: str, minutes: int = 90, *, room: int = 1, talk: int = 0, **values: object) -> Show:
    starts_at = moment(start)
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
    return [finding.rule for finding in findings(shows)]


def findings(shows: Iterable[Show], engaged: Iterable[Engaged] = ()) -> list[Finding]:
    return Board(shows, [ONE, TWO], SEOUL, engaged).findings


def moment(text: str) -> datetime:
    found = at(date(2027, 2, 19), text, SEOUL)
    assert found is not None
    return found


def test_a_plan_with_room_to_breathe_breaks_nothing() -> None:
    assert rules(show("a", "13:00", talk=20), show("b", "15:30"), show("c", "13:00", room=2)) == []


def test_a_talk_counts_as_time_in_the_hall() -> None:
    a, b = show("a", "13:00", 90, talk=25), show("b", "14:45")
    [found] = findings([b, a])
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
    [found] = findings([first, second])
    assert (found.rule, found.params["n"], found.params["person"]) == (Rule.PERSON, 13, "한서윤")


def test_a_short_walk_between_halls_is_a_soft_warning_and_none_within_a_hall() -> None:
    people = {"han@example.test": "한서윤"}
    first = show("a", "13:00", 60, talk=20, people=people)
    near = show("b", "13:30", 60, room=2, talk=20, people=people)
    [found] = findings([first, near])
    assert (found.rule, found.hard, found.params["n"]) == (Rule.CHANGEOVER, False, 10)


def test_ratings_and_seats() -> None:
    assert rules(show("a", "20:00", rating=19)) == [Rule.ADULTS_EARLY]
    assert rules(show("a", "22:00", 60, rating=19)) == []
    assert rules(show("a", "21:45", 90, rating=15)) == [Rule.YOUTH_LATE]
    assert rules(show("a", "13:00", room=2, taken=130)) == [Rule.OVERSOLD]
    full = show("a", "13:00", room=2)
    assert rules(replace(full, seats=277)) == [Rule.SEATS]
    assert rules(replace(full, expected=110)) == [Rule.SMALL]


def test_hard_findings_come_first() -> None:
    found = findings([show("a", "20:00", rating=19), show("b", "21:00")])
    assert [finding.hard for finding in found] == [True, False]


def test_hours_slots_and_holds() -> None:
    closed = Room(1, "1관", 300, timedelta(minutes=20), opens=10 * 60, closes=25 * 60)

    def of(one: Show) -> list[tuple[Rule, bool]]:
        return [(found.rule, found.hard) for found in Board([one], [closed], SEOUL).findings]

    assert of(show("a", "10:00", 60)) == []
    assert of(show("a", "09:55", 60)) == of(show("a", "24:30", 60)) == [(Rule.HOURS, True)]
    assert of(show("a", "13:00", 60, talk=20, slot=timedelta(minutes=79))) == [(Rule.RUNTIME, True)]
    assert of(show("a", "13:00", blocked=("눈",))) == [(Rule.NOT_READY, False)]
    assert of(show("a", "13:00", blocked=("눈",), standing=Standing.CONFIRMED)) == [(Rule.HOLD, True)]


def test_a_slot_keeps_the_hall_to_its_end() -> None:
    slot = timedelta(minutes=120)
    assert rules(show("a", "13:00", 60, slot=slot), show("b", "14:30")) == [Rule.OVERLAP]


def test_one_package_in_two_halls_at_once_splits_its_audience() -> None:
    assert rules(show("a", "13:00", package=7), show("b", "14:00", room=2, package=7)) == [Rule.TWICE]
    assert rules(show("a", "13:00", package=7), show("b", "14:30", room=2, package=7)) == []


def test_a_juror_watches_here_and_meets_there() -> None:
    juror = {"kim@example.test": "김심사"}
    watched = show("a", "13:00", 90, watchers=juror)
    meeting = Engaged("m", "kim@example.test", "김심사", "심사 회의", moment("14:00"), moment("15:00"))
    [found] = findings([watched], [meeting])
    assert (found.rule, found.keys, found.engaged, found.params["n"]) == (Rule.PERSON, ("a",), ("m",), 30)
    later = replace(meeting, starts_at=moment("14:40"))
    assert [one.rule for one in findings([watched], [later])] == [Rule.CHANGEOVER]
    [two] = findings([], [meeting, replace(meeting, key="n", starts_at=moment("14:30"))])
    board = Board([], [ONE], SEOUL, [meeting, replace(meeting, key="n")])
    assert (two.keys, fix(board, board.findings[0]), no_step(two)) == ((), None, no_step(two))
    assert no_step(two)


def test_who_speaks_by_video_has_no_walk() -> None:
    people = {"han@example.test": "한서윤"}
    first = show("a", "13:00", 60, talk=20, people=people)
    near = show("b", "13:25", 60, room=2, talk=20, people=people)
    assert rules(first, near) == [Rule.CHANGEOVER]
    assert rules(first, replace(near, remote=frozenset(people))) == []


def test_a_public_screening_on_hold_has_no_button_but_words() -> None:
    board = Board([show("a", "13:00", blocked=("눈",), standing=Standing.PUBLIC)], [ONE], SEOUL)
    [found] = board.findings
    assert fix(board, found) is None
    assert "공개" in no_step(found)


def test_what_is_public_stays_where_it_is_while_the_other_can_move() -> None:
    public, planned = show("b", "13:30", standing=Standing.PUBLIC), show("a", "13:00")
    board = Board([public, planned], [ONE, TWO], SEOUL)
    step = fix(board, board.findings[0])
    assert step is not None
    assert (step.step, step.key) == (Step.MOVE, "a")


@pytest.mark.parametrize(
    "text,expected", [("15:30", "2027-02-19T15:30"), ("25:10", "2027-02-20T01:10"), ("00:00", "2027-02-19T00:00")]
)
def test_a_time_of_day_may_run_into_the_night(text: str, expected: str) -> None:
    found = at(date(2027, 2, 19), text, SEOUL)
    assert found is not None
    assert found.isoformat()[:16] == expected
    assert written(date(2027, 2, 19), found, SEOUL) == text


@pytest.mark.parametrize(
    "text", ["", "1530", "15:60", "29:00", "15:3", "-1:00", "aa:bb", "15:30:00", "9" * 5000 + ":00"]
)
def test_anything_else_is_no_time(text: str) -> None:
    assert at(date(2027, 2, 19), text, SEOUL) is None


starts = st.builds(lambda n: datetime(2027, 2, 19, 9, tzinfo=SEOUL) + timedelta(minutes=5 * n), st.integers(0, 150))


PEOPLE = ("han", "oh")


@st.composite
def plans(draw: st.DrawFn) -> Board:
    """A day of up to seven shows, as badly made as chance will have it."""
    halls = [
        Room(
            1, "1관", 300, timedelta(minutes=20), draw(st.sampled_from([0, 600])), draw(st.sampled_from([1440, 1740]))
        ),
        Room(2, "2관", 120, timedelta(minutes=draw(st.sampled_from([0, 15])))),
        Room(3, "3관", 60, timedelta(minutes=10), 540, 1500),
    ]
    shows = [
        show(
            f"s{n}",
            "09:00",
            draw(st.integers(10, 200)),
            room=draw(st.sampled_from([1, 2, 3])),
            talk=draw(st.sampled_from([0, 10, 40])),
            taken=draw(st.sampled_from([0, 0, 80])),
            expected=draw(st.sampled_from([0, 110, 250])),
            rating=draw(st.sampled_from([0, 15, 19])),
            package=draw(st.integers(0, 3)),
            slot=draw(st.sampled_from([None, None, timedelta(minutes=90)])),
            standing=draw(st.sampled_from(Standing)),
            blocked=draw(st.sampled_from([(), (), ("눈",)])),
            people={name: name for name in draw(st.sets(st.sampled_from(PEOPLE)))},
            watchers={name: name for name in draw(st.sets(st.sampled_from(PEOPLE), max_size=1))},
        ).moved(draw(starts))
        for n in range(draw(st.integers(1, 7)))
    ]
    start = draw(starts)
    engaged = [Engaged("m", "han", "han", "회의", start, start + timedelta(minutes=draw(st.integers(10, 90))))]
    return Board(shows, halls, SEOUL, engaged)


@given(plans())
@settings(max_examples=150, deadline=None)
def test_hall_findings_are_exactly_the_pairs_that_come_too_close(board: Board) -> None:
    """Every planted problem is found: the plain double loop over all pairs sees no more and no less."""
    found = {frozenset(one.keys) for one in board.findings if one.rule in (Rule.OVERLAP, Rule.TURNAROUND)}
    plan = list(board.shows.values())
    close = {
        frozenset({a.key, b.key})
        for a in plan
        for b in plan
        if a.key != b.key and a.room == b.room
        if a.starts_at < b.leaves_at + board.rooms[a.room].turnaround
        and b.starts_at < a.leaves_at + board.rooms[a.room].turnaround
    }
    assert found == close


@given(plans())
@settings(max_examples=150, deadline=None)
def test_somebody_in_two_places_is_always_found(board: Board) -> None:
    found = {(one.who, frozenset((*one.keys, *one.engaged))) for one in board.findings if one.rule == Rule.PERSON}
    spans = [(one.who, one.key, one.start, one.end) for show in board.shows.values() for one in _spans(show)]
    spans += [(one.person, one.key, one.starts_at, one.ends_at) for one in board.by_person["han"] if not one.show]
    both = {
        (who, frozenset({key, other}))
        for who, key, start, end in spans
        for whom, other, since, until in spans
        if who == whom and key != other and start < until and since < end
    }
    assert found == both


@dataclass(frozen=True)
class Span:
    who: str
    key: str
    start: datetime
    end: datetime


def _spans(show: Show) -> list[Span]:
    stage = [Span(who, show.key, show.films_end, show.ends_at) for who in show.people if show.talk]
    return stage + [Span(who, show.key, show.starts_at, show.films_end) for who in show.watchers]


@given(plans())
@settings(max_examples=150, deadline=None)
def test_what_concerns_a_show_is_what_the_whole_plan_says_of_it(board: Board) -> None:
    for key, one in board.shows.items():
        expected = {found.name for found in board.findings if key in found.keys}
        assert {found.name for found in board.concerning(one)} == expected


@given(plans())
@settings(max_examples=150, deadline=None)
def test_the_one_click_removes_its_finding_and_breaks_nothing_hard(board: Board) -> None:
    for finding in board.findings:
        step = fix(board, finding)
        if step is None:
            assert no_step(finding)
            continue
        changed = applied(board.shows[step.key], step, board.rooms)
        rest = [one for one in board.shows.values() if one.key != step.key] + ([changed] if changed else [])
        meeting = Engaged("m", "han", "han", "회의", *_time_of_meeting(board))
        after = Board(rest, board.rooms.values(), SEOUL, [meeting]).findings
        assert finding.name not in {one.name for one in after}
        before = {one.name for one in board.findings}
        assert [one for one in after if one.hard and one.name not in before] == []


def _time_of_meeting(board: Board) -> tuple[datetime, datetime]:
    [meeting] = [one for one in board.by_person["han"] if not one.show]
    return meeting.starts_at, meeting.ends_at
