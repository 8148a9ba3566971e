"""How many characters a reader counts in a text: what is drawn as one sign is one. Pure."""

from __future__ import annotations

import unicodedata

_JOINER = "\u200d"


def characters(text: str) -> int:
    """User-perceived characters after NFC: marks, skin tones and what a joiner joins belong to the sign before."""
    count, joined, flag = 0, False, False
    for char in unicodedata.normalize("NFC", text):
        if joined or _belongs_to_the_one_before(char):
            joined = char == _JOINER
            continue
        if _is_flag_half(char) and flag:
            flag = False
            continue
        flag = _is_flag_half(char)
        count += 1
    return count


def _belongs_to_the_one_before(char: str) -> bool:
    return char == _JOINER or unicodedata.category(char) in ("Mn", "Me") or "\U0001f3fb" <= char <= "\U0001f3ff"


def _is_flag_half(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"
