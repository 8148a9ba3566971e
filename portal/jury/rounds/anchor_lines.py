"""What scores mean, as an organizer writes it: one line for each score, the number first. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from portal.errors import Invalid
from portal.i18n import N_

Anchors = dict[str, dict[str, str]]
LONGEST = 200
_LINE = re.compile(r"(\d{1,2})\s*[.:=)·–-]?\s*(.*)")


def written(anchors: Mapping[str, Any], language: str) -> str:
    """The lines of one language, lowest score first."""
    return "\n".join(f"{score} {anchors[score][language]}" for score in sorted(anchors, key=int))


def read(ko: str, en: str) -> Anchors:
    """Both languages' lines as one; raises Invalid naming the field and what is wrong with it."""
    korean, english = _lines("anchors_ko", ko), _lines("anchors_en", en)
    apart = sorted(set(korean) ^ set(english))
    if apart:
        field = "anchors_en" if apart[0] in korean else "anchors_ko"
        scores = ", ".join(map(str, apart))
        raise Invalid(field, N_("Say in both languages what each score means. Only one has: {scores}"), scores=scores)
    return {str(score): {"ko": korean[score], "en": english[score]} for score in sorted(korean)}


def _lines(field: str, text: str) -> dict[int, str]:
    found: dict[int, str] = {}
    for line in filter(None, (one.strip() for one in text.splitlines())):
        score, meaning = _line(field, line)
        if score in found:
            raise Invalid(field, N_("Score {n} is explained twice."), n=score)
        found[score] = meaning
    return found


def _line(field: str, line: str) -> tuple[int, str]:
    match = _LINE.fullmatch(line)
    if match is None or not 1 <= int(match[1]) <= 10 or not match[2]:
        raise Invalid(field, N_("Begin each line with its score from 1 to 10: {line}"), line=line[:40])
    if len(match[2]) > LONGEST:
        raise Invalid(field, N_("Shorten this to {limit} characters."), limit=LONGEST)
    return int(match[1]), match[2]
