"""The style guide in a real browser: accessible by day and night, wide and narrow; every script does its part."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from portal.app import create_app
from portal.settings import Settings

pytestmark = pytest.mark.browser

AXE = (Path(__file__).resolve().parents[1] / "vendor/axe.min.js").read_text(encoding="utf-8")
SMALL_TARGETS = """() => [...document.querySelectorAll('a.btn, button, input[type=checkbox], .seg a, .chip')]
  .filter(e => e.checkVisibility() && !e.closest('dialog'))
  .filter(e => { const r = e.getBoundingClientRect(); return r.width < 24 || r.height < 24 })
  .map(e => e.outerHTML.slice(0, 80))"""


@pytest.fixture(scope="module")
def guide(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the style guide of a running portal; the page reads no row, so no database is migrated."""
    data = tmp_path_factory.mktemp("guide")
    app = create_app(Settings(data=data, database_url=f"sqlite:///{data / 'x.sqlite3'}", secret_key="k" * 40))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/ko/ops/_styleguide/"
    server.shutdown()
    thread.join()


@pytest.fixture
def page(browser: Browser, guide: str) -> Iterator[Page]:
    """The style guide on a desktop, by day."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce", locale="ko-KR")
    opened = context.new_page()
    opened.goto(guide)
    yield opened
    context.close()


@pytest.mark.parametrize("light", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_everybody_can_use_every_component(browser: Browser, guide: str, width: int, light: str) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=light, reduced_motion="reduce", bypass_csp=True
    )
    page = context.new_page()
    page.goto(guide)
    page.evaluate(AXE)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:120]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(SMALL_TARGETS) == []
    context.close()


@pytest.mark.parametrize("width", [320])
def test_nothing_scrolls_sideways_on_the_narrowest_phone(browser: Browser, guide: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 700})
    page.goto(guide)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


def test_the_content_security_policy_is_kept(browser: Browser, guide: str) -> None:
    page = browser.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if "Content Security" in message.text else None)
    page.on("pageerror", lambda error: refused.append(str(error)))
    page.goto(guide)
    page.wait_for_load_state("load")
    assert refused == []
    page.close()


def test_the_error_summary_takes_the_focus_and_leads_to_the_field(page: Page) -> None:
    expect(page.locator("#errsum")).to_be_focused()
    expect(page).to_have_title("오류: 모양 안내 — P.A.N")
    page.locator("#errsum a").first.click()
    expect(page.locator("#g-mail")).to_be_focused()


def test_night_is_remembered(page: Page) -> None:
    switch = page.locator("[data-daynight]").first
    expect(switch).to_have_attribute("aria-pressed", "false")
    switch.click()
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "night"
    expect(page.locator("[data-daynight]").first).to_have_attribute("aria-pressed", "true")


def test_a_dialog_gives_the_focus_back(page: Page) -> None:
    opener = page.locator("[data-open=g-dialog]")
    opener.click()
    expect(page.locator("#g-dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#g-dialog")).to_be_hidden()
    expect(opener).to_be_focused()


def test_keys_score_the_lit_criterion_and_never_while_writing(page: Page) -> None:
    page.locator("#score-story-8").focus()
    page.keyboard.press("3")
    expect(page.locator("#score-story-3")).to_be_checked()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("0")
    expect(page.locator("#score-craft-10")).to_be_checked()
    page.locator("#g-about").focus()
    page.keyboard.press("5")
    expect(page.locator("#score-craft-10")).to_be_checked()


def test_the_total_waits_for_every_criterion(page: Page) -> None:
    expect(page.locator("#total")).to_have_text("–")
    page.locator("#score-why-9").check()
    expect(page.locator("#total")).to_have_text("7.9")
    expect(page.locator("[data-rank]")).to_have_text("8편 가운데 2번째")


def test_a_block_moves_by_keys_and_says_so(page: Page) -> None:
    block = page.locator("#b-1 .blk__b")
    block.focus()
    page.keyboard.press(" ")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+ArrowDown")
    expect(page.locator("#b-1 [data-time]")).to_have_text("13:20–14:42")
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-say]")).to_contain_text("2관 13:20–14:42 겹침: 기록 1")
    page.keyboard.press("Escape")
    expect(page.locator("#b-1 [data-time]")).to_have_text("13:00–14:22")
    expect(page.locator("[data-hall=h1] #b-1")).to_have_count(1)


def test_the_counter_follows_the_hand(page: Page) -> None:
    page.locator("#g-about").fill("가나다 👩‍🎨")
    expect(page.locator("#c-g-about")).to_have_text("7자 / 600자")


def test_an_empty_file_is_refused_before_a_byte_is_sent(page: Page, tmp_path: Path) -> None:
    empty = tmp_path / "빈 영화.mp4"
    empty.touch()
    page.locator("#g-up-file").set_input_files(empty)
    expect(page.locator("#e-g-up")).to_have_text("빈 파일이에요. 다른 파일을 골라 주세요.")
