"""The mailbox of a local installation: every delivered mail as a file, read back for the page that shows it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import default
from pathlib import Path

from portal import clock, signing
from portal.settings import Settings

_NAME = re.compile(r"^\d{14}-[0-9A-Z]{10}$")
SHOWN = 100


@dataclass(frozen=True, slots=True)
class Delivered:
    """A mail that arrived here."""

    name: str
    at: datetime
    message: EmailMessage

    @property
    def text(self) -> str:
        return _part(self.message, "plain")

    @property
    def html(self) -> str:
        return _part(self.message, "html")

    @property
    def attachments(self) -> list[tuple[str, str, bytes]]:
        """(file name, content type, content) of each."""
        parts = self.message.iter_attachments()
        return [(part.get_filename() or "", part.get_content_type(), _content(part)) for part in parts]


def folder(settings: Settings) -> Path:
    """Where the mails lie."""
    return settings.data / "mailbox"


def keep(directory: Path, content: bytes) -> Path:
    """Put an arrived mail into the folder; it appears there whole or not at all."""
    directory.mkdir(parents=True, exist_ok=True)
    name = f"{clock.now():%Y%m%d%H%M%S}-{signing.random_code()}"
    unfinished = directory / f"{name}.part"
    unfinished.write_bytes(content)
    return unfinished.rename(directory / f"{name}.eml")


def newest(settings: Settings) -> Sequence[Delivered]:
    """The last mails, newest first."""
    files = sorted(folder(settings).glob("*.eml"), reverse=True)[:SHOWN]
    return [_read(file) for file in files]


def find(settings: Settings, name: str) -> Delivered | None:
    """One mail by its name; a name that could lead elsewhere finds nothing."""
    file = folder(settings) / f"{name}.eml"
    return _read(file) if _NAME.match(name) and file.is_file() else None


def _read(file: Path) -> Delivered:
    message = message_from_bytes(file.read_bytes(), policy=default)
    assert isinstance(message, EmailMessage)
    at = datetime.strptime(file.stem.partition("-")[0], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    return Delivered(file.stem, at, message)


def _part(message: EmailMessage, kind: str) -> str:
    found = message.get_body(preferencelist=(kind,))
    return str(found.get_content()) if found is not None else ""


def _content(part: Message[str, str]) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""
