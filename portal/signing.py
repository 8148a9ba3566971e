"""Signed, purpose-bound, expiring tokens; a token made for one purpose is void for every other."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from datetime import timedelta
from functools import cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from itsdangerous import BadSignature, URLSafeSerializer, URLSafeTimedSerializer


class BadToken(Exception):
    """The token is forged, expired, or was made for another purpose."""


def sign(secret_key: str, purpose: str, payload: Any) -> str:
    """A URL-safe token carrying the JSON payload, readable by anyone, forgeable by nobody."""
    return str(URLSafeTimedSerializer(secret_key, salt=purpose).dumps(payload))


def unsign(secret_key: str, purpose: str, token: str, max_age: timedelta) -> Any:
    """The payload of a valid token; raises BadToken."""
    try:
        return URLSafeTimedSerializer(secret_key, salt=purpose).loads(token, max_age=int(max_age.total_seconds()))
    except BadSignature as error:
        raise BadToken(purpose) from error


def stamp(secret_key: str, purpose: str, payload: Any) -> str:
    """A token like `sign` makes, but without its moment: the same payload always gives the same token."""
    return str(URLSafeSerializer(secret_key, salt=purpose).dumps(payload))


def stamped(secret_key: str, purpose: str, token: str) -> Any:
    """The payload of a genuine stamp; raises BadToken."""
    try:
        return URLSafeSerializer(secret_key, salt=purpose).loads(token)
    except BadSignature as error:
        raise BadToken(purpose) from error


@cache
def _box(secret_key: str, purpose: str) -> Fernet:
    derived = HKDF(SHA256(), length=32, salt=None, info=purpose.encode()).derive(secret_key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))


def seal(secret_key: str, purpose: str, payload: Any) -> str:
    """A URL-safe token whose JSON payload not even its holder can read (Fernet: AES-CBC and HMAC)."""
    return _box(secret_key, purpose).encrypt(json.dumps(payload).encode()).decode()


def unseal(secret_key: str, purpose: str, token: str, max_age: timedelta) -> Any:
    """The payload of a sealed token; raises BadToken."""
    try:
        return json.loads(_box(secret_key, purpose).decrypt(token, ttl=int(max_age.total_seconds())))
    except (InvalidToken, TypeError) as error:
        raise BadToken(purpose) from error


@cache
def _cloak(secret_key: str, purpose: str) -> AESSIV:
    derived = HKDF(SHA256(), length=64, salt=None, info=f"cloak {purpose}".encode()).derive(secret_key.encode())
    return AESSIV(derived)


def cloak(secret_key: str, purpose: str, payload: Any) -> str:
    """A URL-safe token like `seal` makes, but without its moment (AES-SIV): the same payload gives the same token."""
    covered = _cloak(secret_key, purpose).encrypt(json.dumps(payload).encode(), None)
    return base64.urlsafe_b64encode(covered).decode().rstrip("=")


def uncloak(secret_key: str, purpose: str, token: str) -> Any:
    """The payload of a cloaked token; raises BadToken."""
    try:
        covered = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        return json.loads(_cloak(secret_key, purpose).decrypt(covered, None))
    except (InvalidTag, ValueError) as error:
        raise BadToken(purpose) from error


def random_token() -> str:
    """256 random bits for a link that the database knows only by its digest."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """SHA-256 in hex: what is stored of a random token."""
    return hashlib.sha256(token.encode()).hexdigest()


_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def random_code(length: int = 10) -> str:
    """A random public code without look-alike letters; its order and gaps tell nothing."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))
