"""The entrance on a phone whose network goes away in the middle of the evening."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from portal import clock, i18n, links
from portal.audience import service
from portal.audience.models import Booking, Scan
from portal.audience.service.scans import Told
from portal.lifecycles import SeatState
from portal.policies import SYSTEM
from portal.programme.models import Screening
from tests.audience.test_scans import party, staff, tonight

pytestmark = pytest.mark.browser

Window = Callable[..., Page]


def at_entrance(window: Window, session: Session, screening: Screening) -> Page:
    page = window(staff(session, screening), width=390)
    page.goto(f"/ko/ops/seats/{screening.code}/entrance")
    expect(page.locator("#net")).to_have_attribute("data-state", "online")
    expect(page.locator("#entrance")).to_have_attribute("data-kept", "true")
    return page


def scan(page: Page, text: str) -> None:
    """As a scanner that types, or a person who pastes."""
    page.locator("#presented").fill(text)
    page.locator("#presented").press("Enter")


def told_later(session: Session, booking: Booking) -> tuple[SeatState, int]:
    session.refresh(booking)
    found = booking.state, session.scalar(sa.select(sa.func.count(Scan.id)).where(Scan.booking_id == booking.id)) or 0
    session.commit()  # the objects stay readable, and no lock is left that the browser would wait for
    return found


def test_a_phone_goes_on_without_network_and_agrees_afterwards(session: Session, window: Window) -> None:
    screening = tonight(session)
    one, two, three = (party(session, screening, n) for n in range(3))
    page = at_entrance(window, session, screening)
    with i18n.using("ko"):
        tickets = {booking.id: links.of(session).check_in(booking.code) for booking in (one, two, three)}
    face, net = page.locator("#face .door__t"), page.locator("#net-text")

    scan(page, tickets[one.id])
    expect(face).to_have_text("입장 2석")
    scan(page, tickets[one.id])
    expect(face).to_contain_text("이미 입장")

    page.context.set_offline(True)
    expect(net).to_contain_text("네트워크 없음")
    # meanwhile another phone, which is connected, lets the second party in; its scan is the earlier one
    first = clock.now() - timedelta(minutes=7)
    service.report(session, screening, [Told("other-phone-1", first, two.code, device="phone-b")], by=SYSTEM)
    session.commit()
    scan(page, tickets[two.id])
    expect(face).to_have_text("입장 2석")
    page.reload()
    expect(page.locator("#in")).to_have_text("4")
    expect(net).to_contain_text("보낼 스캔 1건")
    page.locator("#presented").fill("ㅂㅅㅇ")
    page.locator("#found button").click()
    expect(face).to_have_text("입장 2석")
    page.locator("#undo").click()
    expect(face).to_have_text("입장을 취소했어요.")
    page.locator("#presented").fill(three.name)
    page.locator("#found button").click()
    expect(page.locator("#in")).to_have_text("6")
    assert told_later(session, three) == (SeatState.CONFIRMED, 0)

    page.context.set_offline(False)
    expect(page.locator("#net")).to_have_attribute("data-state", "online")
    expect(page.locator("#net-text")).to_have_text("연결됨")
    expect(page.locator("#differing li span")).to_have_text(f"{two.name}: 두 번 입장, 처음은 {i18n.clock_time(first)}")
    assert told_later(session, three) == (SeatState.CHECKED_IN, 3)
    assert told_later(session, two) == (SeatState.CHECKED_IN, 2)
    assert two.checked_in_at == first

    page.get_by_text("이 휴대폰에 남는 것").click()
    page.get_by_role("button", name="이 휴대폰에서 지우기").click()
    expect(net).to_contain_text("지웠어요")
    assert page.evaluate("Object.keys(localStorage).filter((key) => /^pan-(door|scan) /.test(key))") == []
