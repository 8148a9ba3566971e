"""Tickets: the code, the page in every state, on paper and for the wallet."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy.orm import Session

from portal import clock, links, pdf
from portal.audience import papers, passes, service
from portal.audience.models import AllottedSeat, Booking
from portal.audience.passes import Pass
from portal.audience.tickets import qr_png, qr_rows, qr_svg
from portal.lifecycles import SeatState
from portal.policies import VISITOR
from portal.signing import BadToken
from tests.audience.test_scans import party, staff, tonight

SignIn = Callable[[int], FlaskClient]
ADDRESS = "https://pan.example/ko/ops/checkin/IkFCQ0RFRkdISksi.abcdefghijklmnopqrstuvwxyz0"


def opened(session: Session, booking: Booking) -> str:
    return f"/ko/t/{links.of(session).token(links.TICKET, booking.code)}"


def drawn(**values: object) -> Pass:
    base = {
        "title": "AI 단편 1",
        "when": "2월 19일 금 19:00 KST",
        "doors": "18:40",
        "hall": "1관",
        "venue": "판 극장",
        "address": "을지로 1",
        "seats": "2석 · C 7–8",
        "at_the_door": "입구에서 화면이나 종이로 이 코드를 보여 주세요. 2명이 들어갈 수 있어요.",
        "holder": "한서윤",
        "code": "ABCDEFGHJK",
        "state": "valid",
        "state_text": "예매",
        "films": ("편지를 쓰는 기계 · 한서윤",),
    }
    return Pass(**{**base, **values})  # type: ignore[arg-type]


def test_one_code_as_drawing_picture_and_modules() -> None:
    size = len(qr_rows(ADDRESS))
    drawing = ElementTree.fromstring(qr_svg(ADDRESS))
    assert drawing.get("viewBox") == f"0 0 {size + 8} {size + 8}"
    assert Image.open(BytesIO(qr_png(ADDRESS))).size == ((size + 8) * 6,) * 2


def test_a_ticket_that_is_shown_opens_the_door_and_never_the_ticket() -> None:
    mine = links.Links("https://pan.example", "k" * 40)
    token = mine.door_token("ABCDEFGHJK")
    assert token == mine.door_token("ABCDEFGHJK")
    assert mine.at_door(token) == "ABCDEFGHJK"
    assert mine.at_door(mine.token(links.TICKET, "ABCDEFGHJK")) == "ABCDEFGHJK"
    with pytest.raises(BadToken):
        mine.opened(links.TICKET, token)
    for forged in (token[:-1], token.replace(".", ""), mine.token(links.GUEST, "ABCDEFGHJK"), "ABCDEFGHJK"):
        with pytest.raises(BadToken):
            mine.at_door(forged)


def test_the_paper_is_one_page_with_the_code_and_its_fold() -> None:
    made_at = clock.now()
    made = papers.folded(drawn(), address=ADDRESS, made_at=made_at)
    assert made == papers.folded(drawn(), address=ADDRESS, made_at=made_at)
    assert len(re.findall(rb"/Type /Page\b", made)) == 1
    assert len(re.findall(rb"/FontFile2", made)) == 2
    streams = [zlib.decompress(part) for part in re.findall(rb"stream\n(x.*?)\nendstream", made, re.DOTALL)]
    [page] = [part for part in streams if b" re f" in part]
    dark = sum(row[n] and not (n and row[n - 1]) for row in qr_rows(ADDRESS) for n in range(len(row)))
    assert page.count(b" re f") == dark
    assert len(
        papers.folded(drawn(title="아주 " * 60, films=("긴 제목 " * 30,) * 30), address=ADDRESS, made_at=made_at)
    )


@pytest.mark.parametrize("title", ["AI 단편 1", "아주 긴 묶음 제목이 이어지고 또 이어져서 세 줄이 되는 경우", "A" * 90])
def test_the_card_is_as_large_as_a_bank_card_and_keeps_its_code_whole(title: str) -> None:
    picture = Image.open(BytesIO(papers.card(drawn(title=title), address=ADDRESS)))
    assert [round(side / picture.info["dpi"][0] * 25.4, 1) for side in picture.size] == [85.6, 54.0]
    rows = qr_rows(ADDRESS)
    times = 500 // len(rows)
    left, top = 1011 - 44 - len(rows) * times, (638 - len(rows) * times) // 2
    grey = picture.convert("L")
    seen = [
        [grey.getpixel((left + x * times + times // 2, top + y * times + times // 2)) < 128 for x in range(len(rows))]
        for y in range(len(rows))
    ]
    assert seen == rows


def test_an_address_nobody_vouched_for_is_confirmed_by_its_owner(session: Session, client: FlaskClient) -> None:
    booking = party(session, tonight(session), 1)
    booking.verify_by = clock.now() + timedelta(minutes=30)
    session.commit()
    page = opened(session, booking)
    session.rollback()
    asked = client.get(page).text
    assert "자리 확정하기" in asked
    assert "pass__qr" not in asked
    assert client.get(f"{page}/ticket.pdf").status_code == 404
    assert client.get(f"{page}/card.png").status_code == 404
    for _ in range(2):
        assert "이 화면이 표예요" in client.post(f"{page}/confirm", follow_redirects=True).text
    assert "pass__qr" in client.get(page).text
    assert client.get(f"{page}/ticket.pdf").data.startswith(b"%PDF-")
    assert client.get(f"{page}/card.png").mimetype == "image/png"
    session.refresh(booking)
    assert booking.verified_at is not None


def test_seats_that_went_on_are_not_confirmed(session: Session, client: FlaskClient) -> None:
    booking = party(session, tonight(session), 1, SeatState.EXPIRED)
    page = opened(session, booking)
    session.rollback()
    assert "제때 확정하지 않아" in client.post(f"{page}/confirm", follow_redirects=True).text


def test_a_ticket_tells_what_it_is_and_since_when(session: Session, client: FlaskClient) -> None:
    screening = tonight(session)
    booking = party(session, screening, 1)
    session.add_all(AllottedSeat(screening_id=screening.id, row="C", number=n, booking_id=booking.id) for n in (7, 8))
    session.commit()
    page = opened(session, booking)
    session.rollback()
    text = client.get(page).text
    assert "2석 · C 7–8" in text
    assert "2명이 들어갈 수 있어요" in text
    service.cancel(session, booking, by=VISITOR)
    session.commit()
    ended = passes.ended_at(session, booking)
    assert ended is not None
    assert clock.now() - ended < timedelta(minutes=1)
    session.rollback()
    text = client.get(page).text
    assert "끝난 예매예요" in text
    assert "pass__qr" not in text


def test_the_door_page_tells_the_same_entry_for_the_same_form(session: Session, sign_in: SignIn) -> None:
    screening = tonight(session)
    booking = party(session, screening, 1)
    phone = sign_in(staff(session, screening))
    address = f"/ko/ops/checkin/{links.of(session).door_token(booking.code)}"
    session.rollback()
    once = re.search(r'name="once" value="([^"]+)"', phone.get(address).text)
    assert once is not None
    for _ in range(2):
        assert "입장 2석" in phone.post(address, data={"once": once.group(1)}).text
    assert "이미 입장했어요" in phone.post(address).text


def test_the_printed_sheet_has_the_houses_fonts() -> None:
    paper = pdf.sheet((85.6, 54.0), title="표", language="ko", made_at=clock.now())
    assert (round(paper.w, 1), round(paper.h, 1)) == (85.6, 54.0)
    assert pdf.finished(paper).startswith(b"%PDF-")
