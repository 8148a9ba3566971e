"""The words of a letter to many: plain text with two placeholders, never markup, never a foreign link. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from portal.errors import Invalid
from portal.i18n import N_, pick

PLACEHOLDERS = ("name", "festival")
_BRACED = re.compile(r"\{([^{}]*)\}")
_BRACE = re.compile(r"\{[^{}]*\}|\{+[^{}]*|\}+")
_ADDRESS = re.compile(r"\S*://\S*|\bwww\.\S*", re.IGNORECASE)
_ENDING = ".,;:!?…)]}>'\"’”」』"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a paragraph: words, or one of the portal's own addresses."""

    text: str
    is_link: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """A letter in both languages as its mails are drawn from; `festival` is the edition's name in both."""

    subject_ko: str
    subject_en: str
    body_ko: str
    body_en: str
    festival_ko: str
    festival_en: str

    def subject(self, name: str) -> str:
        """The subject for one reader, in the language in use."""
        return filled(pick(self.subject_ko, self.subject_en), self._values(name))

    def paragraphs(self, name: str) -> list[list[Piece]]:
        """The letter for one reader, in the language in use."""
        body = pick(self.body_ko, self.body_en)
        return [_pieces(one, self._values(name)) for one in re.split(r"\n\s*\n", body.strip())]

    def _values(self, name: str) -> dict[str, str]:
        return {"name": " ".join(name.split()), "festival": pick(self.festival_ko, self.festival_en)}


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with each placeholder replaced, once: what stands in a value stays as it is."""
    return _BRACED.sub(lambda found: values.get(found.group(1), found.group()), text)


def _pieces(paragraph: str, values: Mapping[str, str]) -> list[Piece]:
    # Addresses are found in what the office wrote, before names come in: a name never becomes a link.
    pieces, at = [], 0
    for found in _ADDRESS.finditer(paragraph):
        link = found.group().rstrip(_ENDING)
        pieces += [Piece(filled(paragraph[at : found.start()], values)), Piece(link, is_link=True)]
        at = found.start() + len(link)
    return [piece for piece in (*pieces, Piece(filled(paragraph[at:], values))) if piece.text]


def require_sound(field: str, text: str, base_url: str) -> None:
    """Raise Invalid for a placeholder that does not exist, or for an address that is not the portal's own."""
    for braced in _BRACE.findall(text):
        if braced[1:-1] not in PLACEHOLDERS or not braced.endswith("}"):
            sentence = N_("Only {name} and {festival} can stand in braces here, not this: {found}")
            raise Invalid(field, sentence, name="{name}", festival="{festival}", found=braced[:60])
    for address in _ADDRESS.findall(text):
        if not address.startswith((f"{base_url}/", f"{base_url}?")) and address.rstrip(_ENDING) != base_url:
            sentence = N_("Only addresses of the portal itself can stand here, not this: {found}")
            raise Invalid(field, sentence, found=address[:60])
        if "{" in address:
            raise Invalid(field, N_("An address cannot hold a placeholder: {found}"), found=address[:60])
