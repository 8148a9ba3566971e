"""Stars on a phone without JavaScript: by the keyboard, on targets a thumb can hit, kept and shown again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from portal import links
from tests.live import ballots as rows

pytestmark = pytest.mark.browser

TARGETS = """() => [...document.querySelectorAll('.stars label, .starpick__n, .btn--lg')]
    .map(one => one.getBoundingClientRect()).map(box => Math.min(box.width, box.height))"""


def test_stars_are_given_by_keys_without_javascript(window: Callable[..., Page], session: Session) -> None:
    screening = rows.running(session)
    rows.opened(session, screening)
    token = links.of(session).token(links.TICKET, rows.party(session, screening, 2).code)
    page = window(width=320, java_script_enabled=False)
    page.goto(f"/ko/vote/{token}?seat=2")
    assert min(page.evaluate(TARGETS)) >= 44
    first, second = page.locator("fieldset.starpick").all()[:2]
    first.get_by_role("radio", name="1점: 아쉬워요").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(first.get_by_role("radio", name="4점: 아주 좋았어요")).to_be_checked()
    expect(first.get_by_role("radio", name="안 봤어요")).not_to_be_checked()
    second.get_by_role("radio", name="5점").check()
    page.get_by_role("button", name="별점 저장").press("Enter")
    expect(page.get_by_text("별점을 저장했어요.")).to_be_visible()
    expect(page.locator("fieldset.starpick").nth(0).get_by_role("radio", name="4점")).to_be_checked()
    expect(page.locator("fieldset.starpick").nth(1).get_by_role("radio", name="5점")).to_be_checked()
    expect(page.locator("fieldset.starpick").nth(2).get_by_role("radio", name="안 봤어요")).to_be_checked()
