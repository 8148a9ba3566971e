"""What changed between two versions of a text, word by word. Pure."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from enum import StrEnum

_TOKENS = re.compile(r"\{[^{}\n]*\}|\w+|\s+|[^\w\s]")


class Fate(StrEnum):
    """What became of a piece of the earlier text."""

    KEPT = "kept"
    GONE = "gone"
    NEW = "new"


Piece = tuple[Fate, str]


def pieces(before: str, after: str) -> list[Piece]:
    """The two texts as one: what both say, what only the earlier said, what only the later says."""
    old, new = _TOKENS.findall(before), _TOKENS.findall(after)
    made: list[Piece] = []
    for what, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            made.append((Fate.KEPT, "".join(old[i:j])))
            continue
        made += [(fate, text) for fate, text in ((Fate.GONE, "".join(old[i:j])), (Fate.NEW, "".join(new[k:m]))) if text]
    return made
