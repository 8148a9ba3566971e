"""The public programme: columns of halls, filters in the address, days as JSON and calendars, tables for the desk."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import icalendar
import time_machine
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal import paths
from portal.policies import SYSTEM
from portal.programme import agenda, frozen, listing, queries, service
from portal.web.workbook import workbook
from tests.programme import rows
from tests.programme.test_frozen import BODY

SignIn = Callable[[int], FlaskClient]
PARIS = ZoneInfo("Europe/Paris")


def two_halls(session: Session) -> list[str]:
    """Two public screenings in two halls on one evening, and one in the second hall the day after."""
    edition = rows.edition(session)
    halls = [rows.hall(session, edition, name) for name in ("1관", "2관")]
    made = []
    for n, (hall, day) in enumerate(((0, 0), (1, 0), (1, 1)), start=1):
        gel = "ai" if n == 1 else "doc"
        package = rows.package(session, edition, rows.film(session, edition), title=f"묶음 {n}", gel=gel)
        screening = rows.screening(session, package, halls[hall], rows.evening(day))
        service.confirm(session, screening, by=SYSTEM)
        made.append(screening.code)
    service.release(session, edition, base=0, by=SYSTEM)
    session.commit()
    return made


def test_halls_are_columns_and_screenings_span_their_time() -> None:
    first = agenda.showings(BODY)[0]
    other = replace(first, code="2", place="판 극장 2관", hall="2관", starts_at=first.starts_at + timedelta(minutes=30))
    after = replace(
        other, code="3", starts_at=first.over_at + timedelta(hours=1), ends_at=first.over_at + timedelta(hours=2)
    )
    halls = listing.by_hall([first, other, after])
    assert halls is not None
    assert halls.names == ("1관", "2관")
    assert halls.places == {
        "1": listing.Place(1, 2, 1),
        "2": listing.Place(2, 1, 2),
        "3": listing.Place(3, 1, 2),
    }
    clash = listing.by_hall([first, replace(first, code="9"), other])
    assert clash is not None
    assert clash.places["1"].row != clash.places["9"].row
    assert listing.by_hall([first]) is None


def test_every_place_among_the_halls_has_its_rule() -> None:
    """The policy forbids style attributes: docs/decisions/0030-rows-by-number.md."""
    found = re.findall(
        r'\[data-(columns|column|row|span)="(\d+)"\] \{\s*(?:--columns|grid-\S+): (?:span )?(\d+);',
        (paths.STATIC / "css" / "schedule.css").read_text(),
    )
    most, last = listing.MOST_COLUMNS, listing.MOST_ROWS
    assert {(name, int(n)): int(rule) for name, n, rule in found} == {
        **{("columns", n): n for n in range(2, most + 1)},
        **{("column", n): n for n in range(1, most + 1)},
        **{("row", n): n + 1 for n in range(1, last + 1)},
        **{("span", n): n for n in range(2, listing.MOST_SPAN + 1)},
    }


def test_filters_stand_in_the_address_and_go_along_with_the_day(session: Session, client: FlaskClient) -> None:
    two_halls(session)
    day = rows.evening().date()
    whole = client.get(f"/ko/schedule/{day}").text
    assert ("묶음 1" in whole, "묶음 2" in whole, 'data-columns="2"' in whole) == (True, True, True)
    documents = client.get(f"/ko/schedule/{day}?section=doc").text
    assert ("묶음 1" in documents, "묶음 2" in documents) == (False, True)
    assert f"/ko/schedule/{day + timedelta(days=1)}?section=doc" in documents
    nothing = client.get(f"/ko/schedule/{day}?section=lab").text
    assert "이날은 그런 상영이 없어요" in nothing
    assert client.get(f"/ko/schedule/{day}?hall=%00&section=" + "x" * 999).status_code == 200


def test_now_is_marked_and_times_are_in_utc_for_scripts(session: Session, client: FlaskClient) -> None:
    two_halls(session)
    day = rows.evening().date()
    with time_machine.travel(rows.evening() + timedelta(minutes=5)):
        page = client.get(f"/ko/schedule/{day}").text
    assert page.count("slot--now") == 2
    assert f'datetime="{day}T10:00Z"' in page


def test_every_page_tells_scripts_the_moment_itself_so_that_clocks_abroad_may_change(
    session: Session, client: FlaskClient
) -> None:
    codes = [screening.code for screening in rows.on_the_night_clocks_change(session)]
    for code in codes:
        client.post(f"/ko/screenings/{code}/star", data={"on": "1"})
    for path in (f"/ko/schedule/{rows.SPRING}", f"/en/embed/schedule/{rows.SPRING}", "/ko/schedule/mine"):
        told = re.findall(r'<time datetime="([^"]+)">([^<]+)', client.get(path).text)
        moments = [(datetime.fromisoformat(moment), korean) for moment, korean in told]
        assert [(f"{moment.astimezone(PARIS):%H:%M}", korean) for moment, korean in moments] == [
            ("01:30", "09:30"),
            ("03:30", "10:30"),
        ], path


def test_a_day_as_calendar_and_as_json(session: Session, client: FlaskClient) -> None:
    codes = two_halls(session)
    day = rows.evening(1).date()
    answer = client.get(f"/ko/schedule/{day}.ics")
    [event] = icalendar.Calendar.from_ical(answer.data).walk("VEVENT")
    assert str(event["uid"]) == f"screening-{codes[2]}@pan"
    etag = answer.headers["ETag"]
    assert client.get(f"/ko/schedule/{day}.ics", headers={"If-None-Match": etag}).status_code == 304
    other = client.get(f"/ko/schedule/{rows.evening().date()}.ics")
    assert other.headers["ETag"] != etag
    found = client.get(f"/api/v1/schedule/{day}.json")
    assert [one["code"] for one in found.get_json()["screenings"]] == [codes[2]]
    assert found.get_json()["format"] == frozen.FORMAT
    again = client.get(f"/api/v1/schedule/{day}.json", headers={"If-None-Match": found.headers["ETag"]})
    assert again.status_code == 304
    for path in ("/api/v1/schedule/2020-01-01.json", "/api/v1/schedule/x.json", "/ko/schedule/x.ics"):
        assert client.get(path).status_code == 404


def test_openapi_names_everything_the_answer_holds(session: Session, client: FlaskClient) -> None:
    two_halls(session)
    described = client.get("/api/v1/openapi.json").get_json()
    paths = described["paths"]
    schema = paths["/api/v1/schedule.json"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert set(paths) == {"/api/v1/schedule.json", "/api/v1/schedule/{day}.json"}
    answer = client.get("/api/v1/schedule.json").get_json()
    assert set(answer) == set(schema["properties"])
    screening, told = schema["properties"]["screenings"]["items"], answer["screenings"][0]
    assert set(told) == set(screening["properties"])
    assert set(told["package"]) == set(screening["properties"]["package"]["properties"])
    film = screening["properties"]["package"]["properties"]["films"]["items"]
    assert set(told["package"]["films"][0]) == set(film["properties"])


def test_a_new_format_is_no_change_of_the_programme() -> None:
    after = {**BODY, "screenings": [dict(one) for one in BODY["screenings"]]}
    for one in after["screenings"]:
        one["hall_seats"] = 300
        films = [{**film, "rating": 12, "notes_ko": "섬광"} for film in one["package"]["films"]]
        one["package"] = {**one["package"], "films": films, "intermissions": []}
    assert frozen.changes(BODY, after) == []
    retitled = {**after["screenings"][0]}
    retitled["package"] = {**retitled["package"], "title_ko": "새 제목"}
    told = frozen.changes(BODY, {**after, "screenings": [retitled, *after["screenings"][1:]]})
    assert [one["kind"] for one in told] == ["films"]


def test_the_changelog_has_every_public_version(session: Session, client: FlaskClient) -> None:
    screening = rows.on_sale(session)
    edition = queries.edition_on(session, rows.evening().date())
    assert edition is not None
    service.move(session, screening, screening.hall, rows.evening(hour=21), rev=screening.rev, by=SYSTEM)
    service.release(session, edition, base=1, by=SYSTEM)
    session.commit()
    page = client.get("/ko/schedule/changes").text
    assert ("첫 프로그램: 상영 1회." in page, "시간 변경: AI 단편 1" in page) == (True, True)


def test_the_desk_takes_the_plan_away_as_tables(session: Session, sign_in: SignIn, client: FlaskClient) -> None:
    codes = two_halls(session)
    edition = queries.edition_on(session, rows.evening().date())
    assert edition is not None
    person = rows.programmer(session, edition)
    session.commit()
    browser = sign_in(person.id)
    listed = list(csv.reader(io.StringIO(browser.get("/ko/ops/release/programme.csv").data.decode("utf-8-sig"))))
    assert sorted(row[0] for row in listed[1:]) == sorted(codes)
    book = zipfile.ZipFile(io.BytesIO(browser.get("/ko/ops/release/programme.xlsx").data))
    assert codes[0] in book.read("xl/worksheets/sheet1.xml").decode()
    assert browser.get("/ko/ops/release/programme.exe").status_code == 404
    assert client.get("/ko/ops/release/programme.csv").status_code == 302


def test_no_cell_of_a_workbook_is_a_formula() -> None:
    made = workbook("a/b", ["=1+1"], [["=HYPERLINK(0)", 3, "\x00<b>&", None]])
    sheet = ElementTree.fromstring(zipfile.ZipFile(io.BytesIO(made)).read("xl/worksheets/sheet1.xml"))
    kinds = [(cell.get("t"), "".join(cell.itertext())) for cell in sheet.iter() if cell.tag.endswith("}c")]
    assert kinds == [
        ("inlineStr", "=1+1"),
        ("inlineStr", "=HYPERLINK(0)"),
        (None, "3"),
        ("inlineStr", "<b>&"),
        ("inlineStr", ""),
    ]
    assert not [one for one in sheet.iter() if one.tag.endswith("}f")]
    assert made == workbook("a/b", ["=1+1"], [["=HYPERLINK(0)", 3, "\x00<b>&", None]])
