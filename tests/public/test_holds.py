"""A held film is gone from its page, the lists, the timetable, the interface, pictures and tickets: all at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.disclosure.consent import holds
from portal.entries.models import Entry
from portal.media import reel, tickets
from portal.policies import SYSTEM, Actor, Grant, Role, Scope
from portal.programme.models import Screening
from tests import builders
from tests.media.stored import store_film
from tests.programme import rows

SCHEDULE = "/api/v1/schedule.json"


def hold(session: Session, entry: Entry) -> None:
    holds.place_by_office(session, entry.id, "분쟁", by=SYSTEM)
    session.commit()


@pytest.fixture
def on_sale(session: Session) -> tuple[Screening, list[Entry]]:
    """A published screening of two films."""
    screening = rows.on_sale(session, films=2)
    session.commit()
    return screening, list(session.scalars(sa.select(Entry).order_by(Entry.id)))


def test_it_leaves_timetable_screening_and_interface(
    client: FlaskClient, session: Session, on_sale: tuple[Screening, list[Entry]]
) -> None:
    screening, (first, second) = on_sale
    page = f"/en/screenings/{screening.code}"
    assert first.title_en in client.get(page).text
    etag = client.get(SCHEDULE).headers["ETag"]
    hold(session, first)
    shown = client.get(page).text
    assert first.title_en not in shown
    assert second.title_en in shown
    answer = client.get(SCHEDULE, headers={"If-None-Match": etag})
    assert (answer.status_code, first.number in answer.text, second.number in answer.text) == (200, False, True)


def test_a_screening_without_its_only_film_gives_up_its_title(
    client: FlaskClient, session: Session, on_sale: tuple[Screening, list[Entry]]
) -> None:
    _, films = on_sale
    for film in films:
        hold(session, film)
    shown = client.get("/ko/schedule").text
    assert "지금은 상영하지 않아요" in shown
    assert "AI 단편 1" not in client.get("/ko/schedule.ics").text


def test_its_page_is_gone_and_no_list_knows_it(
    client: FlaskClient, session: Session, on_sale: tuple[Screening, list[Entry]]
) -> None:
    _, (first, second) = on_sale
    assert client.get(f"/en/films/{first.number}").status_code == 200
    hold(session, first)
    gone = client.get(f"/en/films/{first.number}")
    assert (gone.status_code, first.title_en in gone.text) == (410, False)
    listed = client.get("/en/films").text
    assert first.title_en not in listed
    assert second.title_en in listed


def test_pictures_and_tickets_end(
    client: FlaskClient, session: Session, tmp_path: Path, sign_in: Callable[..., FlaskClient]
) -> None:
    stored = store_film(session, tmp_path)
    picture = tickets.picture_path(stored.secret_key, stored.frame)
    mine = sign_in(stored.person_id)
    fresh = client.get(picture, buffered=True)
    assert fresh.headers["Cache-Control"] == "public, max-age=60, must-revalidate"
    again = client.get(picture, headers={"If-None-Match": fresh.headers["ETag"]}, buffered=True)
    assert (again.status_code, again.data) == (304, b"")
    paths = (stored.path(stored.screener), stored.streamed("360.mp4"), stored.streamed("master.m3u8"))
    assert [mine.get(path, buffered=True).status_code for path in paths] == [200, 200, 200]
    juror = Actor("person", stored.person_id)
    assert reel.of_entry(session, stored.asset.entry_id, viewer=juror) is not None
    hold(session, session.get_one(Entry, stored.asset.entry_id))
    assert reel.of_entry(session, stored.asset.entry_id, viewer=juror) is None
    office = Actor("person", 0, frozenset({Grant(Role.ORGANIZER, Scope.EDITION, 1)}))
    assert reel.of_entry(session, stored.asset.entry_id, viewer=office) is not None
    session.commit()
    assert client.get(picture, headers={"If-None-Match": fresh.headers["ETag"]}, buffered=True).status_code == 302
    assert [mine.get(path, buffered=True).status_code for path in paths] == [404, 404, 404]


def test_staff_see_why_and_lift_it(
    session: Session, on_sale: tuple[Screening, list[Entry]], sign_in: Callable[..., FlaskClient]
) -> None:
    _, (first, _) = on_sale
    staff = builders.person(session)
    builders.grant(session, staff, Role.ORGANIZER, Scope.EDITION, first.edition_id)
    session.commit()
    desk, address = sign_in(staff.id), f"/en/ops/entries/{first.number}/holds"
    assert desk.post(address, data={"reason": ""}).status_code == 422
    assert desk.post(address, data={"reason": "Rights are disputed"}).status_code == 303
    page = desk.get(address).text
    assert "Rights are disputed" in page
    assert "Out of public view" in desk.get(f"/en/ops/entries/{first.number}").text
    assert "1 film is out of public view" in desk.get("/en/ops").text
    assert first.title_en in desk.get("/en/ops/holds").text
    code = page.split('name="hold" value="')[1].split('"')[0]
    assert desk.post(address, data={"hold": code, "reason": "Settled"}).status_code == 303
    assert first.title_en not in desk.get("/en/ops/holds").text
    assert "Settled" in desk.get(address).text
