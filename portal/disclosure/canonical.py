"""One byte sequence for one declaration, its fingerprint, and the chain of its revisions.

After RFC 8785: sorted keys, no spaces, UTF-8; stricter in that text is NFC and a float is a TypeError, so that two
machines cannot disagree about a digit.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

GENESIS = "0" * 64


class Revision(NamedTuple):
    """A stored revision: its canonical bytes, its fingerprint and the fingerprint of the one before (or GENESIS)."""

    body: bytes
    sha256: str
    prev_sha256: str


def canonical(value: Any) -> bytes:
    """The canonical JSON of `value`: mappings, sequences, text, integers, booleans and None."""
    text = json.dumps(normal(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return text.encode()


def normal(value: Any) -> Any:
    """The value as canonical JSON would give it back; what has no canonical form is a TypeError."""
    match value:
        case str():
            return unicodedata.normalize("NFC", value)
        case None | bool() | int():
            return value
        case Mapping():
            return {normal(str(key)): normal(item) for key, item in value.items()}
        case list() | tuple():
            return [normal(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no canonical form")


def fingerprint(body: bytes) -> str:
    """The SHA-256 of canonical bytes, which anybody can compute again."""
    return hashlib.sha256(body).hexdigest()


def first_break(revisions: Iterable[Revision]) -> int | None:
    """The place of the first revision that does not follow from the one before, None when the chain holds."""
    previous = GENESIS
    for place, revision in enumerate(revisions):
        if revision.prev_sha256 != previous or revision.sha256 != fingerprint(revision.body):
            return place
        previous = revision.sha256
    return None
