"""Booking, tickets, offers and the door as browsers see them."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import icalendar
import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal import clock, links
from portal.audience import service
from portal.audience.lists import Line
from portal.audience.models import Booking
from portal.audience.service import guestlist
from portal.audience.tickets import qr_png, qr_svg
from portal.audit import AuditRecord
from portal.disclosure.models import Disclosure
from portal.entries.models import Entry
from portal.lifecycles import GuestState, MaterialState, SeatState
from portal.mail.models import OutgoingMail
from portal.policies import SYSTEM, VISITOR, Role, Scope
from portal.programme import service as programme
from portal.programme.materials import features
from portal.programme.materials.models import Material, MaterialKind
from portal.programme.models import Guest, Hall, InsertKind, Package, Screening
from portal.web.sheets import csv_download, harmless
from tests import builders
from tests.audience import people
from tests.programme import rows

SignIn = Callable[[int], FlaskClient]
FORM = {"name": "한서윤", "email": "Han@example.com", "party": "2", "consent": "1"}


def on_sale(session: Session, seats: int = 300) -> Screening:
    screening = rows.on_sale(session, seats=seats)
    session.commit()
    return screening


def bookings(session: Session) -> list[Booking]:
    """Every booking as it is now, with no transaction left open that would lock SQLite for the browser."""
    session.rollback()
    session.expunge_all()
    found = list(session.scalars(sa.select(Booking).order_by(Booking.id)))
    session.expunge_all()
    session.rollback()
    return found


def booked(session: Session, screening: Screening, name: str, party: int = 1) -> Booking:
    booking = service.book(
        session, screening, service.Ask(name, f"{name}@example.com", party, vouched=True), may_wait=True, by=VISITOR
    )
    session.commit()
    return booking


def token(session: Session, purpose: str, booking: Booking) -> str:
    return links.of(session).token(purpose, booking.code)


def form_on(page: str) -> dict[str, str]:
    once = re.search(r'name="once" value="([^"]+)"', page)
    assert once is not None
    return {**FORM, "once": once.group(1)}


def staff(session: Session, screening: Screening) -> int:
    person = builders.person(session)
    builders.grant(session, person, Role.MODERATOR, Scope.EDITION, screening.edition_id)
    session.commit()
    return person.id


def own_browser(session: Session, sign_in: SignIn) -> FlaskClient:
    """The browser of somebody who signed in with the address of the form."""
    person = builders.person(session, email="han@example.com")
    session.commit()
    return sign_in(person.id)


def billed(session: Session) -> tuple[Screening, list[str]]:
    """A public screening of a rated film with subtitles and a plain one, a break between, one's director on stage."""
    edition = rows.edition(session)
    first, second = (rows.film(session, edition, native_name=name) for name in ("윤해", "도연"))
    [feature] = features.held(session, [first.id])
    features.rate(session, feature, 15, notes_ko="짧은 섬광", rev=feature.rev, by=SYSTEM)
    thing = {"kind": MaterialKind.SUBTITLES_KO, "state": MaterialState.ACCEPTED, "due_at": clock.now()}
    session.add(Material(entry_id=first.id, settled_at=clock.now(), **thing))
    package = rows.package(session, edition, first, second)
    programme.add_insert(session, package, programme.InsertDraft(InsertKind.INTERMISSION, 900, 1, ""), by=SYSTEM)
    hall = rows.hall(session, edition)
    hall.accessible_seats = 6
    screening = rows.screening(session, package, hall)
    talk = rows.talk(session, screening)
    for entry, name in ((first, "윤해"), (second, "도연")):
        asked = programme.Invited(name, f"{entry.id}@example.test", entry_id=entry.id)
        programme.invite(session, talk, asked, by=SYSTEM)
    session.execute(sa.update(Guest).values(state=GuestState.ACCEPTED))
    session.expire_all()
    programme.confirm(session, screening, by=SYSTEM)
    programme.release(session, edition, base=0, by=SYSTEM)
    session.commit()
    return screening, [first.number, second.number]


