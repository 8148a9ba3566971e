"""What a receipt freezes: one JSON document in canonical form, and its SHA-256.

Anybody can verify it: sort the keys, drop the spaces, compose the text (NFC), encode as UTF-8, hash. The document then
has the digest printed on the receipt, or it is not what was handed in.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from portal.audit import canonical_json

FORMAT = "pan-receipt-1"


@dataclass(frozen=True, slots=True)
class File:
    """One file as it was handed in."""

    slot: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Name:
    """One line of the credits."""

    role: str
    native_name: str
    latin_name: str


@dataclass(frozen=True, slots=True)
class HandedIn:
    """Everything a receipt vouches for."""

    receipt: str
    entry: str
    call: str
    category: str
    regulations: int
    ai_rules: int
    handed_in_at: datetime
    frozen_at: datetime
    film_sha256: str
    film_seconds: int
    texts: Mapping[str, str]
    rights: Mapping[str, bool]
    declarations: tuple[str, ...]
    credits: tuple[Name, ...]
    files: tuple[File, ...]
    disclosure: Any


def freeze(handed_in: HandedIn) -> str:
    """The document in canonical form."""
    content = {
        **asdict(handed_in),
        "format": FORMAT,
        "handed_in_at": _moment(handed_in.handed_in_at),
        "frozen_at": _moment(handed_in.frozen_at),
    }
    return canonical_json(content)


def digest(document: str) -> str:
    """SHA-256 of the canonical document, in hex."""
    return hashlib.sha256(document.encode()).hexdigest()


def recompute(text: str) -> str | None:
    """The digest of a document somebody brings, however it is indented; None when it is no JSON document."""
    try:
        content = json.loads(text, parse_constant=_refuse, object_pairs_hook=_without_doubles)
        return digest(canonical_json(content)) if isinstance(content, dict) else None
    except (ValueError, RecursionError):
        return None


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="seconds")


def _refuse(name: str) -> Any:
    raise ValueError(name)


def _without_doubles(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    # Two values under one key would let a reader see the one and the digest cover the other.
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(key)
        found[key] = value
    return found
