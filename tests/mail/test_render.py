"""Mails: strict templates, the reader's language, and user text that stays text."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from jinja2 import UndefinedError

from portal import i18n
from portal.links import Links
from portal.mail.outbox import Recipient
from portal.mail.preview import framed
from portal.mail.render import one_line, render, without_links

BASE = "https://pan.example"
UNTIL = datetime(2027, 2, 19, 6, 30, tzinfo=UTC)


def invitation(**changed: object) -> dict[str, object]:
    """The context of an invitation."""
    to = Recipient("guest@example.com", i18n.language(), "한서윤")
    values = {"token": "t0ken", "role": "심사위원", "place": "AI 필름 판", "until": UNTIL, "recipient": to}
    return {"links": Links(BASE, "k" * 40), **values, **changed}


def test_a_mail_speaks_the_language_in_use() -> None:
    assert "초대합니다" in render("invitation", BASE, invitation()).subject
    with i18n.using("en"):
        made = render("invitation", BASE, invitation())
    assert made.subject == "[P.A.N] You are invited: 심사위원"
    assert "https://pan.example/en/invitations/t0ken" in made.text
    assert 'href="https://pan.example/en/invitations/t0ken"' in made.html
    assert 'lang="en"' in made.html


def test_a_missing_value_is_an_error_and_no_mail() -> None:
    context = invitation()
    del context["place"]
    with pytest.raises(UndefinedError):
        render("invitation", BASE, context)


def test_a_subject_is_one_line() -> None:
    made = render("invitation", BASE, invitation(role="Juror\r\nBcc: all@example.com\x00"))
    assert "\n" not in made.subject
    assert "\r" not in made.subject
    assert one_line("a\r\n\tb\x0bc") == "a b c"


def test_what_people_write_is_no_markup() -> None:
    made = render("invitation", BASE, invitation(place='<a href="x">Win</a> {{ 7 * 7 }}'))
    assert "<a href=&#34;x&#34;>" not in made.html
    assert "&lt;a href=&#34;x&#34;&gt;Win" in made.html
    assert "{{ 7 * 7 }}" in made.text


@pytest.mark.parametrize(
    "text", ["https://evil.test/login", "www.evil.test", "evil.test", "HTTP://EVIL.TEST", f"{BASE}.evil.test/x"]
)
def test_foreign_addresses_are_no_links(text: str) -> None:
    broken = without_links(BASE, f"see {text} now")
    assert text not in broken
    assert broken.replace("\u200b", "") == f"see {text} now"


@pytest.mark.parametrize("text", [f"{BASE}/ko/entries/A1", BASE, "P.A.N 2027", "3.5점", "끝. 시작", "14:30"])
def test_own_addresses_and_plain_words_stay(text: str) -> None:
    assert without_links(BASE, text) == text


def test_a_preview_moves_styles_under_the_nonce() -> None:
    html = '<html><head></head><body style="margin:0"><p style="margin:0">style="x" &lt;</p></body></html>'
    shown = framed(html, "n0nce", fonts="/f.css")
    assert '<style nonce="n0nce">.s0{margin:0}</style>' in shown
    assert shown.count('class="s0"') == 2
    assert '<p class="s0">style="x" &lt;</p>' in shown
