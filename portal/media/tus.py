"""The tus 1.0 protocol without a web framework: what a request's headers ask for, and what is wrong with them."""

from __future__ import annotations

import base64
import binascii
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,checksum,expiration,termination"
CHECKSUMS = ("sha256", "sha1", "md5")
OFFSET_BYTES = "application/offset+octet-stream"
MOST_METADATA = 4096
CHECKSUM_MISMATCH = 460
_UNSHOWN = ("Cc", "Cf", "Co", "Cs", "Zl", "Zp")


class ProtocolError(Exception):
    """The request breaks the protocol; `status` is the answer tus asks for, the text is for a developer."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


@dataclass(frozen=True, slots=True)
class Creation:
    """A new upload: its whole length, what the client says of it, and whether first bytes come along."""

    length: int
    name: str
    sha256: str
    has_body: bool


@dataclass(frozen=True, slots=True)
class Checksum:
    """What a piece must hash to."""

    algorithm: str
    digest: bytes


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes to append: where they start, at most how many, and their checksum if one was sent."""

    offset: int
    length: int
    checksum: Checksum | None


def require_version(headers: Mapping[str, str]) -> None:
    """Answers 412 to every version but ours."""
    if headers.get("Tus-Resumable") != VERSION:
        raise ProtocolError(412, f"Tus-Resumable must be {VERSION}")


def number(headers: Mapping[str, str], name: str) -> int:
    """A header that holds a whole number of bytes."""
    value = headers.get(name, "")
    if not (value.isascii() and value.isdigit() and len(value) <= 15):
        raise ProtocolError(400, f"{name} must be a number of bytes")
    return int(value)


def creation(headers: Mapping[str, str], most: int) -> Creation:
    """What a POST asks for, refused before its first byte when it is larger than `most`."""
    require_version(headers)
    if "Upload-Defer-Length" in headers:
        raise ProtocolError(400, "Upload-Length is needed at creation")
    length = number(headers, "Upload-Length")
    if length > most:
        raise ProtocolError(413, f"at most {most} bytes")
    said = metadata(headers.get("Upload-Metadata", ""))
    has_body = headers.get("Content-Type", "") == OFFSET_BYTES
    name = file_name(said.get("filename", ""))
    return Creation(length, name, said.get("sha256", "").lower(), has_body)


def metadata(header: str) -> dict[str, str]:
    """`Upload-Metadata`: pairs of an ASCII key and base64 of UTF-8 text."""
    if len(header) > MOST_METADATA:
        raise ProtocolError(400, "Upload-Metadata is too long")
    pairs: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in header.split(","))):
        key, _, value = pair.partition(" ")
        if not key.isascii() or key in pairs:
            raise ProtocolError(400, "Upload-Metadata has a bad key")
        try:
            pairs[key] = base64.b64decode(value, validate=True).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError) as error:
            raise ProtocolError(400, "Upload-Metadata is not base64 of UTF-8") from error
    return pairs


def file_name(said: str) -> str:
    """The client's name as text to show: composed Hangul, no path, no control or direction marks, 200 letters."""
    bare = said.replace("\\", "/").rpartition("/")[2]
    shown = "".join(letter for letter in bare if unicodedata.category(letter) not in _UNSHOWN)
    return unicodedata.normalize("NFC", shown).strip(" .")[:200]


def piece(headers: Mapping[str, str], *, length: int) -> Piece:
    """What a PATCH brings to an upload of `length` bytes."""
    require_version(headers)
    if headers.get("Content-Type") != OFFSET_BYTES:
        raise ProtocolError(415, f"Content-Type must be {OFFSET_BYTES}")
    return first_piece(headers, number(headers, "Upload-Offset"), length)


def first_piece(headers: Mapping[str, str], offset: int, length: int) -> Piece:
    """The bytes of a request that start at `offset`: never more than are missing."""
    left = length - offset
    if left < 0:
        raise ProtocolError(409, "offset is beyond the end")
    if "Content-Length" in headers:
        size = number(headers, "Content-Length")
        if size > left:
            raise ProtocolError(413, f"{left} bytes are missing, not {size}")
        left = size
    return Piece(offset, left, checksum(headers))


def checksum(headers: Mapping[str, str]) -> Checksum | None:
    """`Upload-Checksum`: an algorithm we offer and a base64 digest of its length."""
    if "Upload-Checksum" not in headers:
        return None
    algorithm, _, encoded = headers["Upload-Checksum"].partition(" ")
    if algorithm not in CHECKSUMS:
        raise ProtocolError(400, f"Upload-Checksum must be one of {', '.join(CHECKSUMS)}")
    try:
        return Checksum(algorithm, base64.b64decode(encoded, validate=True))
    except binascii.Error as error:
        raise ProtocolError(400, "Upload-Checksum is not base64") from error


def require_offset(asked: int, true: int) -> None:
    """Answers 409 when the client and the volume disagree about what is there."""
    if asked != true:
        raise ProtocolError(409, f"the upload stands at {true}")


def abilities(most: int) -> dict[str, str]:
    """The headers that answer OPTIONS."""
    return {
        "Tus-Version": VERSION,
        "Tus-Extension": EXTENSIONS,
        "Tus-Max-Size": str(most),
        "Tus-Checksum-Algorithm": ",".join(CHECKSUMS),
    }


def standing(offset: int, length: int, expires: datetime) -> dict[str, str]:
    """The headers that tell where an upload stands."""
    shown = {"Upload-Offset": str(offset), "Upload-Length": str(length)}
    if offset < length:
        shown["Upload-Expires"] = format_datetime(expires.astimezone(UTC), usegmt=True)
    return shown
