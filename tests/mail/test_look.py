"""How every mail looks: what old mail programs can show, text that reads well alone, subjects that fit."""

from __future__ import annotations

import re
import unicodedata

import pytest

from portal import i18n
from portal.mail.render import COLUMNS, folded
from tests.mail.contexts import BASE, PLAIN, made

USUAL = "편지를 쓰는 기계"


@pytest.mark.parametrize("kind", PLAIN)
def test_a_mail_is_one_that_old_programs_show(kind: str) -> None:
    for language in i18n.LANGUAGES:
        with i18n.using(language):
            html = made(kind, USUAL).html
        assert f'<html lang="{language}" dir="ltr">' in html
        assert html.count('width="600"') == 1
        assert not re.search(r"<(?:style|link|img|script)|class=|url\(|@import|rgb\(", html)
        assert all(len(colour) == 6 for colour in re.findall(r"(?<!&)#([0-9a-f]+)\b(?=[;\"])", html))


@pytest.mark.parametrize("kind", PLAIN)
def test_its_text_reads_alone(kind: str) -> None:
    for language in i18n.LANGUAGES:
        with i18n.using(language):
            text = made(kind, USUAL).text
        for line in text.split("\n"):
            if "://" in line:
                assert line.strip().startswith(BASE), line
                assert " " not in line.strip(), line
            elif " " in line.strip():
                assert _columns(line) <= COLUMNS, line
        assert "\n\n\n\n" not in text
        assert not re.search(rf"\S\n[^\n]+:\n{BASE}", text), "what one is asked to do has a paragraph of its own"
        assert not re.search(r"(?:19일 금|19 Feb)(?: 2027,)? 15:30(?!\s\(?KST)", text), "a date names its zone"


def _columns(text: str) -> int:
    return sum(1 + (unicodedata.east_asian_width(char) in "WF") for char in text)


@pytest.mark.parametrize("kind", PLAIN)
def test_a_korean_subject_fits(kind: str) -> None:
    subject = made(kind, USUAL).subject
    assert subject.startswith("[P.A.N] ")
    assert len(subject) <= 40, subject


def test_lines_break_between_words_alone() -> None:
    link = f"{BASE}/ko/{'x' * 90}"
    long = " ".join(["낱말"] * 30)
    lines = folded(f"짧은 줄\n{link}\n{long}").split("\n")
    assert lines[:2] == ["짧은 줄", link]
    assert " ".join(lines[2:]) == long
    assert max(map(_columns, lines[2:])) <= COLUMNS
