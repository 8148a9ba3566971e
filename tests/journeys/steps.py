"""What people do in more than one journey: press a button and wait for its page, play a film, open a mailed link."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, Response, expect

PLAYS = 90_000


def press(button: Locator) -> None:
    """Send a form, and wait for the page it answers with: whoever leaves earlier may take the form along unsent."""
    with button.page.expect_navigation():
        button.click()


def carrying(words: str) -> Callable[[Response], bool]:
    """Whether an answer is to a form with these words, and says that they are kept."""
    return lambda answer: answer.ok and words in (answer.request.post_data or "")


def ask_for_link(page: Page, email: str) -> None:
    """Have a sign-in link mailed."""
    page.get_by_label("E-mail address").fill(email)
    page.get_by_role("button", name="Mail me a link").click()
    page.wait_for_url("**/login/sent")


def link_in(text: str, part: str) -> str:
    """The first address of a mail that has this in it."""
    found = re.search(rf"https?://\S*{re.escape(part)}\S*", text)
    assert found, text
    return found[0]


def play_to_the_end(page: Page) -> None:
    """Press play and wait for the end of the film."""
    video = page.locator("video")
    video.evaluate("video => { video.muted = true; }")
    page.get_by_role("button", name="Play (Space)").click()
    expect(video).to_have_js_property("ended", True, timeout=PLAYS)


def reload_until(page: Page, wanted: Locator, count: int) -> None:
    """Look again until a worker's product stands in the page."""
    for _ in range(60):
        if wanted.count() >= count:
            return
        page.wait_for_load_state("networkidle")
        page.reload()
    expect(wanted).to_have_count(count)