def as_json_ld(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/ld\+json">(.+?)</script>', page)
    assert found is not None
    described: dict[str, Any] = json.loads(found.group(1))
    return described


def test_the_page_tells_what_is_on_the_bill(session: Session, client: FlaskClient) -> None:
    screening, numbers = billed(session)
    path = f"/ko/screenings/{screening.code}"
    page = client.get(path).text
    for text in ("짧은 섬광", "15세 이상", "한국어 자막", "휴식 15분", "<b>윤해</b>", "휠체어석", "감독 · "):
        assert text in page
    assert page.count('class="ail"') == 2
    event = as_json_ld(page)
    assert (event["@type"], event["name"]) == ("ScreeningEvent", "AI 단편 1")
    assert [film["url"].rpartition("/")[2] for film in event["workPresented"]] == numbers
    client.post(f"{path}/star", data={"on": "1", "back": "screening"})
    assert 'aria-pressed="true"' in client.get(path).text
    film = client.get(f"/ko/films/{numbers[0]}").text
    assert ('aria-pressed="true"' in film, path in film) == (True, True)
    back = client.post(f"{path}/star", data={"on": "0", "back": numbers[0]})
    assert back.headers["Location"].endswith(f"/films/{numbers[0]}")


def test_a_film_that_is_held_leaves_the_bill_with_everything_said_of_it(session: Session, client: FlaskClient) -> None:
    screening, numbers = billed(session)
    held = sa.select(Entry.id).where(Entry.number == numbers[0]).scalar_subquery()
    session.execute(sa.update(Disclosure).where(Disclosure.entry_id == held).values(attested_at=None))
    session.commit()
    page = client.get(f"/ko/screenings/{screening.code}").text
    assert page.count('class="ail"') == 1
    for text in (numbers[0], "짧은 섬광", "한국어 자막"):
        assert text not in page
    assert [film["url"].rpartition("/")[2] for film in as_json_ld(page)["workPresented"]] == numbers[1:]


def test_booking_signed_in_gives_a_ticket_and_a_mail(session: Session, sign_in: SignIn) -> None:
    screening = on_sale(session)
    client = own_browser(session, sign_in)
    form = form_on(client.get(f"/ko/screenings/{screening.code}").text)
    answer = client.post(f"/ko/screenings/{screening.code}", data=form)
    assert answer.status_code == 303
    ticket = client.get(answer.headers["Location"])
    assert "한서윤" in ticket.text
    assert "<svg" in ticket.text
    [booking] = bookings(session)
    assert (booking.state, booking.email, booking.party) == (SeatState.CONFIRMED, "han@example.com", 2)
    mail = session.scalars(sa.select(OutgoingMail)).one()
    assert mail.recipient == "han@example.com"
    assert f"/ko/t/{token(session, links.TICKET, booking)[:20]}" in mail.text
    assert [one["name"] for one in mail.attachments] == ["ticket.png", "ticket.ics"]


def test_who_signed_in_comes_to_their_own_ticket_whatever_a_stranger_booked(session: Session, sign_in: SignIn) -> None:
    screening = on_sale(session)
    service.book(session, screening, service.Ask("낯선 사람", "han@example.com", 1), by=VISITOR)
    session.commit()
    client, path = own_browser(session, sign_in), f"/ko/screenings/{screening.code}"
    for told in ("입구에서 화면이나 종이로", "이미 예매하셨어요"):
        assert told in client.post(path, data=form_on(client.get(path).text), follow_redirects=True).text
    assert [one.state for one in bookings(session)] == [SeatState.CANCELLED, SeatState.CONFIRMED]


def test_the_same_form_twice_is_one_booking_and_the_same_answer(session: Session, client: FlaskClient) -> None:
    screening = on_sale(session)
    form = form_on(client.get(f"/ko/screenings/{screening.code}").text)
    answers = [client.post(f"/ko/screenings/{screening.code}", data=form) for _ in range(3)]
    assert {(answer.status_code, answer.headers["Location"].rpartition(".")[0][:20]) for answer in answers} == {
        (303, answers[0].headers["Location"].rpartition(".")[0][:20])
    }
    assert len(bookings(session)) == 1
    assert session.scalar(sa.select(sa.func.count(OutgoingMail.id))) == 1


def test_a_form_sent_again_after_giving_back_books_nothing_new(session: Session, sign_in: SignIn) -> None:
    screening = on_sale(session)
    client = own_browser(session, sign_in)
    form = form_on(client.get(f"/ko/screenings/{screening.code}").text)
    ticket = client.post(f"/ko/screenings/{screening.code}", data=form).headers["Location"]
    client.post(f"{ticket}/cancel")
    again = client.post(f"/ko/screenings/{screening.code}", data=form, follow_redirects=True)
    assert "끝난 예매예요" in again.text
    assert [booking.state for booking in bookings(session)] == [SeatState.CANCELLED]
    fresh = form_on(client.get(f"/ko/screenings/{screening.code}").text)
    client.post(f"/ko/screenings/{screening.code}", data=fresh)
    assert [booking.state for booking in bookings(session)] == [SeatState.CANCELLED, SeatState.CONFIRMED]


def test_somebody_elses_address_shows_nobody_their_ticket(session: Session, client: FlaskClient) -> None:
    screening = on_sale(session)
    client.post(f"/ko/screenings/{screening.code}", data=form_on(client.get(f"/ko/screenings/{screening.code}").text))
    [booking] = bookings(session)
    other = form_on(client.get(f"/ko/screenings/{screening.code}").text)
    answer = client.post(f"/ko/screenings/{screening.code}", data=other, follow_redirects=True)
    assert "이미 예매하셨어요" in answer.text
    assert booking.code not in answer.text
    assert "/t/" not in answer.text
    forged = client.post(f"/ko/screenings/{screening.code}", data={**FORM, "once": booking.code})
    assert "/already" in forged.headers["Location"]
    assert session.scalar(sa.select(sa.func.count(OutgoingMail.id))) == 2


@pytest.mark.parametrize(
    "change,sentence",
    [
        ({"name": " "}, "이름을 써 주세요."),
        ({"email": "nobody"}, "name@example.com"),
        ({"party": "5"}, "1에서 4 사이"),
        ({"party": "two"}, "1에서 4 사이"),
        ({"consent": ""}, "보관할 수 있도록 표시해 주세요."),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_lost(
    session: Session, client: FlaskClient, change: dict[str, str], sentence: str
) -> None:
    screening = on_sale(session)
    data = {name: value for name, value in {**FORM, "access_needs": "통로 옆", **change}.items() if value}
    answer = client.post(f"/ko/screenings/{screening.code}", data=data)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "통로 옆" in answer.text
    assert bookings(session) == []


def test_the_last_seat_lost_is_told_with_the_way_to_the_list(session: Session, client: FlaskClient) -> None:
    screening = on_sale(session, seats=2)
    form = form_on(client.get(f"/ko/screenings/{screening.code}").text)
    booked(session, screening, "oh")
    late = client.post(f"/ko/screenings/{screening.code}", data=form)
    assert late.status_code == 409
    assert "방금 마지막 자리가 나갔어요" in late.text
    assert "1석 남았어요" in late.text
    assert 'value="한서윤"' in late.text
    waiting = client.post(f"/ko/screenings/{screening.code}", data={**form, "waitlist": "1"}, follow_redirects=True)
    assert "대기 1번이에요" in waiting.text
    assert [booking.state for booking in bookings(session)] == [SeatState.CONFIRMED, SeatState.WAITLISTED]


def test_sold_out_shows_the_list_before_anybody_types(session: Session, client: FlaskClient) -> None:
    screening = on_sale(session, seats=1)
    booked(session, screening, "oh")
    page = client.get(f"/ko/screenings/{screening.code}").text
    assert "매진이에요. 대기를 신청하면" in page
    assert 'name="waitlist" value="1"' in page


def test_a_planned_screening_is_nobodys_business(session: Session, client: FlaskClient) -> None:
    edition = rows.edition(session)
    screening = rows.screening(session, rows.package(session, edition), rows.hall(session, edition))
    session.commit()
    assert client.get(f"/ko/screenings/{screening.code}").status_code == 302
    assert client.post(f"/ko/screenings/{screening.code}", data=FORM).status_code == 401
    assert bookings(session) == []


def test_a_screening_cancelled_before_it_was_public_stays_unknown(session: Session, client: FlaskClient) -> None:
    screening = on_sale(session)
    hall, package = session.get_one(Hall, screening.hall_id), session.get_one(Package, screening.package_id)
    hidden = rows.screening(session, package, hall, rows.evening(2))
    programme.cancel(session, hidden, reason="영사기 고장", by=SYSTEM)
    rows.called_off(session, screening)
    session.commit()
    assert client.get(f"/ko/screenings/{hidden.code}").status_code == 404
    assert "이 상영은 취소됐어요." in client.get(f"/ko/screenings/{screening.code}").text


def test_the_page_tells_the_released_time_not_the_planned_one(session: Session, client: FlaskClient) -> None:
    screening = on_sale(session)
    hall = session.get_one(Hall, screening.hall_id)
    programme.move(session, screening, hall, rows.evening(hour=21), rev=screening.rev, by=SYSTEM)
    session.commit()
    page = client.get(f"/ko/screenings/{screening.code}").text
    assert "19:00" in page
    assert "21:00" not in page


def test_a_ticket_is_given_back_once_and_the_next_is_offered(session: Session, client: FlaskClient) -> None:
    screening = on_sale(session, seats=1)
    first, second = booked(session, screening, "han"), booked(session, screening, "oh")
    path = f"/ko/t/{token(session, links.TICKET, first)}"
    for _ in range(2):
        answer = client.post(f"{path}/cancel", follow_redirects=True)
        assert "반납했어요" in answer.text
    assert [one.state for one in bookings(session)] == [SeatState.CANCELLED, SeatState.OFFERED]
    assert "<svg class" in client.get(path).text
    offered = client.get(f"/ko/waitlist/{token(session, links.WAITLIST, second)}").text
    assert "자리가 났어요" in offered


def test_an_offer_is_taken_with_its_own_token_only(session: Session, client: FlaskClient) -> None:
    screening = on_sale(session, seats=1)
    first, second = booked(session, screening, "han"), booked(session, screening, "oh")
    service.cancel(session, first, by=VISITOR)
    session.commit()
    for foreign in (token(session, links.TICKET, second), token(session, links.GUEST, second), second.code):
        assert client.post(f"/ko/waitlist/{foreign}/accept").status_code == 401
    gone = client.post(f"/ko/waitlist/{token(session, links.WAITLIST, first)}/accept")
    assert gone.status_code == 409
    path = f"/ko/waitlist/{token(session, links.WAITLIST, second)}"
    taken = client.post(f"{path}/accept", follow_redirects=True)
    assert "입구에서 화면이나 종이로" in taken.text
    again = client.post(f"{path}/accept")
    assert again.status_code == 303
    client.post(f"{path}/decline")
    assert "좌석을 받았어요" in client.get(path).text
    assert [one.state for one in bookings(session)] == [SeatState.CANCELLED, SeatState.CONFIRMED]


def test_passing_an_offer_and_coming_too_late(session: Session, client: FlaskClient) -> None:
    screening = on_sale(session, seats=1)
    first, second, third = (booked(session, screening, name) for name in ("han", "oh", "choi"))
    service.cancel(session, first, by=VISITOR)
    session.commit()
    client.post(f"/ko/waitlist/{token(session, links.WAITLIST, second)}/decline")
    assert [one.state for one in bookings(session)][1:] == [SeatState.CANCELLED, SeatState.OFFERED]
    session.execute(sa.update(Booking).values(offered_until=clock.now() - timedelta(seconds=1)))
    session.commit()
    late = client.post(f"/ko/waitlist/{token(session, links.WAITLIST, third)}/accept")
    assert late.status_code == 409
    assert "이 제안은 끝났어요" in late.text
    assert bookings(session)[2].state == SeatState.OFFERED


def test_a_ticket_for_a_calendar(session: Session, client: FlaskClient) -> None:
    screening = on_sale(session)
    booking = booked(session, screening, "han")
    answer = client.get(f"/ko/t/{token(session, links.TICKET, booking)}/ticket.ics")
    [event] = icalendar.Calendar.from_ical(answer.data).walk("VEVENT")
    assert event["dtstart"].dt == rows.evening()
    assert "/ko/t/" in str(event["url"])


def test_the_door(session: Session, client: FlaskClient, sign_in: SignIn) -> None:
    screening = on_sale(session)
    booking = booked(session, screening, "han", 2)
    path = f"/ko/ops/checkin/{token(session, links.TICKET, booking)}"
    assert client.get(path).status_code == 302
    stranger = builders.person(session)
    session.commit()
    assert sign_in(stranger.id).post(path).status_code == 404
    door = sign_in(staff(session, screening))
    assert "다른 상영의 표예요" in door.get(path).text
    assert bookings(session)[0].state == SeatState.CONFIRMED
    assert "door--ok" in door.post(path).text
    again = door.post(path).text
    assert "door--warn" in again
    assert "이미 입장했어요" in again
    assert bookings(session)[0].checked_in_at is not None
    assert door.get(f"/ko/ops/checkin/{token(session, links.WAITLIST, booking)}").status_code == 404
    door.post(f"{path}/undo")
    assert bookings(session)[0].state == SeatState.CONFIRMED


def test_the_seats_desk_counts_searches_and_exports(session: Session, client: FlaskClient, sign_in: SignIn) -> None:
    screening = on_sale(session, seats=3)
    for name in ("han", "oh"):
        booked(session, screening, name)
    evil = service.Ask("=HYPERLINK(1)", "evil@example.com", 1, access_needs="+82")
    service.book(session, screening, evil, by=VISITOR)
    session.commit()
    booked(session, screening, "choi")
    path = f"/ko/ops/seats/{screening.code}"
    assert client.get(path).status_code == 302
    desk = sign_in(staff(session, screening))
    page = desk.get(path).text
    assert "han@example.com" in page
    assert "choi@example.com" not in page
    assert "choi@example.com" in desk.get(f"{path}?view=waiting").text
    found = desk.get(f"{path}?q=OH").text
    assert "oh@example.com" in found
    assert "han@example.com" not in found
    assert "AI 단편 1" in desk.get("/ko/ops/seats").text
    export = desk.get(f"{path}.csv")
    table = list(csv.reader(StringIO(export.data.decode("utf-8-sig"))))
    assert [row[0] for row in table[1:]] == ["'=HYPERLINK(1)", "han", "oh"]
    assert table[1][2] == "'+82"
    session.rollback()
    assert "그 단계가 아니에요" in desk.post(path, data={"step": "end"}, follow_redirects=True).text
    assert "상영을 시작했어요" in desk.post(path, data={"step": "begin"}, follow_redirects=True).text
    assert "오지 않은 예매 3건" in desk.post(path, data={"step": "end"}, follow_redirects=True).text
    verbs = session.scalars(sa.select(AuditRecord.verb).where(AuditRecord.subject_id == screening.id)).all()
    assert "seats.exported" in verbs


def test_the_seats_desk_costs_the_same_for_few_and_many(
    session: Session, sign_in: SignIn, count_queries: Callable[[], int]
) -> None:
    screening = on_sale(session)
    desk, path = sign_in(staff(session, screening)), f"/ko/ops/seats/{screening.code}"
    booked(session, screening, "a")
    desk.get(path)
    count_queries()
    desk.get(path)
    few = count_queries()
    for name in "bcdefgh":
        booked(session, screening, name)
    count_queries()
    desk.get(path)
    assert count_queries() == few
    assert few <= 12


def test_a_cell_is_never_a_formula() -> None:
    assert [str(harmless(text)) for text in ("=1", "+1", "-1", "@a", "\tx", "가", 3)] == [
        "'=1", "'+1", "'-1", "'@a", "'\tx", "가", "3"
    ]  # fmt: skip
    assert csv_download("표.csv", ["이름"], [['a"b,c']]).get_data(as_text=True).startswith("\ufeff이름\r\n")


def test_the_picture_holds_the_address() -> None:
    assert qr_png("http://portal.test/x").startswith(b"\x89PNG")
    svg = qr_svg("http://portal.test/x")
    assert svg.startswith("<svg")
    assert "style=" not in svg
    assert "width=" not in svg.split(">")[0]


def test_what_no_database_holds_is_told_to_the_phone(session: Session, sign_in: Callable[[int], FlaskClient]) -> None:
    screening = on_sale(session)
    browser, now = sign_in(staff(session, screening)), clock.now().isoformat()
    address = f"/ko/ops/seats/{screening.code}"
    assert browser.get(f"{address}/list.json?since={10**30}").status_code == 200  # the whole list
    for scan in ({"once": "12345678\0", "token": "x"}, {"once": "12345678", "token": "x\0y"}):
        sent = {"sent_at": now, "since": None, "scans": [scan | {"at": now}]}
        assert browser.post(f"{address}/scans", json=sent).status_code == 422


def test_who_books_again_with_an_open_offer_is_mailed_the_offer(session: Session) -> None:
    screening = rows.on_sale(session, seats=1)
    first, second = people.book(session, screening, "a"), people.book(session, screening, "b")
    session.commit()
    service.cancel(session, first, by=VISITOR)
    session.refresh(second)
    assert second.state is SeatState.OFFERED
    service.send_again(session, second, screening)
    to_second = sa.select(OutgoingMail.kind).where(OutgoingMail.recipient == second.email).order_by(OutgoingMail.id)
    assert session.scalars(to_second).all() == ["waitlisted", "seat_offer", "seat_offer"]


def test_the_sheet_of_the_absent_names_no_address_for_who_has_none(
    session: Session, sign_in: Callable[[int], FlaskClient]
) -> None:
    screening = rows.on_sale(session, seats=5)
    guestlist.add(session, screening, [Line("이름", "", 1)], quota=None, once="ABCDEFGHIJKLMN", by=SYSTEM)
    session.execute(sa.update(Booking).values(state=SeatState.NO_SHOW))
    session.commit()
    sheet = sign_in(staff(session, screening)).get(f"/ko/ops/seats/{screening.code}/absent.csv").text
    (_, guest) = csv.reader(StringIO(sheet.removeprefix("\ufeff")))
    assert guest[1:4] == ["이름", "", "1"]
