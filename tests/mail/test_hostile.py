"""What people write stays text: whatever a name or a note holds, one message goes to one recipient."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import default
from html.parser import HTMLParser
from pathlib import Path

import pytest

from portal import i18n
from portal.mail import message
from portal.mail.render import Rendered, Words
from portal.mail.wordings.placeholders import EDITABLE
from portal.settings import Settings
from tests.mail.contexts import BASE, PLAIN, TO, made

HOSTILE = (
    '가\r\nBcc: all@evil.example\r\n\r\n<b onclick="x()">{{ 7*7 }}</b> {name.__class__} {film} {{name}} '
    "https://evil.example/x?y=1 HTTP://EVIL.EXAMPLE www.evil.example <script>alert(1)</script>\x00\u2028" + "긴" * 1000
)
SETTINGS = Settings(data=Path(), database_url="", secret_key="k" * 40, base_url=BASE)
HEADERS = {
    *("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "Content-Language"),
    *("Auto-Submitted", "List-Unsubscribe", "List-Unsubscribe-Post"),
}
TAGS = {"html", "head", "meta", "title", "body", "table", "tr", "td", "span", "p", "a", "br"}


class _Read(HTMLParser):
    """The tags and addresses of a mail's HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.hrefs: list[str] = []
        self.named: set[str] = set()
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.named |= {name for name, _ in attrs}
        self.hrefs += [value or "" for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.words += f" {data}"


def _plain(text: str) -> str:
    return " ".join(text.replace("\u200b", "").replace("\x00", "").split())


def _check(kind: str, mail: Rendered, language: str) -> None:
    row = {"kind": kind, "recipient": TO, "language": language, "subject": mail.subject, "text": mail.text}
    more = {"html": mail.html, "attachments": [], "message_id": "<1@pan.example>"}
    parsed = message_from_bytes(message.as_bytes(SETTINGS, {**row, **more}), policy=default)
    assert parsed.get_all("To") == [TO]
    assert set(parsed.keys()) <= HEADERS
    assert len(parsed.keys()) == len(set(parsed.keys()))
    assert parsed["Subject"] == mail.subject
    text = parsed.get_body(("plain",)).get_content()
    html = _Read(parsed.get_body(("html",)).get_content())
    assert html.tags <= TAGS
    assert not {name for name in html.named if name.startswith("on")}
    assert all(href.startswith(f"{BASE}/") or href == BASE for href in html.hrefs)
    for shown in (mail.subject, text, html.words):
        assert "evil.example" not in shown.lower()
    for shown in (text, html.words):
        assert _plain(shown).count("가 Bcc:") == _plain(shown).count(_plain(HOSTILE))


@pytest.mark.parametrize("kind", PLAIN)
def test_the_portals_words(kind: str) -> None:
    for language in i18n.LANGUAGES:
        with i18n.using(language):
            _check(kind, made(kind, HOSTILE), language)


@pytest.mark.parametrize("kind", EDITABLE)
def test_an_editions_words(kind: str) -> None:
    names = [f"{{{name}}}" for name in EDITABLE[kind].values]
    words = Words(" ".join(names), "\n\n".join(["안녕하세요. <b>{x}</b>", *names, " ".join(names)]))
    for language in i18n.LANGUAGES:
        with i18n.using(language):
            mail = made(kind, HOSTILE, words)
        _check(kind, mail, language)
        assert _plain(HOSTILE) in _plain(mail.text)
        assert _plain(HOSTILE) in _plain(_Read(mail.html).words)
        assert "안녕하세요. <b>{x}</b>" in mail.text
        assert "&lt;b&gt;{x}" in mail.html
