"""Two people edit one entry: a three-way merge of fields, without keeping old versions.

A form carries a stamp of the values it was drawn from, one short digest for each field. Posted back, it tells which
fields this person touched and which somebody else changed meanwhile; only a field that both changed is a clash.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

_LENGTH = 10


@dataclass(frozen=True, slots=True)
class Merged:
    """What to write, and the names of the fields that both sides changed."""

    changes: Mapping[str, str]
    clashes: tuple[str, ...]


def stamp(values: Mapping[str, str]) -> str:
    """The digests of all values, as the form's hidden revision carries them."""
    return _written({name: digest(value) for name, value in values.items()})


def restamp(shown: Mapping[str, str], seen: str) -> str:
    """The stamp of a form that stays open after a save: of what it shows, not of what others stored meanwhile.

    With the stored values' stamp, a field somebody else changed would look touched at the next save, and be taken back.
    """
    return _written(_read(seen) | {name: digest(value) for name, value in shown.items()})


def merge(mine: Mapping[str, str], current: Mapping[str, str], seen: str) -> Merged:
    """Fields of `mine` that this person touched, against what is stored now and the stamp of what they saw."""
    digests = _read(seen)
    touched = {name: value for name, value in mine.items() if digest(value) != digests.get(name)}
    changes = {name: value for name, value in touched.items() if value != current[name]}
    clashes = tuple(name for name in changes if digest(current[name]) != digests.get(name))
    return Merged(changes, clashes)


def digest(value: str) -> str:
    """A short fingerprint that tells two versions of a text apart."""
    return hashlib.sha256(value.encode()).hexdigest()[:_LENGTH]


def _written(digests: Mapping[str, str]) -> str:
    return ".".join(f"{name}-{found}" for name, found in sorted(digests.items()))


def _read(seen: str) -> dict[str, str]:
    pairs = (part.rpartition("-") for part in seen.split(".")) if seen else ()
    return {name: digest for name, _, digest in pairs}
