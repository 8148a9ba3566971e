"""The wall: opened by its link alone, told of changes by events, read without JavaScript."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from portal import links
from portal.lifecycles import QuestionState, ScreeningState, TalkState
from portal.live.views import stage
from portal.policies import Role, Scope
from tests import builders
from tests.live import rows


def wall(session: Session, code: str) -> str:
    return f"/ko/stage/{links.of(session).token(links.STAGE, code)}"


def test_the_wall_is_read_by_its_link_and_shows_what_is_approved(session: Session, client: FlaskClient) -> None:
    screening = rows.evening(session)
    rows.listed(session, screening, "무대 위 질문?", state=QuestionState.ON_STAGE)
    for n in range(3):
        rows.listed(session, screening, f"다음 질문 {n}?", votes=5 - n)
    rows.listed(session, screening, "아직 모르는 질문", state=QuestionState.PENDING)
    session.commit()
    html = client.get(wall(session, screening.code)).get_data(as_text=True)
    assert [text in html for text in ("무대 위 질문?", "다음 질문 0?", "다음 질문 1?")] == [True] * 3
    assert not [text for text in ("다음 질문 2?", "아직 모르는") if text in html]
    assert '<meta http-equiv="refresh"' in html
    assert screening.code[:5] in html
    assert client.get(f"/ko/stage/{links.of(session).token(links.TICKET, screening.code)}").status_code == 302


def test_the_wall_shows_no_question_while_the_films_run(session: Session, client: FlaskClient) -> None:
    screening = rows.evening(session, state=ScreeningState.BOOKING, talk=TalkState.COLLECTING)
    rows.listed(session, screening, "범인은?")
    session.commit()
    assert "범인은?" not in client.get(wall(session, screening.code)).get_data(as_text=True)


def test_what_was_on_stage_at_the_end_was_answered_there(session: Session, client: FlaskClient) -> None:
    screening = rows.evening(session, talk=TalkState.CLOSED)
    rows.listed(session, screening, "마지막 질문?", state=QuestionState.ON_STAGE)
    session.commit()
    assert "마지막 질문?" not in client.get(wall(session, screening.code)).get_data(as_text=True)
    html = client.get(f"/ko/live/{screening.code}").get_data(as_text=True)
    assert "마지막 질문?" in html.split('id="done-h"')[1]


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streams that end after a moment."""
    monkeypatch.setattr(stage, "LASTS_S", 0.3)
    monkeypatch.setattr(stage, "LOOKS_EVERY_S", 0.05)


@pytest.mark.usefixtures("hurried")
def test_events_tell_changes_alone_and_end_by_themselves(session: Session, client: FlaskClient) -> None:
    screening = rows.evening(session)
    rows.listed(session, screening, "무대 위 질문?", state=QuestionState.ON_STAGE)
    session.commit()
    address = f"{wall(session, screening.code)}/events"
    first = client.get(address)
    body = first.get_data(as_text=True)
    assert first.mimetype == "text/event-stream"
    assert body.count("event: wall") == 1
    assert "무대 위 질문?" in body
    last = body.split("id: ")[1].split("\n")[0]
    assert "event: wall" not in client.get(address, headers={"Last-Event-ID": last}).get_data(as_text=True)
    rows.listed(session, screening, "새 질문")
    session.commit()
    assert "새 질문" in client.get(address, headers={"Last-Event-ID": last}).get_data(as_text=True)


@pytest.mark.usefixtures("hurried")
def test_only_a_few_streams_are_held_at_once(session: Session, client: FlaskClient) -> None:
    screening = rows.evening(session)
    session.commit()
    address = f"{wall(session, screening.code)}/events"
    held = [client.get(address, buffered=False) for _ in range(stage.STREAMS)]
    refused = client.get(address)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    for one in held:
        one.close()
    assert client.get(address).status_code == 200


def _written(page: Page, code: str, text: str) -> None:
    page.goto(f"/ko/live/{code}")
    page.get_by_label("질문", exact=True).fill(text)
    page.get_by_role("button", name="질문 보내기").click()
    expect(page.locator(".own")).to_contain_text("진행자가 확인하고 있어요")


def test_two_phones_ask_a_key_approves_and_the_wall_shows_it(session: Session, window: Callable[..., Page]) -> None:
    screening = rows.evening(session, films=1)
    person = builders.person(session)
    builders.grant(session, person, Role.MODERATOR, Scope.EDITION, screening.edition_id)
    session.commit()
    first, second = window(width=390), window(width=390)
    projector, board = window(), window(person.id)
    projector.goto(wall(session, screening.code))
    _written(first, screening.code, "제작비는 얼마나 들었나요?")
    _written(second, screening.code, "제작비가 얼마 들었는지 궁금합니다")
    board.goto(f"/ko/ops/live/{screening.code}")
    board.keyboard.press("a")
    expect(board.locator("#c-list")).to_contain_text("1")
    board.locator("[data-line]").first.focus()
    board.keyboard.press("m")
    expect(board.locator("#c-pending")).to_contain_text("0")
    expect(board.get_by_text("합친 질문 1")).to_be_visible()
    board.locator("[data-line]").first.focus()
    pressed = time.monotonic()
    board.keyboard.press("p")
    expect(projector.locator(".wall__q")).to_have_text("제작비는 얼마나 들었나요?", timeout=3000)
    assert time.monotonic() - pressed < 3
    expect(second.locator(".own")).to_contain_text("지금 무대에서 묻고 있어요")
    board.keyboard.press("z")
    expect(projector.locator(".wall__q")).to_have_text("무엇이 궁금하세요?")
    _offline(second, screening.code)


def _offline(phone: Page, code: str) -> None:
    """A question written without network is kept and goes out when it is back, also from another page."""
    phone.context.set_offline(True)
    phone.get_by_label("질문", exact=True).fill("연결이 없을 때 쓴 질문")
    phone.get_by_role("button", name="질문 보내기").click()
    expect(phone.get_by_text("이 휴대전화에 보관하고")).to_be_visible()
    phone.context.set_offline(False)
    expect(phone.locator(".owns")).to_contain_text("연결이 없을 때 쓴 질문")
    expect(phone.get_by_label("질문", exact=True)).to_have_value("")
