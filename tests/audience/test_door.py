"""The door beside its phones: seats sold there, the list on paper, who sits where, who did not come."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import StringIO

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from portal import links
from portal.audience import service
from portal.audience.errors import Full
from portal.audience.models import AllottedSeat, Booking, Group, Origin, Scan
from portal.audience.service.scans import Told
from portal.audit import AuditRecord
from portal.db import unit_of_work
from portal.errors import Invalid
from portal.lifecycles import ScreeningState, SeatState
from portal.policies import SYSTEM
from portal.programme.models import Hall, Screening
from tests.audience.test_scans import ago, party, staff, tonight

SignIn = Callable[[int], FlaskClient]


def desk(session: Session, sign_in: SignIn, screening: Screening) -> tuple[FlaskClient, str]:
    """A member of the staff and where the pages of this screening begin; no lock is left for them to wait for."""
    phone, address = sign_in(staff(session, screening)), f"/ko/ops/seats/{screening.code}"
    session.rollback()
    return phone, address


def test_a_party_buys_seats_at_the_door_and_is_in(session: Session) -> None:
    screening = tonight(session)
    named = service.walk_in(session, screening, 2, name="한서윤", code="DOOR234567", by=SYSTEM)
    again = service.walk_in(session, screening, 2, name="한서윤", code="DOOR234567", by=SYSTEM)
    nameless = service.walk_in(session, screening, 1, code="DOOR765432", by=SYSTEM)
    session.commit()
    assert again.id == named.id
    assert (named.state, named.origin, nameless.name) == (SeatState.CHECKED_IN, Origin.WALK_IN, "현장 2")
    assert screening.taken == 3
    assert len(session.scalars(sa.select(Scan)).all()) == 2


def test_the_page_of_the_door_lets_a_part_of_a_party_in_and_the_rest_later(session: Session, sign_in: SignIn) -> None:
    screening = tonight(session)
    booking = party(session, screening, 1, size=4)
    page = f"/ko/ops/checkin/{links.of(session).door_token(booking.code)}"
    phone, address = desk(session, sign_in, screening)
    for _twice in range(2):
        assert "예매 4석 중 3명 입장" in phone.post(page, data={"persons": "3", "once": "press-1234"}).text
    assert "아직 1명" in phone.get(address).text
    ticket = phone.get(f"/ko/t/{links.of(session).token(links.TICKET, booking.code)}").text
    assert ("일행 1명은" in ticket, 'data-state="valid"' in ticket) == (True, True)
    [sheet] = csv.DictReader(StringIO(phone.get(f"{address}.csv").text.lstrip("\ufeff")))
    assert (sheet["좌석"], sheet["입장 인원"]) == ("4", "3")
    assert "A party has" not in phone.post(page, data={"persons": "9"}).text
    assert "입장 1석" in phone.get(page).text
    assert "입장 4석" in phone.post(page, data={"once": "press-4321"}).text
    session.expire_all()
    assert booking.outside == 0


def test_nobody_buys_more_seats_than_are_free_or_for_a_hall_that_is_closed(session: Session) -> None:
    screening = tonight(session)
    screening.seats = 3
    session.commit()
    with pytest.raises(Full) as full:
        service.walk_in(session, screening, 4, code="DOOR234567", by=SYSTEM)
    assert full.value.left == 3
    session.rollback()
    screening.state = ScreeningState.HELD
    session.commit()
    with pytest.raises(Invalid):
        service.walk_in(session, screening, 1, code="DOOR234567", by=SYSTEM)


def test_the_last_seat_at_the_door_goes_to_one_of_two_phones(sessions: sessionmaker[Session]) -> None:
    with unit_of_work(sessions) as session:
        screening = tonight(session)
        screening.seats, screening_id = 1, screening.id

    def phone(n: int) -> str:
        with unit_of_work(sessions) as session:
            try:
                screening = session.get_one(Screening, screening_id)
                return service.walk_in(session, screening, 1, code=f"DOOR23456{n}", by=SYSTEM).name
            except Full:
                return "full"

    with ThreadPoolExecutor(2) as phones:
        assert sorted(phones.map(phone, (2, 3))) == ["full", "현장 1"]


def test_the_phones_page_sells_and_says_what_is_wrong(session: Session, sign_in: SignIn) -> None:
    screening = tonight(session)
    screening.seats = 3
    session.commit()
    phone, address = desk(session, sign_in, screening)
    page = phone.get(f"{address}/entrance")
    assert page.headers["Permissions-Policy"].startswith("camera=(self)")
    once = re.search(r'name="once" value="([^"]+)"', page.text)
    assert once is not None
    form = {"party": "2", "name": "", "once": once.group(1)}
    for _ in range(2):
        assert "입장 2석 · 현장 1" in phone.post(f"{address}/walk-ins", data=form, follow_redirects=True).text
    late = phone.post(f"{address}/walk-ins", data={"party": "2", "name": "오지각"})
    assert (late.status_code, "남은 자리: 1석" in late.text, "오지각" in late.text) == (409, True, True)
    for wrong in ("0", "50", "둘", ""):
        answer = phone.post(f"{address}/walk-ins", data={"party": wrong})
        assert (answer.status_code, "1에서 20 사이" in answer.text) == (422, True)


def test_the_list_on_paper_goes_from_first_syllable_to_last(session: Session, sign_in: SignIn) -> None:
    screening = tonight(session)
    for n, name in enumerate(("하나", "Claire Moreau", "강도현", "남궁민수", "가람")):
        party(session, screening, n).name = name
    party(session, screening, 9, SeatState.WAITLISTED).name = "대기자"
    session.commit()
    phone, address = desk(session, sign_in, screening)
    page = phone.get(f"{address}/paper").text
    assert re.findall(r'<th scope="row">([^<]+)', page) == ["가람", "강도현", "남궁민수", "하나", "Claire Moreau"]
    assert "5팀 · 10석" in page
    [noted] = session.scalars(sa.select(AuditRecord).where(AuditRecord.verb == "seats.printed"))
    assert noted.detail == {"rows": 5}


def test_who_did_not_come_is_told_with_group_and_as_a_sheet(session: Session, sign_in: SignIn) -> None:
    screening = tonight(session, state=ScreeningState.HELD)
    group = Group(edition_id=screening.edition_id, name_ko="교육생", name_en="Trainees")
    session.add(group)
    session.flush()
    away, came = party(session, screening, 1, SeatState.NO_SHOW), party(session, screening, 2)
    away.group_id = group.id
    twice = [Told(f"once-1234{n}", ago(n), came.code, offline=True) for n in (9, 4)]
    service.report(session, screening, twice, by=SYSTEM)
    session.commit()
    phone, address = desk(session, sign_in, screening)
    page = phone.get(f"{address}/absent").text
    assert re.findall(r'<th scope="row">([^<]+)', page) == [away.name, came.name]
    assert "교육생" in page
    assert "두 번 이상 보여 준 표" in page
    sheet = list(csv.reader(StringIO(phone.get(f"{address}/absent.csv").data.decode("utf-8-sig"))))
    assert [row[:4] for row in sheet[1:]] == [["교육생", away.name, away.email, "2"]]


def test_the_plan_shows_who_sits_where_and_seats_are_exchanged(session: Session, sign_in: SignIn) -> None:
    screening = tonight(session)
    phone, address = desk(session, sign_in, screening)
    assert "자유석이에요" in phone.get(f"{address}/plan").text
    session.get_one(Hall, screening.hall_id).plan = [{"row": "가", "seats": 4, "accessible": [1]}]
    screening.seated = True
    booking = party(session, screening, 1, size=1)
    session.add(AllottedSeat(screening_id=screening.id, row="가", number=2, booking_id=booking.id))
    session.commit()
    assert f"<span>{booking.name}</span>" in phone.get(f"{address}/plan").text
    for one, other, sentence in (
        ("가2", "가 9", "이 관에 없는 자리예요."),
        ("가 1", "가 2", "그 자리에는 아무도 없어요."),
        ("통로", "가 1", "예: C 7"),
    ):
        answer = phone.post(f"{address}/plan", data={"one": one, "other": other})
        assert (answer.status_code, sentence in answer.text) == (422, True)
    assert (
        "자리를 바꿨어요"
        in phone.post(f"{address}/plan", data={"one": "가 2", "other": "가-4"}, follow_redirects=True).text
    )
    session.rollback()
    assert session.scalars(sa.select(AllottedSeat.number)).all() == [4]


def test_a_stranger_finds_no_door(session: Session, sign_in: SignIn) -> None:
    screening, other = tonight(session), tonight(session)
    party(session, screening, 1)
    phone, _ = desk(session, sign_in, other)
    for page in ("entrance", "entrance.js", "list.json", "paper", "absent", "absent.csv", "plan"):
        assert phone.get(f"/ko/ops/seats/{screening.code}/{page}").status_code == 404
    for page in ("scans", "walk-ins", "plan"):
        assert phone.post(f"/ko/ops/seats/{screening.code}/{page}").status_code == 404
    session.rollback()
    assert session.scalars(sa.select(Booking.state)).all() == [SeatState.CONFIRMED]
