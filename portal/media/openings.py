"""What a file of each slot must begin with: a cheap no before any job is queued, whatever the file calls itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from portal.media.models import Slot
from portal.media.probe import starts_like_a_film

_JPEG, _PNG, _PDF = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"%PDF-"


def refusal(slot: Slot, opening: bytes) -> str | None:
    """The code of the finding for a file that begins so and can never do for the slot; None for one worth a look."""
    known = _KNOWN.get(slot)
    if known is None or known[0](opening):
        return None
    return known[1]


def starts_like_an_image(opening: bytes) -> bool:
    """Whether the first bytes are those of a JPEG, a PNG or a WebP."""
    return opening.startswith((_JPEG, _PNG)) or (opening.startswith(b"RIFF") and opening[8:12] == b"WEBP")


def starts_like_a_clip(opening: bytes) -> bool:
    """Whether the first bytes are those of a film, a picture or a sound that a generator may have given out."""
    sound = opening.startswith((b"ID3", b"\xff\xfb")) or (opening.startswith(b"RIFF") and opening[8:12] == b"WAVE")
    return sound or starts_like_an_image(opening) or starts_like_a_film(opening)


def starts_like_a_paper(opening: bytes) -> bool:
    """Whether the first bytes are those of a PDF or of a picture of a paper."""
    return opening.startswith(_PDF) or starts_like_an_image(opening)


_FILM, _IMAGE = (starts_like_a_film, "not_a_film"), (starts_like_an_image, "not_an_image")
_KNOWN: Mapping[Slot, tuple[Callable[[bytes], bool], str]] = {
    Slot.FILM: _FILM,
    Slot.REPLACEMENT: _FILM,
    Slot.TRAILER: _FILM,
    Slot.EVIDENCE: (starts_like_a_clip, "not_a_clip"),
    Slot.POSTER: _IMAGE,
    Slot.STILL: _IMAGE,
    Slot.CONSENT: (starts_like_a_paper, "not_a_paper"),
}
