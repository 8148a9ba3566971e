"""What a person is asked to consent to, word for word: kept with the request, shown at signing, fingerprinted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from portal.disclosure.canonical import canonical, fingerprint
from portal.disclosure.codes import Likeness, Medium, PerformerKind

# The words around an offer on the page one signs: a new version whenever they say something else.
VERSION = "consent-1"


@dataclass(frozen=True, slots=True)
class Offer:
    """One request as it left: the film, what is made of whom in it, in the maker's words, and for which uses."""

    number: str = ""
    title_ko: str = ""
    title_en: str = ""
    maker: str = ""
    name: str = ""
    part: str = ""
    kind: PerformerKind | None = None
    likeness: tuple[Likeness, ...] = ()
    appear_s: int = 0
    synth_s: int = 0
    minor: bool = False
    deceased: bool = False
    media: tuple[Medium, ...] = ()
    text: str = ""

    @property
    def title(self) -> str:
        """A title whatever the language."""
        return self.title_ko or self.title_en

    def to_json(self) -> dict[str, Any]:
        """As the row keeps it."""
        return {**asdict(self), "likeness": list(self.likeness), "media": list(self.media)}

    @staticmethod
    def from_json(kept: Mapping[str, Any]) -> Offer:
        """As it was kept."""
        kind = PerformerKind(kept["kind"]) if kept.get("kind") else None
        likeness = tuple(Likeness(code) for code in kept.get("likeness", ()))
        media = tuple(Medium(code) for code in kept.get("media", ()))
        return Offer(**{**kept, "kind": kind, "likeness": likeness, "media": media})

    def fingerprint(self) -> str:
        """The SHA-256 by which a signature names exactly this text."""
        return fingerprint(canonical(self.to_json()))
