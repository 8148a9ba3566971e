"""The neutral ledger as JSON: what the command line reads, what a form draft keeps and what a revision stores.

Reading is tolerant of what is missing and of keys it does not know, and strict about what is there: a wrong type or an
unknown code is `Invalid`, with the path of the value as its field. Text is normalised to NFC with plain line feeds.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from portal.disclosure.codes import (
    Base,
    Basis,
    ConsentStatus,
    Contribution,
    Degree,
    Likeness,
    Medium,
    PerformerKind,
    Scope,
    ShareMethod,
    SignerCapacity,
    SourceKind,
)
from portal.disclosure.ledger import (
    Authorship,
    Ledger,
    Part,
    Performer,
    Segment,
    Share,
    Source,
    Terms,
    Tool,
    Use,
)
from portal.errors import Invalid
from portal.i18n import N_

MOST_ITEMS = 500
MOST_TEXT = 20_000
MOST_SECONDS = 1_000_000
Code = TypeVar("Code", bound=StrEnum)


class _Node:
    """A JSON object together with its path, so that every complaint can name its place."""

    def __init__(self, value: Any, path: str = "") -> None:
        if not isinstance(value, Mapping):
            raise Invalid(path or "ledger", N_("This must be a JSON object."))
        self.value, self.path = value, path

    def at(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def has(self, key: str) -> bool:
        return self.value.get(key) is not None

    def text(self, key: str) -> str:
        value = self.value.get(key)
        if value is None:
            return ""
        if not isinstance(value, str) or len(value) > MOST_TEXT or any("\ud800" <= char <= "\udfff" for char in value):
            raise Invalid(self.at(key), N_("This must be a text."))
        return unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n")).strip()

    def integer(self, key: str) -> int | None:
        value = self.value.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) > MOST_SECONDS:
            raise Invalid(self.at(key), N_("This must be a whole number."))
        return value

    def required_integer(self, key: str) -> int:
        value = self.integer(key)
        if value is None:
            raise Invalid(self.at(key), N_("This must be a whole number."))
        return value

    def flag(self, key: str) -> bool | None:
        value = self.value.get(key)
        if value is not None and not isinstance(value, bool):
            raise Invalid(self.at(key), N_("This must be yes or no."))
        return value

    def day(self, key: str) -> date | None:
        try:
            return date.fromisoformat(self.text(key)) if self.has(key) else None
        except ValueError:
            raise Invalid(self.at(key), N_("Write the date like 2027-02-19.")) from None

    def code(self, key: str, kind: type[Code]) -> Code | None:
        return _code(self.value[key], kind, self.at(key)) if self.has(key) else None

    def required_code(self, key: str, kind: type[Code]) -> Code:
        return _code(self.value.get(key), kind, self.at(key))

    def codes(self, key: str, kind: type[Code]) -> frozenset[Code]:
        return frozenset(_code(value, kind, path) for value, path in self._items(key))

    def words(self, key: str) -> frozenset[str]:
        return frozenset(self.lines(key))

    def lines(self, key: str) -> tuple[str, ...]:
        return tuple(_Node({"line": value}, path).text("line") for value, path in self._items(key))

    def nodes(self, key: str) -> Iterator[_Node]:
        return (_Node(value, path) for value, path in self._items(key))

    def node(self, key: str) -> _Node | None:
        return _Node(self.value[key], self.at(key)) if self.has(key) else None

    def _items(self, key: str) -> Iterator[tuple[Any, str]]:
        value = self.value.get(key)
        if value is not None and (not isinstance(value, list) or len(value) > MOST_ITEMS):
            raise Invalid(self.at(key), N_("This must be a list of at most {most} entries."), most=MOST_ITEMS)
        return ((item, f"{self.at(key)}.{place}") for place, item in enumerate(value or ()))


def _code(value: Any, kind: type[Code], path: str) -> Code:
    try:
        return kind(value)
    except ValueError:
        raise Invalid(path, N_("Choose one of: {codes}."), codes=", ".join(kind)) from None


def from_json(data: Any) -> Ledger:
    """The ledger that `data`, decoded JSON, describes; raises Invalid."""
    node = _Node(data)
    return Ledger(
        title=node.text("title"),
        parts=tuple(_part(part) for part in node.nodes("parts")),
        realistic=node.flag("realistic"),
        picture_s=node.integer("picture_s"),
        audience_disclosure=node.text("audience_disclosure"),
        attestation=node.text("attestation"),
    )


def _part(node: _Node) -> Part:
    share = node.node("share")
    return Part(
        title=node.text("title"),
        code=node.text("code"),
        title_en=node.text("title_en"),
        directors=node.lines("directors"),
        picture_s=node.integer("picture_s"),
        base=node.codes("base", Base),
        uses=_uses(node),
        share=_share(share) if share else None,
        tools=tuple(_tool(tool) for tool in node.nodes("tools")),
        performers=tuple(_performer(performer) for performer in node.nodes("performers")),
        sources=tuple(_source(source) for source in node.nodes("sources")),
        authorship=tuple(_authorship(entry) for entry in node.nodes("authorship")),
    )


def _uses(node: _Node) -> tuple[Use, ...]:
    degrees, notes = node.node("degrees"), node.node("notes") or _Node({})
    if degrees is None:
        return ()
    for key in degrees.value:
        _code(key, Scope, degrees.path)
    return tuple(
        Use(scope, degrees.required_code(scope, Degree), notes.text(scope)) for scope in Scope if degrees.has(scope)
    )


def _share(node: _Node) -> Share:
    return Share(
        method=node.required_code("method", ShareMethod),
        generated_s=node.integer("generated_s"),
        altered_s=node.integer("altered_s"),
        generated_pct=node.integer("generated_pct"),
        altered_pct=node.integer("altered_pct"),
        segments=tuple(_segment(segment) for segment in node.nodes("segments")),
    )


def _segment(node: _Node) -> Segment:
    return Segment(
        in_s=node.required_integer("in_s"),
        out_s=node.required_integer("out_s"),
        degree=node.required_code("degree", Degree),
        note=node.text("note"),
    )


def _tool(node: _Node) -> Tool:
    return Tool(node.text("name"), node.text("version"), node.codes("scopes", Scope), node.flag("terms_ok"))


def _performer(node: _Node) -> Performer:
    kind = node.required_code("kind", PerformerKind)
    terms = node.node("terms")
    unasked = ConsentStatus.NOT_REQ if kind is PerformerKind.SYN else None
    return Performer(
        kind=kind,
        name=node.text("name"),
        role=node.text("role"),
        likeness=node.codes("likeness", Likeness),
        appear_s=node.integer("appear_s"),
        synth_s=node.integer("synth_s"),
        minor=bool(node.flag("minor")),
        deceased=bool(node.flag("deceased")),
        consent=node.code("consent", ConsentStatus) or unasked,
        terms=_terms(terms) if terms else None,
        public_credit=bool(node.flag("public_credit")),
    )


def _terms(node: _Node) -> Terms:
    return Terms(
        signer_name=node.text("signer_name"),
        signer_capacity=node.code("signer_capacity", SignerCapacity),
        scope_text=node.text("scope_text"),
        media=node.codes("media", Medium),
        territory=node.words("territory"),
        starts=node.day("starts"),
        ends=node.day("ends"),
        counsel_or_union=node.flag("counsel_or_union"),
        training_allowed=node.flag("training_allowed"),
    )


def _source(node: _Node) -> Source:
    return Source(
        kind=node.required_code("kind", SourceKind),
        title=node.text("title"),
        holder=node.text("holder"),
        licence=node.text("licence"),
        basis=node.code("basis", Basis),
    )


def _authorship(node: _Node) -> Authorship:
    scope = node.required_code("scope", Scope)
    return Authorship(scope, node.codes("contributions", Contribution), node.text("text"))


def to_json(ledger: Ledger) -> dict[str, Any]:
    """The ledger as plain JSON values; what is unanswered is left out, so that a new field leaves old hashes alone."""
    plain: dict[str, Any] = _plain(ledger)
    return plain


def _plain(value: Any) -> Any:
    match value:
        case Part():
            return _plain_part(value)
        case date():
            return value.isoformat()
        case StrEnum():
            return value.value
        case frozenset():
            return sorted(_plain(item) for item in value)
        case tuple():
            return [_plain(item) for item in value]
    return _plain_fields(value) if is_dataclass(value) else value


def _plain_fields(value: Any) -> dict[str, Any]:
    items = ((field.name, getattr(value, field.name)) for field in fields(value))
    return {name: _plain(item) for name, item in items if item not in (None, "", (), frozenset())}


def _plain_part(part: Part) -> dict[str, Any]:
    plain = _plain_fields(part)
    plain.pop("uses", None)
    notes = {use.scope.value: use.note for use in part.uses if use.note}
    degrees = {use.scope.value: use.degree.value for use in part.uses}
    return plain | ({"degrees": degrees} if degrees else {}) | ({"notes": notes} if notes else {})
