"""Subtitles: read strictly as SRT or WebVTT, written anew as plain WebVTT in which nothing but words survives."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from portal.media.findings import Refused

MOST_BYTES = 2 * 1024**2
MOST_CUES = 5000
_MOMENT = r"(?:(\d{1,3}):)?([0-5]?\d):([0-5]?\d)[,.](\d{3})"
_TIMING = re.compile(rf"^{_MOMENT}[ \t]+-->[ \t]+{_MOMENT}(?:[ \t]+\S.*)?$")
_TAG = re.compile(r"<[^>]*>|\{\\[^}]*\}")
_SKIPPED = ("WEBVTT", "NOTE", "STYLE", "REGION")


@dataclass(frozen=True, slots=True)
class Cue:
    """Words on screen from `start` to `end`, in milliseconds."""

    start: int
    end: int
    words: str


def webvtt(uploaded: bytes) -> bytes:
    """The uploaded subtitles as plain WebVTT; raises Refused with what is wrong and where."""
    cues = list(parse(_text(uploaded)))
    if not cues:
        raise Refused("not_subtitles")
    blocks = [f"{_shown(cue.start)} --> {_shown(cue.end)}\n{html.escape(cue.words, quote=False)}\n" for cue in cues]
    return ("WEBVTT\n\n" + "\n".join(blocks)).encode()


def parse(text: str) -> Iterator[Cue]:
    """The cues of an SRT or WebVTT text, styles and notes left out, in the order of the file."""
    number = 0
    for block in re.split(r"\n[ \t]*\n", text.strip()):
        lines = [line.strip() for line in block.split("\n") if line.strip()]
        if not lines or lines[0].startswith(_SKIPPED):
            continue
        number += 1
        if number > MOST_CUES:
            raise Refused("not_subtitles")
        yield from _cue(lines, number)


def _cue(lines: list[str], number: int) -> Iterator[Cue]:
    at = next((index for index, line in enumerate(lines[:2]) if "-->" in line), None)
    if at is None:
        raise Refused("not_subtitles")
    found = _TIMING.match(lines[at])
    start, end = (_milliseconds(found.groups()[:4]), _milliseconds(found.groups()[4:])) if found else (0, 0)
    if start >= end:
        raise Refused("subtitle_time", number=number, text=lines[at][:60])
    if words := "\n".join(filter(None, map(_plain, lines[at + 1 :]))):
        yield Cue(start, end, words)


def _plain(line: str) -> str:
    """The words of a line: no tags, no control or direction marks, nothing that could be read as a timing."""
    bare = html.unescape(_TAG.sub("", line))
    shown = "".join(letter for letter in bare if unicodedata.category(letter) not in ("Cc", "Cf"))
    return unicodedata.normalize("NFC", shown).replace("-->", "→").strip()


def _text(uploaded: bytes) -> str:
    if len(uploaded) > MOST_BYTES:
        raise Refused("not_subtitles")
    try:
        text = uploaded.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused("not_subtitles") from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _milliseconds(parts: tuple[str | None, ...]) -> int:
    hours, minutes, seconds, thousandths = (int(part or 0) for part in parts)
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths


def _shown(milliseconds: int) -> str:
    seconds, thousandths = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{thousandths:03}"
