"""My plan: stars of visitors and of people, what overlaps, how far it is, and its calendar."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import icalendar
import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from portal.accounts import service as accounts
from portal.accounts.models import Person
from portal.errors import Invalid
from portal.mail.models import OutgoingMail
from portal.programme import agenda, my_plan, queries, service
from portal.programme.models import Screening, Star
from tests import builders
from tests.programme import rows
from tests.programme.test_frozen import BODY

SignIn = Callable[[int], FlaskClient]
HOUR = timedelta(hours=1)


def test_overlaps_gaps_and_ways_are_told() -> None:
    first = agenda.showings(BODY)[0]
    soon = replace(first, code="2", starts_at=first.over_at - timedelta(minutes=1), title="겹침")
    soon = replace(soon, ends_at=soon.starts_at + timedelta(hours=1))
    far = replace(
        first, code="3", starts_at=soon.over_at + timedelta(minutes=10), venue="다른 극장", place="다른 극장 1관"
    )
    far = replace(far, ends_at=far.starts_at + timedelta(hours=1))
    [(_, stops)] = my_plan.stops([far, first, soon])
    assert [stop.clashes for stop in stops] == [(), ("AI 단편 1",), ()]
    assert stops[2].tight
    assert stops[2].before == "사이 시간 10분, 다른 극장 · 1관 이동에 약 20분. 빠듯해요."
    [(_, calm)] = my_plan.stops([first, replace(soon, cancelled=True), replace(far, place=first.place)])
    assert my_plan.clashes([(first.on(), calm)]) == 0
    assert calm[2].before.startswith("비는 시간 ")


def test_a_late_night_overlaps_with_its_evening() -> None:
    late = replace(agenda.showings(BODY)[0], talk_minutes=0)
    late = replace(late, starts_at=late.starts_at.replace(hour=14, minute=0), ends_at=late.starts_at.replace(hour=16))
    night = replace(late, code="2", starts_at=late.ends_at - timedelta(minutes=15), ends_at=late.ends_at + HOUR)
    morning = replace(late, code="3", starts_at=night.ends_at + 9 * HOUR, ends_at=night.ends_at + 10 * HOUR)
    days = my_plan.stops([late, night, morning])
    assert [(day.day, [stop.clashes for stop in stops]) for day, stops in days] == [
        (19, [()]),
        (20, [("AI 단편 1",), ()]),
    ]
    assert my_plan.clashes(days) == 1
    assert days[1][1][1].before.startswith("비는 시간 ")


def starred(session: Session) -> list[str]:
    session.rollback()
    found = list(session.scalars(sa.select(Screening.code).join(Star, Star.screening_id == Screening.id)))
    session.rollback()
    return found


def test_a_visitor_stars_without_an_account_and_keeps_it_at_sign_in(session: Session, client: FlaskClient) -> None:
    screening = rows.on_sale(session)
    person = builders.person(session)
    session.commit()
    email = person.email
    code = screening.code
    path = f"/ko/screenings/{code}/star"
    session.rollback()
    assert "내 일정이 비어 있어요" in client.get("/ko/schedule/mine").text
    answer = client.post(path, data={"on": "1", "back": "day"})
    assert answer.headers["Location"].endswith(f"#s-{code}")
    assert "HttpOnly" in answer.headers["Set-Cookie"]
    client.post(path, data={"on": "1"})
    page = client.get("/ko/schedule/mine").text
    assert ("AI 단편 1" in page, 'aria-pressed="true"' in page) == (True, True)
    [event] = icalendar.Calendar.from_ical(client.get("/ko/schedule/mine.ics").data).walk("VEVENT")
    assert str(event["summary"]) == "AI 단편 1"
    assert starred(session) == []
    accounts.ask_link(session, email, language="ko", asked_from="")
    session.commit()
    mail = session.scalars(sa.select(OutgoingMail).where(OutgoingMail.recipient == email)).one()
    link = re.search(r"http://portal\.test(/ko/login/\S+)", mail.text)
    session.rollback()
    assert link is not None
    client.post(link.group(1))
    assert starred(session) == [code]
    assert client.get_cookie("pan-plan") is None


def test_a_forged_cookie_is_an_empty_plan(session: Session, client: FlaskClient) -> None:
    screening = rows.on_sale(session)
    session.commit()
    client.set_cookie("pan-plan", f'["{screening.code}"].x', domain="localhost")
    assert "내 일정이 비어 있어요" in client.get("/ko/schedule/mine").text


def test_stars_of_a_person_are_rows_and_the_feed_follows_them(
    session: Session, sign_in: SignIn, client: FlaskClient
) -> None:
    screening = rows.on_sale(session)
    person = builders.person(session)
    session.commit()
    code, browser = screening.code, sign_in(person.id)
    path = f"/ko/screenings/{code}/star"
    session.rollback()
    told = browser.post(path, data={"on": "1"}, headers={"Accept": "application/json"})
    assert told.get_json() == {"starred": True}
    browser.post(path, data={"on": "1"})
    assert starred(session) == [code]
    found = re.search(r'value="http://portal\.test(/ko/schedule/mine/\S+\.ics)"', browser.get("/ko/schedule/mine").text)
    assert found is not None
    feed = client.get(found.group(1))
    assert len(icalendar.Calendar.from_ical(feed.data).walk("VEVENT")) == 1
    assert client.get(found.group(1), headers={"If-None-Match": feed.headers["ETag"]}).status_code == 304
    assert client.get("/ko/schedule/mine/x.y.z.ics").status_code in (302, 404)
    browser.post(path, data={"on": "0"})
    assert starred(session) == []
    assert client.get(found.group(1)).status_code == 200


def test_what_is_not_public_cannot_be_starred(session: Session, client: FlaskClient) -> None:
    edition = rows.edition(session)
    package = rows.package(session, edition, rows.film(session, edition))
    hidden = rows.screening(session, package, rows.hall(session, edition))
    session.commit()
    assert client.post(f"/ko/screenings/{hidden.code}/star", data={"on": "1"}).status_code in (401, 404)
    assert client.post("/ko/screenings/NOPE/star", data={"on": "1"}).status_code in (401, 404)


def test_a_plan_is_full_at_its_limit(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service.stars, "MOST", 1)
    screening = rows.on_sale(session)
    edition = queries.edition_on(session, rows.evening().date())
    assert edition is not None
    package = rows.package(session, edition, rows.film(session, edition))
    other = rows.screening(session, package, rows.hall(session, edition, "2관"))
    person = builders.person(session)
    service.star(session, person.id, screening)
    service.star(session, person.id, screening)
    with pytest.raises(Invalid):
        service.star(session, person.id, other)
    service.merge_stars(session, person.id, [other.code, screening.code])
    assert queries.starred(session, person.id) == {screening.code}


def test_a_star_pressed_in_two_windows_is_one(session: Session, sessions: sessionmaker[Session]) -> None:
    screening, person = rows.on_sale(session), builders.person(session)
    session.commit()
    screening_id, person_id = screening.id, person.id
    session.rollback()

    def press(_: int) -> None:
        with sessions() as own:
            service.star(own, person_id, own.get_one(Screening, screening_id))
            own.commit()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(press, range(4)))
    assert session.scalar(sa.select(sa.func.count()).select_from(Star)) == 1
    assert session.get(Person, person_id) is not None
