"""Consent papers at rest: AES-256-GCM under a key of their own, each with a fresh nonce and bound to its own row."""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy.orm import Session

_MAGIC = b"PAN paper 1\n"
_NONCE = 12


class Unreadable(Exception):
    """The bytes are no paper sealed with this key for this row: damaged, exchanged, or of another key."""


class Vault:
    """Seals and opens papers; `code` is the asset's, so that no paper passes for another's."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, plain: bytes, code: str) -> bytes:
        """What is stored: a word that says what it is, the nonce, the encrypted bytes with their tag."""
        nonce = secrets.token_bytes(_NONCE)
        return _MAGIC + nonce + self._cipher.encrypt(nonce, plain, code.encode())

    def open(self, sealed: bytes, code: str) -> bytes:
        """The paper as it came; raises Unreadable."""
        body = sealed.removeprefix(_MAGIC)
        try:
            return self._cipher.decrypt(body[:_NONCE], body[_NONCE:], code.encode())
        except (InvalidTag, ValueError) as error:
            raise Unreadable(code) from error


def of(session: Session) -> Vault:
    """The vault of the installation this session belongs to."""
    return Vault(session.info["settings"].papers_key_bytes)
