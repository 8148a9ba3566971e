"""The text an entry is found by: numbers, titles and people, composed (NFC), case-folded, without spaces."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

_ESCAPE = "\\"
SEPARATOR = "\n"


def folded(text: str) -> str:
    """One text as it is compared."""
    return "".join(unicodedata.normalize("NFC", text).casefold().split())


def search_text(texts: Iterable[str]) -> str:
    """Everything an entry is found by; the separator keeps a search from running over two texts."""
    found = dict.fromkeys(folded(text) for text in texts if text)
    return SEPARATOR.join(found)


def pattern(words: str) -> str:
    """The LIKE pattern of a search, with its own wildcards taken literally (escape character: a backslash)."""
    literal = folded(words).replace(_ESCAPE, _ESCAPE * 2).replace("%", f"{_ESCAPE}%").replace("_", f"{_ESCAPE}_")
    return f"%{literal}%"
