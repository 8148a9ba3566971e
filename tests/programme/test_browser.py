"""The timetable desk in a real browser: lifted with keys, dragged, undone; and the booking form without JavaScript."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session, sessionmaker

from portal import links
from portal.audience.models import Booking
from portal.policies import SYSTEM
from portal.programme import queries, service
from portal.programme.models import Screening
from tests.programme import rows

pytestmark = pytest.mark.browser


def place_of(sessions: sessionmaker[Session], code: str) -> tuple[str, str]:
    """Time of day and hall of a screening, as the database has it."""
    with sessions() as session:
        found = queries.screening_for_desk(session, code)
        assert found is not None
        return found.starts_at.astimezone(queries.desk.ZONE).strftime("%H:%M"), found.hall.name_ko


def test_a_block_is_lifted_moved_dropped_and_undone(
    window: Callable[..., Page], session: Session, sessions: sessionmaker[Session]
) -> None:
    edition = rows.edition(session)
    one, two = rows.hall(session, edition), rows.hall(session, edition, "2관", 120)
    package = rows.package(session, edition, rows.film(session, edition, minutes=80))
    screening = rows.screening(session, package, one, rows.evening(hour=15))
    rows.screening(session, package, two, rows.evening(hour=15, minute=30))
    code, person = screening.code, rows.programmer(session, edition)
    page = window(person.id)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto(f"/ko/ops/schedule/{rows.evening().date()}")
    block = page.locator(f"#b-{code}")
    block.locator(".blk__b").focus()

    page.keyboard.press("Space")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Escape")
    assert place_of(sessions, code) == ("15:00", "1관")

    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-say]")).to_contain_text("2관 15:05")
    page.keyboard.press("Enter")
    expect(block.locator(".blk__w")).to_have_text("겹침")
    expect(page.locator(".tt__h")).to_contain_text("문제 1")
    assert place_of(sessions, code) == ("15:05", "2관")

    page.keyboard.press("z")
    expect(page.locator(".tt__h")).to_contain_text("문제 없음")
    assert place_of(sessions, code) == ("15:00", "1관")

    handle = block.locator(".blk__b")
    box = handle.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 40, box["y"] + 60, steps=4)
    page.mouse.move(box["x"] + 40, box["y"] + 20 + 1.18 * 60, steps=4)
    with page.expect_response("**/move"):
        page.mouse.up()
    assert place_of(sessions, code) == ("16:00", "1관")
    assert complaints == []


def test_the_second_of_two_organizers_sees_the_difference(
    window: Callable[..., Page], session: Session, sessions: sessionmaker[Session]
) -> None:
    edition = rows.edition(session)
    hall = rows.hall(session, edition)
    screening = rows.screening(session, rows.package(session, edition, rows.film(session, edition)), hall)
    page = window(rows.programmer(session, edition).id)
    page.goto(f"/ko/ops/schedule/{rows.evening().date()}")
    service.move(session, screening, hall, rows.evening(hour=12), rev=screening.rev, by=SYSTEM)
    session.commit()
    page.locator(f"#b-{screening.code} .blk__b").focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    with page.expect_response("**/move") as answer:
        page.keyboard.press("Enter")
    assert answer.value.status == 409
    assert answer.value.json()["theirs"] == {"from": "1관 19:00", "to": "1관 12:00"}
    assert answer.value.json()["mine"] == {"from": "1관 19:00", "to": "1관 19:05"}
    assert place_of(sessions, screening.code) == ("12:00", "1관")
    expect(page.locator(f"#b-{screening.code} [data-time]")).to_contain_text("12:00", timeout=10_000)
    panel = page.locator("#clash")
    expect(panel).to_be_focused()
    expect(panel).to_contain_text("1관 12:00")
    panel.get_by_role("button", name="내 것으로 옮기기").click()
    page.wait_for_url("**s=*")
    assert place_of(sessions, screening.code) == ("19:05", "1관")


def test_a_package_is_dragged_from_the_tray_and_taken_back(
    window: Callable[..., Page], session: Session, sessions: sessionmaker[Session]
) -> None:
    edition = rows.edition(session)
    rows.hall(session, edition)
    rows.package(session, edition, rows.film(session, edition, minutes=80))
    page = window(rows.programmer(session, edition).id, width=1440)
    page.goto(f"/ko/ops/schedule/{rows.evening().date()}")
    card, column = page.locator(".tcard").bounding_box(), page.locator(".col__b").bounding_box()
    assert card is not None
    assert column is not None
    page.mouse.move(card["x"] + 20, card["y"] + 20)
    page.mouse.down()
    page.mouse.move(column["x"] + 40, column["y"] + 100, steps=4)
    page.mouse.move(column["x"] + 40, column["y"] + 1.18 * 130, steps=4)
    page.mouse.up()
    block = page.locator(".blk[data-key]")
    expect(block).to_have_count(1)
    expect(page.locator(".tcard")).to_have_count(0)
    with sessions() as reading:
        assert [one.starts_at.astimezone(queries.desk.ZONE).strftime("%H:%M") for one in _all(reading)] == ["12:00"]
    page.keyboard.press("z")
    expect(page.locator(".tcard")).to_have_count(1)
    expect(block).to_have_count(0)

    page.locator(".tcard").focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    with page.expect_response("**/place"):
        page.keyboard.press("Enter")
    expect(block).to_have_count(1)
    with sessions() as reading:
        assert [one.starts_at.astimezone(queries.desk.ZONE).strftime("%H:%M") for one in _all(reading)] == ["14:05"]


def _all(session: Session) -> list[Screening]:
    return list(session.scalars(sa.select(Screening)))


def test_a_reader_in_paris_sees_the_own_clock_on_the_night_it_changes(
    window: Callable[..., Page], session: Session
) -> None:
    rows.on_the_night_clocks_change(session)
    page = window(timezone_id="Europe/Paris")
    page.goto(f"/ko/schedule/{rows.SPRING}")
    expect(page.locator(".slot__time time")).to_have_text(["09:30", "10:30"])
    expect(page.locator(".slot__local")).to_have_text(["내 시간 01:30", "내 시간 03:30"])


def test_booking_needs_no_javascript(window: Callable[..., Page], session: Session) -> None:
    screening: Screening = rows.on_sale(session)
    session.commit()
    page = window(width=390, java_script_enabled=False)
    page.goto(f"/ko/screenings/{screening.code}")
    page.get_by_label("이름", exact=True).fill("한서윤")
    page.get_by_label("메일 주소", exact=True).fill("han@example.com")
    page.get_by_role("radio", name="3").check()
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="예매", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("메일을 열어 주세요")
    code = session.scalars(sa.select(Booking.code)).one()
    session.rollback()
    page.goto(f"/ko/t/{links.of(session).token(links.TICKET, code)}")
    page.get_by_role("button", name="자리 확정하기").click()
    expect(page.locator(".pass")).to_contain_text("한서윤")
    box = page.locator(".pass__qr svg").bounding_box()
    assert box is not None
    assert box["width"] >= 240
    assert session.scalar(sa.select(Booking.party)) == 3
