"""The answers of the disclosure form, and how two people's answers are merged section by section.

A form carries a stamp of the answers it was drawn from, a short digest for each section. Posted back, it tells which
sections this person touched and which somebody else changed meanwhile; only a section that both changed is a clash.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from portal.disclosure.canonical import fingerprint
from portal.disclosure.codes import Base, Contribution, Degree, Likeness, PerformerKind, Scope, ShareMethod
from portal.disclosure.ledger import Segment, Source
from portal.errors import Stale

ATTESTATION = "2027-1"
_LENGTH = 10


@dataclass(frozen=True, slots=True)
class ToolUse:
    """A tool as the form names it."""

    name: str
    version: str = ""
    scopes: tuple[Scope, ...] = ()


@dataclass(frozen=True, slots=True)
class SharePicked:
    """The picture share by one of two methods: percent off the slider, or seconds from time-codes.

    Where shots are listed they alone decide, and the two figures stay 0.
    """

    method: ShareMethod = ShareMethod.SLIDER
    generated: int = 0
    altered: int = 0
    shots: tuple[Segment, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonShown:
    """A performer as the form gives it; the code says which stored row it is."""

    code: str
    kind: PerformerKind
    name: str = ""
    part: str = ""
    likeness: tuple[Likeness, ...] = ()
    appear_s: int = 0
    synth_s: int = 0
    minor: bool = False
    deceased: bool = False
    public_credit: bool = False


@dataclass(frozen=True, slots=True)
class HumanPart:
    """What people gave to one scope, in ticks and in a line of their own."""

    scope: Scope
    contributions: tuple[Contribution, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Answers:
    """Everything one form says, of the right shape; each field is a section that is merged as a whole."""

    base: tuple[Base, ...] = ()
    degrees: Mapping[Scope, Degree] = field(default_factory=dict)
    picture_s: int | None = None
    share: SharePicked = field(default_factory=SharePicked)
    tools: tuple[ToolUse, ...] = ()
    performers: tuple[PersonShown, ...] = ()
    sources: tuple[Source, ...] = ()
    authorship: tuple[HumanPart, ...] = ()
    realistic: bool | None = None
    audience_disclosure: str = ""
    human_statement: str = ""
    attested: bool = False


SECTIONS = tuple(section.name for section in fields(Answers))
OF_WHOLE = ("realistic", "audience_disclosure", "human_statement", "attested")
OF_FILM = tuple(section for section in SECTIONS if section not in OF_WHOLE)


@dataclass(frozen=True, slots=True)
class Merged:
    """What to store, the sections that change by it, and those that both sides changed."""

    answers: Answers
    changed: tuple[str, ...]
    clashes: tuple[str, ...]


def stamp(answers: Answers) -> str:
    """The digests of all sections, as the form's hidden revision carries them."""
    return _written(_digests(answers))


def merge(mine: Answers, current: Answers, seen: str) -> Merged:
    """The sections of `mine` that this person touched, laid over what is stored now."""
    before, now, posted = _read(seen), _digests(current), _digests(mine)
    touched = [name for name in SECTIONS if posted[name] != before.get(name)]
    changed = tuple(name for name in touched if posted[name] != now[name])
    clashes = tuple(name for name in changed if now[name] != before.get(name))
    return Merged(taken(mine, changed, over=current), changed, clashes)


def merged(mine: Answers, current: Answers, seen: str) -> Merged:
    """The same; raises Stale with the stored sections where both sides changed one."""
    found = merge(mine, current, seen)
    if found.clashes:
        raise Stale(theirs={name: plain(current, name) for name in found.clashes})
    return found


def rebased(seen: str, current: Answers, sections: Collection[str]) -> str:
    """The stamp of somebody who has now looked at what the others wrote in these sections, and at nothing else."""
    digests = _read(seen) | {name: digest for name, digest in _digests(current).items() if name in sections}
    return _written(digests)


def taken(mine: Answers, sections: tuple[str, ...], *, over: Answers) -> Answers:
    """`over` with these sections replaced by `mine`."""
    return replace(over, **{name: getattr(mine, name) for name in sections})


def plain(answers: Answers, section: str) -> Any:
    """One section as plain JSON values."""
    return asdict(answers)[section]


def _digests(answers: Answers) -> dict[str, str]:
    return {name: fingerprint(_bytes_of(getattr(answers, name)))[:_LENGTH] for name in SECTIONS}


def _bytes_of(section: Any) -> bytes:
    """The same bytes for the same answers. Every save asks for them thrice, so they are not brought to NFC again."""
    return json.dumps(section, default=_fields_of, sort_keys=True, separators=(",", ":")).encode()


def _fields_of(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__slots__}


def _written(digests: Mapping[str, str]) -> str:
    return ".".join(f"{name}-{digest}" for name, digest in digests.items())


def _read(seen: str) -> dict[str, str]:
    pairs = (part.rpartition("-") for part in seen.split(".")) if seen else ()
    return {name: digest for name, _, digest in pairs}
