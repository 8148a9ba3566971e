"""The copyright annex: what people made and what AI made, field by field, as an application to register asks for it.

After the guide of the Korea Copyright Commission of June 2025: generated material and human work are told apart. It is
the creator's word in order, not legal advice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.disclosure.codes import Contribution, Scope
from portal.disclosure.ledger import Ledger, Part
from portal.disclosure.phrases import name_of

VERSION = "2027-1"


@dataclass(frozen=True, slots=True)
class Row:
    """One field of a film, in words: how far AI went, with which tools, and what people gave."""

    scope: str
    degree: str
    tools: str
    people: str


@dataclass(frozen=True, slots=True)
class FilmAnnex:
    """One film: its fields, and the works it builds on."""

    title: str
    rows: tuple[Row, ...]
    sources: tuple[str, ...]


def in_words(ledger: Ledger) -> list[FilmAnnex]:
    """The annex in the language in use, for print."""
    return [
        FilmAnnex(part.title, tuple(_row(part, scope) for scope in Scope), tuple(_sources(part)))
        for part in ledger.parts
    ]


def _row(part: Part, scope: Scope) -> Row:
    given = _given(part, scope)
    people = ", ".join(text for text in (*map(name_of, given.contributions), given.text) if text)
    return Row(name_of(scope), name_of(part.degrees[scope]), ", ".join(_tools(part, scope)), people)


@dataclass(frozen=True, slots=True)
class _Given:
    contributions: tuple[Contribution, ...]
    text: str


def _given(part: Part, scope: Scope) -> _Given:
    found = [entry for entry in part.authorship if entry.scope is scope]
    ticked = {one for entry in found for one in entry.contributions}
    return _Given(tuple(one for one in Contribution if one in ticked), " ".join(one.text for one in found if one.text))


def _tools(part: Part, scope: Scope) -> list[str]:
    return [f"{tool.name} {tool.version}".strip() for tool in part.tools if scope in tool.scopes]


def _sources(part: Part) -> Sequence[str]:
    told = ((name_of(one.kind), one.title, one.holder, name_of(one.basis) if one.basis else "") for one in part.sources)
    return [" · ".join(text for text in texts if text) for texts in told]


def as_json(ledger: Ledger, statement: str, sha256: str) -> Mapping[str, Any]:
    """The annex in codes, for machines; `sha256` is the digest of the revision it was made of."""
    return {
        "annex": VERSION,
        "title": ledger.title,
        "statement": statement,
        "sha256": sha256,
        "films": [_film_json(part) for part in ledger.parts],
    }


def _film_json(part: Part) -> dict[str, Any]:
    return {
        "title": part.title,
        "directors": list(part.directors),
        "fields": [_field_json(part, scope) for scope in Scope],
        "sources": [
            {"kind": one.kind, "title": one.title, "holder": one.holder, "licence": one.licence, "basis": one.basis}
            for one in part.sources
        ],
    }


def _field_json(part: Part, scope: Scope) -> dict[str, Any]:
    given = _given(part, scope)
    return {
        "scope": scope,
        "degree": part.degrees[scope],
        "tools": _tools(part, scope),
        "contributions": list(given.contributions),
        "text": given.text,
    }
