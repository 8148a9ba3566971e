"""Pages of the programme as browsers see them, with and without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

import icalendar
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal import links
from portal.lifecycles import GuestState, ScreeningState
from portal.mail.models import OutgoingMail
from portal.policies import SYSTEM
from portal.programme import queries, service
from portal.programme.models import Guest, Hall, Package, Release, Screening, Venue
from tests import builders
from tests.programme import rows

SignIn = Callable[[int], FlaskClient]
Row = TypeVar("Row")


def planned(session: Session) -> tuple[Screening, Hall, int]:
    """A planned screening, its hall, and a programmer."""
    edition = rows.edition(session)
    hall = rows.hall(session, edition)
    package = rows.package(session, edition, rows.film(session, edition), rows.film(session, edition))
    screening = rows.screening(session, package, hall)
    person = rows.programmer(session, edition)
    session.commit()
    return screening, hall, person.id


def only(session: Session, model: type[Row], *where: sa.ColumnElement[bool]) -> Row:
    """The one row as it is now, with no transaction left open that would lock SQLite for the browser."""
    session.rollback()
    session.expunge_all()
    found = session.scalars(sa.select(model).where(*where)).one()
    session.expunge_all()
    session.rollback()
    return found


def fresh(session: Session, screening: Screening) -> Screening:
    return only(session, Screening, Screening.id == screening.id)


def day_of(screening: Screening) -> str:
    return rows.evening().date().isoformat()


def test_before_the_first_release_the_page_says_so(session: Session, client: FlaskClient) -> None:
    planned(session)
    page = client.get("/ko/schedule").text
    assert "시간표는 아직 나오지 않았어요" in page
    assert "AI 단편 1" not in page
    assert client.get("/ko/schedule.ics").status_code == 404


def test_the_public_day_shows_what_was_released_and_the_seats_left(
    session: Session, client: FlaskClient, count_queries: Callable[[], int]
) -> None:
    screening = rows.on_sale(session, films=3)
    screening.taken = 120
    session.commit()
    path = f"/ko/schedule/{rows.evening().date()}"
    client.get(path)
    count_queries()
    page = client.get(path)
    assert count_queries() <= 4  # the version, what is held, the seats; SQLite's BEGIN counts
    assert page.status_code == 200
    assert "AI 단편 1" in page.text
    assert "180석 남음" in page.text
    assert client.get("/en/schedule").text.count("AI 단편 1 (en)") >= 1
    assert client.get("/ko/schedule/2020-01-01").status_code == 404
    assert client.get("/ko/schedule/yesterday").status_code == 404


def test_a_moved_screening_stays_where_it_was_until_the_next_release(session: Session, client: FlaskClient) -> None:
    screening = rows.on_sale(session)
    hall = session.get_one(Hall, screening.hall_id)
    service.move(session, screening, hall, rows.evening(hour=21), rev=screening.rev, by=SYSTEM)
    session.commit()
    assert "19:00" in client.get("/ko/schedule").text
    assert "21:00" not in client.get("/ko/schedule").text


def test_calendars_parse_and_answer_304(session: Session, client: FlaskClient) -> None:
    screening = rows.on_sale(session)
    session.commit()
    answer = client.get("/ko/schedule.ics")
    [event] = icalendar.Calendar.from_ical(answer.data).walk("VEVENT")
    assert str(event["summary"]) == "AI 단편 1"
    assert str(event["url"]) == f"http://portal.test/ko/screenings/{screening.code}"
    assert client.get("/ko/schedule.ics", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert client.get("/en/schedule.ics", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 200
    one = client.get(f"/ko/screenings/{screening.code}.ics")
    assert len(icalendar.Calendar.from_ical(one.data).walk("VEVENT")) == 1
    assert client.get("/ko/screenings/NOPE.ics").status_code == 404


def test_a_film_that_is_not_announced_is_nowhere_in_public(session: Session, client: FlaskClient) -> None:
    screening, hall, _ = planned(session)
    edition = queries.edition_on(session, rows.evening().date())
    assert edition is not None
    service.confirm(session, screening, by=SYSTEM)
    service.release(session, edition, base=0, by=SYSTEM)
    secret = rows.package(session, edition, rows.film(session, edition), title="비밀 상영")
    rows.screening(session, secret, hall, rows.evening(1))
    session.commit()
    for path in ("/ko/schedule", "/ko/schedule.ics", "/api/v1/schedule.json"):
        assert "비밀 상영" not in client.get(path).text


def test_the_desk_is_for_programmers_of_the_edition(session: Session, sign_in: SignIn, client: FlaskClient) -> None:
    screening, _, person_id = planned(session)
    stranger = builders.person(session)
    other = rows.programmer(
        session, rows.edition(session, starts_on=rows.evening(-400).date(), ends_on=rows.evening(-399).date())
    )
    session.commit()
    paths = [
        f"/ko/ops/schedule/{day_of(screening)}",
        "/ko/ops/packages",
        "/ko/ops/venues",
        "/ko/ops/qa",
        "/ko/ops/release",
    ]
    for path in [*paths, f"/ko/ops/qa/{screening.code}"]:
        assert client.get(path).status_code == 302
        assert sign_in(stranger.id).get(path).status_code == 404
        assert sign_in(other.id).get(path).status_code == 404
        assert sign_in(person_id).get(path).status_code == 200


def test_the_grid_costs_the_same_for_one_and_for_many(
    session: Session, sign_in: SignIn, count_queries: Callable[[], int]
) -> None:
    screening, hall, person_id = planned(session)
    browser, path = sign_in(person_id), f"/ko/ops/schedule/{day_of(screening)}?s={screening.code}"
    browser.get(path)
    count_queries()
    browser.get(path)
    once = count_queries()
    package = session.get_one(Package, screening.package_id)
    for n in range(4):
        rows.screening(session, package, hall, rows.evening(hour=9 + 2 * n))
    session.commit()
    count_queries()
    browser.get(path)
    assert count_queries() == once
    assert once <= 16


def test_moving_without_dragging(session: Session, sign_in: SignIn) -> None:
    screening, hall, person_id = planned(session)
    browser, day = sign_in(person_id), day_of(screening)
    form = {"id": screening.code, "hall": hall.id, "start": "17:30", "rev": screening.rev}
    moved = browser.post(f"/ko/ops/schedule/{day}/move", data=form, follow_redirects=True)
    assert "옮겼어요: AI 단편 1" in moved.text
    assert fresh(session, screening).starts_at == rows.evening(hour=17, minute=30)
    late = browser.post(f"/ko/ops/schedule/{day}/move", data={**form, "start": "20:00"})
    assert late.status_code == 409
    assert fresh(session, screening).starts_at == rows.evening(hour=17, minute=30)
    wrong = browser.post(f"/ko/ops/schedule/{day}/move?s={screening.code}", data={**form, "start": "5pm", "rev": 2})
    assert wrong.status_code == 422
    assert "15:30처럼 시간을 적어 주세요." in wrong.text


def test_a_script_gets_the_new_revision(session: Session, sign_in: SignIn) -> None:
    screening, hall, person_id = planned(session)
    form = {"id": screening.code, "hall": hall.id, "start": "25:10", "rev": screening.rev}
    answer = sign_in(person_id).post(
        f"/ko/ops/schedule/{day_of(screening)}/move", data=form, headers={"Accept": "application/json"}
    )
    assert answer.get_json() == {"rev": screening.rev + 1, "code": screening.code}
    assert fresh(session, screening).starts_at == rows.evening(1, hour=1, minute=10)


def test_a_screening_of_another_edition_cannot_be_moved_from_here(session: Session, sign_in: SignIn) -> None:
    screening, hall, _ = planned(session)
    later = rows.edition(session, starts_on=rows.evening(100).date(), ends_on=rows.evening(103).date())
    foreign = rows.programmer(session, later)
    rows.hall(session, later)
    session.commit()
    form = {"id": screening.code, "hall": hall.id, "start": "10:00", "rev": screening.rev}
    browser = sign_in(foreign.id)
    assert browser.post(f"/ko/ops/schedule/{rows.evening(100).date()}/move", data=form).status_code == 404
    assert fresh(session, screening).starts_at == rows.evening()


def test_from_the_tray_to_the_public(session: Session, sign_in: SignIn, client: FlaskClient) -> None:
    edition = rows.edition(session)
    hall, film = rows.hall(session, edition), rows.film(session, edition)
    person = rows.programmer(session, edition)
    session.commit()
    browser, day = sign_in(person.id), rows.evening().date()
    browser.post(
        "/ko/ops/packages", data={"title_ko": "기록 1", "title_en": "Documents 1", "gel": "doc", "rating": "0"}
    )
    package = only(session, Package)
    browser.post(f"/ko/ops/packages/{package.code}/films", data={"add": film.id, "rev": package.rev})
    assert film.title_ko in browser.get(f"/ko/ops/packages/{package.code}").text
    tray = browser.get(f"/ko/ops/schedule/{day}?p={package.code}").text
    assert "시간표에 넣기" in tray
    form = {"id": package.code, "hall": hall.id, "start": "14:00"}
    assert "시간표에 넣었어요" in browser.post(f"/ko/ops/schedule/{day}/place", data=form, follow_redirects=True).text
    screening = only(session, Screening)
    browser.post(f"/ko/ops/screenings/{screening.code}", data={"step": "confirm"})
    assert "1판 공개하기" in browser.get("/ko/ops/release").text
    done = browser.post("/ko/ops/release", data={"base": 0, "open_booking": "y"}, follow_redirects=True)
    assert "1판을 공개했어요." in done.text
    assert fresh(session, screening).state == ScreeningState.BOOKING
    assert "기록 1" in client.get("/ko/schedule").text
    browser.post("/ko/ops/release", data={"base": 0, "open_booking": "y"})
    assert session.scalar(sa.select(sa.func.count(Release.id))) == 1


def test_overlaps_are_published_only_on_purpose(session: Session, sign_in: SignIn) -> None:
    screening, hall, person_id = planned(session)
    package = session.get_one(Package, screening.package_id)
    second = rows.screening(session, package, hall, rows.evening(minute=10))
    for one in (screening, second):
        service.confirm(session, one, by=SYSTEM)
    session.commit()
    browser = sign_in(person_id)
    refused = browser.post("/ko/ops/release", data={"base": 0})
    assert refused.status_code == 422
    assert "겹친 채로 공개" in refused.text
    browser.post("/ko/ops/release", data={"base": 0, "accept_conflicts": "1"})
    assert session.scalar(sa.select(sa.func.count(Release.id))) == 1


def test_a_clash_is_shown_with_its_repair(session: Session, sign_in: SignIn) -> None:
    screening, hall, person_id = planned(session)
    package = session.get_one(Package, screening.package_id)
    second = rows.screening(session, package, hall, rows.evening(minute=10))
    session.commit()
    page = sign_in(person_id).get(f"/ko/ops/schedule/{day_of(screening)}?s={second.code}").text
    assert "문제 1" in page
    assert 'data-problem="겹침"' in page
    repair = re.search(r'name="fix" value="([^"]+)".*?<span>[^<]*?(\d\d:\d\d)', page, re.DOTALL)
    assert repair is not None
    assert repair.group(2) >= "19:50"


def test_guests_are_invited_and_answer_by_their_own_link(
    session: Session, sign_in: SignIn, client: FlaskClient
) -> None:
    screening, _, person_id = planned(session)
    browser = sign_in(person_id)
    page = browser.post(
        f"/ko/ops/qa/{screening.code}", data={"minutes": 25, "moderator": "최민경"}, follow_redirects=True
    )
    directors = re.findall(r'name="director" [^>]*value="(\d+)"', page.text)
    assert len(directors) == 2
    invited = browser.post(f"/ko/ops/qa/{screening.code}/guests", data={"director": directors}, follow_redirects=True)
    assert "초대장 2통을 보냈어요." in invited.text
    other = {"name": "클레르 모로", "email": "claire@example.com", "language": "en", "timezone": "Europe/Paris"}
    browser.post(f"/ko/ops/qa/{screening.code}/guests", data=other)
    assert browser.post(f"/ko/ops/qa/{screening.code}/guests", data={**other, "email": "x"}).status_code == 422
    guest = only(session, Guest, Guest.email == "claire@example.com")
    mail = only(session, OutgoingMail, OutgoingMail.recipient == guest.email)
    address = re.search(r"http://portal\.test(/en/guests/\S+)", mail.text)
    assert address is not None
    assert "Paris" in client.get(address.group(1)).text
    assert client.post(address.group(1), data={}).status_code == 422
    thanks = client.post(address.group(1), data={"answer": "remote"}, follow_redirects=True)
    assert "Thank you" in thanks.text
    assert only(session, Guest, Guest.id == guest.id).state == GuestState.REMOTE
    calendar = client.get(f"{address.group(1)}/talk.ics")
    [event] = icalendar.Calendar.from_ical(calendar.data).walk("VEVENT")
    assert (event["dtend"].dt - event["dtstart"].dt).seconds == 25 * 60


def test_a_token_of_another_kind_opens_no_invitation(session: Session, client: FlaskClient) -> None:
    screening = rows.on_sale(session)
    service.plan_talk(session, screening, minutes=20, moderator="", by=SYSTEM)
    talk = queries.talk_by_code(session, screening.code)
    assert talk is not None
    guest = service.invite(session, talk, service.Invited("한서윤", "han@example.test"), by=SYSTEM)
    session.commit()
    addresses = links.of(session)
    for token in (addresses.token(links.TICKET, guest.code), guest.code, "x.y.z"):
        assert client.get(f"/ko/guests/{token}").status_code in (302, 404)
    assert client.get(f"/ko/guests/{addresses.token(links.GUEST, guest.code)}").status_code == 200


def test_numbers_and_days_that_nothing_holds_are_refused_in_words(session: Session, sign_in: SignIn) -> None:
    screening, _hall, person = planned(session)
    package, big = only(session, Package).code, "9" * 30
    browser, here = sign_in(person), f"/ko/ops/screenings/{screening.code}"
    seats = browser.post(here, data={"step": "seats", "seats": big}, follow_redirects=True)
    assert (seats.status_code, "1에서 20000" in seats.text) == (200, True)
    assert browser.post(f"/ko/ops/packages/{package}/films", data={"film": big, "add": big}).status_code == 303
    named = {"title_ko": "둘", "title_en": "Two", "film": big}
    assert browser.post("/ko/ops/packages", data=named).status_code == 303
    for day in ("0001-01-01", "9999-12-31"):
        assert browser.get(f"/ko/ops/schedule/{day}").status_code == 404
        assert browser.post("/ko/ops/release", data={"embargo_on": day}).status_code == 422


def test_venues_and_halls(session: Session, sign_in: SignIn) -> None:
    edition = rows.edition(session)
    person = rows.programmer(session, edition)
    session.commit()
    browser = sign_in(person.id)
    browser.post("/ko/ops/venues", data={"name_ko": "판 극장", "name_en": "P.A.N Cinema"})
    hall = {
        "venue": only(session, Venue).id,
        "name_ko": "1관",
        "name_en": "Hall 1",
        "seats": 300,
        "accessible_seats": 6,
    }
    browser.post("/ko/ops/halls", data=hall)
    browser.post("/ko/ops/halls", data=hall)
    wrong = browser.post("/ko/ops/halls", data={**hall, "name_ko": "2관", "seats": 5})
    assert wrong.status_code == 422
    assert "휠체어석은 전체 좌석보다 많을 수 없어요." in wrong.text
    changed = {**hall, "hall": only(session, Hall).id, "seats": 280, "turnaround_min": 30}
    browser.post("/ko/ops/halls/change", data=changed)
    made = only(session, Hall)
    assert (made.seats, made.turnaround_min) == (280, 30)
