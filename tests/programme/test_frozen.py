"""Versions of the programme as data: what changed, who is told, what pages and calendars make of it."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest

from portal import i18n
from portal.programme import agenda, frozen, ical, listing, zones
from portal.programme.length import films_end, total_seconds

NOON = datetime(2027, 2, 19, 3, tzinfo=UTC)
SENDER = "pan@pan.example"
BODY: dict[str, Any] = {
    "format": 1,
    "edition": {
        "slug": "pan27",
        "name_ko": "판",
        "name_en": "P.A.N",
        "starts_on": "2027-02-18",
        "ends_on": "2027-02-21",
    },
    "screenings": [
        {
            "code": code,
            "starts_at": start,
            "ends_at": end,
            "cancelled": False,
            "venue_ko": "판 극장",
            "venue_en": "P.A.N Cinema",
            "address_ko": "을지로 1",
            "address_en": "1 Eulji-ro",
            "hall_ko": "1관",
            "hall_en": "Hall 1",
            "package": {
                "code": f"P{code}",
                "title_ko": f"AI 단편 {code}",
                "title_en": f"AI shorts {code}",
                "subtitle_ko": "받아쓰는 기계들",
                "subtitle_en": "Machines",
                "gel": "ai",
                "rating": 12,
                "films": [
                    {
                        "number": "PAN27-AAAAA",
                        "title_ko": "편지를 쓰는 기계",
                        "title_en": "Letter Machine",
                        "runtime_s": 840,
                        "country": "KR",
                        "directors_ko": ["한서윤"],
                        "directors_en": ["HAN Seo-yun"],
                    }
                ],
            },
            "talk": {"minutes": 25, "moderator": "최민경", "guests": ["한서윤"]},
        }
        for code, start, end in [
            ("1", "2027-02-19T06:30:00Z", "2027-02-19T07:58:00Z"),
            ("2", "2027-02-19T11:30:00Z", "2027-02-19T13:04:00Z"),
        ]
    ],
}


def changed(code: str, **values: Any) -> dict[str, Any]:
    body = copy.deepcopy(BODY)
    next(one for one in body["screenings"] if one["code"] == code).update(values)
    return body


def test_the_first_version_is_all_new() -> None:
    assert [(one["kind"], one["code"]) for one in frozen.changes(None, BODY)] == [("added", "1"), ("added", "2")]


def test_nothing_changed_is_no_change_and_the_same_digest() -> None:
    assert frozen.changes(BODY, copy.deepcopy(BODY)) == []
    assert frozen.digest(BODY) == frozen.digest(copy.deepcopy(BODY))


@pytest.mark.parametrize(
    "values,kind,told,sentence",
    [
        (
            {"starts_at": "2027-02-19T08:00:00Z"},
            "moved",
            {"1"},
            "시간 변경: AI 단편 1, 2월 19일 금 15:30 → 2월 19일 금 17:00",
        ),
        ({"hall_ko": "2관"}, "hall", {"1"}, "상영관 변경: AI 단편 1, 1관 → 2관"),
        ({"cancelled": True}, "cancelled", {"1"}, "취소: AI 단편 1, 2월 19일 금 15:30"),
        ({"talk": None}, "talk", set(), "관객과의 대화 변경: AI 단편 1, 2월 19일 금 15:30"),
    ],
)
def test_each_kind_of_change_is_one_line(values: dict[str, Any], kind: str, told: set[str], sentence: str) -> None:
    after = changed("1", **values)
    [change] = frozen.changes(BODY, after)
    assert change["kind"] == kind
    assert frozen.told_codes([change]) == told
    assert agenda.change_text(change) == sentence
    assert frozen.digest(after) != frozen.digest(BODY)


def test_a_screening_taken_off_is_told_to_its_people() -> None:
    after = {**BODY, "screenings": BODY["screenings"][1:]}
    [change] = frozen.changes(BODY, after)
    assert (change["kind"], frozen.told_codes([change])) == ("removed", {"1"})


def test_a_version_reads_back_in_both_languages() -> None:
    first = agenda.showings(BODY)[0]
    assert (first.title, first.hall, first.films[0].directors) == ("AI 단편 1", "1관", "한서윤")
    assert first.meta == "받아쓰는 기계들 · 1편 · 88분 · 관객과의 대화 25분 · 12세 이상"
    with i18n.using("en"):
        english = agenda.showings(BODY)[0]
        assert (english.title, english.films[0].directors) == ("AI shorts 1", "HAN Seo-yun")
        assert english.meta == "Machines · 1 film · 88 min · Q&A 25 min · 12 and over"
    assert agenda.days(agenda.showings(BODY)) == [datetime(2027, 2, 19, tzinfo=UTC).date()]
    assert agenda.showings(None) == []


def test_a_slot_offers_seats_or_the_list_or_nothing() -> None:
    first = agenda.showings(BODY)[0]
    open_slot = listing.slot(first, agenda.Seats(3, 300, True), href="/x", at=NOON)
    assert (open_slot.start, open_slot.end, open_slot.action) == ("15:30", "17:23", "예매")
    assert listing.slot(first, agenda.Seats(0, 300, True), href="/x", at=NOON).action == "대기 신청"
    assert listing.slot(first, agenda.Seats(3, 300, False), href="/x", at=NOON).action is None


def test_the_calendar_is_one_that_others_read() -> None:
    stamp = datetime(2027, 1, 5, 3, 0, tzinfo=UTC)
    listed = agenda.showings(changed("2", cancelled=True))
    made = ical.calendar(
        [ical.of_showing(one, url="http://x/1", version=3, stamp=stamp) for one in listed], "판", organizer=SENDER
    )
    events = list(icalendar.Calendar.from_ical(made).walk("VEVENT"))
    assert [str(event["status"]) for event in events] == ["CONFIRMED", "CANCELLED"]
    first = events[0]
    assert first["dtstart"].dt == datetime(2027, 2, 19, 6, 30, tzinfo=UTC)
    assert first["dtend"].dt == datetime(2027, 2, 19, 8, 23, tzinfo=UTC)
    assert str(first["summary"]) == "AI 단편 1"
    assert str(first["location"]) == "1관, 판 극장, 을지로 1"
    assert "편지를 쓰는 기계 — 한서윤" in str(first["description"])
    assert (int(first["sequence"]), str(first["uid"])) == (3, "screening-1@pan")
    assert made == ical.calendar(
        [ical.of_showing(one, url="http://x/1", version=3, stamp=stamp) for one in listed], "판", organizer=SENDER
    )


LONG = (
    "편지를 쓰는 기계와 그 기계를 사랑하게 된 우체부에 관한 아주 길고 긴 이야기의 첫 번째 장, 🎬 그리고 둘째 장",
    "La machine à écrire des lettres, l’été où le facteur s’en éprit ; « très » longue histoire, chapitre premier",
)


@pytest.mark.parametrize("title", LONG)
def test_long_lines_are_folded_between_letters_and_read_back_whole(title: str) -> None:
    """RFC 5545: at most 75 octets a line; a Korean letter has three, and none is torn."""
    paris = datetime(2027, 3, 28, 2, 30, tzinfo=UTC)  # an hour and a half after Paris has left winter time
    happening = ical.Happening(
        "screening-1@pan", title, paris, paris + timedelta(hours=1), paris, title, f"{title}\n{title}", sequence=7
    )
    made = ical.calendar([happening], title, organizer=SENDER)
    lines = made.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert all(line.decode() is not None for line in lines)
    read = icalendar.Calendar.from_ical(made)
    [event] = read.walk("VEVENT")
    assert (str(event["summary"]), str(event["location"])) == (title, title)
    assert (str(event["description"]), str(read["x-wr-calname"])) == (f"{title}\n{title}", title)
    assert event["dtstart"].dt.astimezone(ZoneInfo("Europe/Paris")).hour == 4
    assert event.errors == read.errors == []
    assert b"BEGIN:VTIMEZONE" not in made, "moments are UTC, which no summer time moves"


def test_names_from_outside_cannot_break_a_calendar_line() -> None:
    body = changed("1")
    body["screenings"][0]["package"]["title_ko"] = "A\r\nATTENDEE:mailto:evil@example.test"
    made = ical.calendar(
        [ical.of_showing(agenda.showings(body)[0], url="", version=1, stamp=datetime.now(UTC))], "x", organizer=SENDER
    )
    event = icalendar.Calendar.from_ical(made).walk("VEVENT")[0]
    assert "attendee" not in event


def test_lengths() -> None:
    assert total_seconds([840, 1080], 60) == 2040
    assert total_seconds([], 3000) == 3000
    start = datetime(2027, 2, 19, 6, 30, tzinfo=UTC)
    assert films_end(start, 5221).minute == 58
    assert films_end(start, 0) > start


def test_a_guest_abroad_sees_the_own_clock_across_their_summer_time() -> None:
    winter, summer = datetime(2027, 2, 19, 7, 58, tzinfo=UTC), datetime(2027, 3, 29, 7, 58, tzinfo=UTC)
    assert zones.there(winter, "Europe/Paris") == "파리 08:58"
    assert zones.there(summer, "Europe/Paris") == "파리 09:58"
    assert zones.there(winter, "America/New_York") == "뉴욕 02:58"
    assert zones.there(datetime(2027, 2, 19, 2, 0, tzinfo=UTC), "America/New_York") == "뉴욕 2월 18일 목 21:00"
    assert zones.there(winter, "Asia/Seoul") is None
