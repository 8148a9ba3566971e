"""Subtitles come out as words and times, whatever went in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from portal.media.findings import Refused
from portal.media.subtitles import webvtt

SRT = "1\r\n00:00:01,000 --> 00:00:02,500\r\n<i>편지</i>를 <script>alert(1)</script>쓴다\r\n& 둘째 줄\r\n"


def test_srt_becomes_plain_webvtt() -> None:
    expected = "WEBVTT\n\n00:00:01.000 --> 00:00:02.500\n편지를 alert(1)쓴다\n&amp; 둘째 줄\n"
    assert webvtt(b"\xef\xbb\xbf" + SRT.encode()).decode() == expected


def test_webvtt_is_written_anew_without_styles() -> None:
    source = "WEBVTT\n\nSTYLE\n::cue { background: url(http://127.0.0.1:9/) }\n\n00:01.000 --> 00:02.000 line:0\nhi\n"
    assert webvtt(source.encode()) == b"WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nhi\n"


def test_written_anew_twice_is_the_same() -> None:
    once = webvtt(b"1\n00:00:01,000 --> 00:00:02,000\n&lt;b&gt; A --> B\n")
    assert webvtt(once) == once


@pytest.mark.parametrize("text", ["", "hello", "1\n00:00:01,000\nno arrow", "WEBVTT\n\nNOTE nothing\n"])
def test_what_is_no_subtitle_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="not_subtitles"):
        webvtt(text.encode())


def test_other_encodings_are_refused() -> None:
    with pytest.raises(Refused, match="not_subtitles"):
        webvtt("1\n00:00:01,000 --> 00:00:02,000\n편지\n".encode("cp949"))


@pytest.mark.parametrize("timing", ["00:00:02,000 --> 00:00:01,000", "00:00:01,000 --> 99:99:99,999"])
def test_an_impossible_time_is_named(timing: str) -> None:
    with pytest.raises(Refused) as refused:
        webvtt(f"1\n00:00:00,000 --> 00:00:01,000\nok\n\n2\n{timing}\nbad\n".encode())
    assert refused.value.finding.figures == {"number": 2, "text": timing}


def test_corpus_script(corpus: Callable[[str], Path]) -> None:
    source = corpus("evil_script.srt").read_bytes()
    with pytest.raises(Refused, match="subtitle_time"):
        webvtt(source)
    made = webvtt(source.replace(b"99:99:99,999", b"00:00:02,000"))
    assert b"<" not in made.replace(b"-->", b"")
