"""Codes of the second step: six digits, new every half minute (RFC 6238 with SHA-1, as authenticator apps expect)."""

from __future__ import annotations

import base64
import hmac
import secrets
from datetime import datetime
from urllib.parse import quote, urlencode

STEP_SECONDS = 30
_DIGITS = 6
_DRIFT = 1


def new_secret() -> str:
    """160 random bits in base32."""
    return base64.b32encode(secrets.token_bytes(20)).decode("ascii")


def step_at(moment: datetime) -> int:
    """The number of the half minute a moment lies in."""
    return int(moment.timestamp()) // STEP_SECONDS


def code(secret: str, step: int) -> str:
    """The code of a half minute (RFC 4226, section 5.3)."""
    digest = hmac.digest(base64.b32decode(secret), step.to_bytes(8), "sha1")
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4]) & 0x7FFFFFFF
    return str(number % 10**_DIGITS).zfill(_DIGITS)


def matching_step(secret: str, typed: str, moment: datetime) -> int | None:
    """The half minute whose code was typed, one early or late allowed; None for a wrong code."""
    digits = "".join(typed.split())
    now = step_at(moment)
    steps = range(now - _DRIFT, now + _DRIFT + 1)
    found = [step for step in steps if hmac.compare_digest(code(secret, step).encode(), digits.encode())]
    return found[-1] if found else None


def address(secret: str, email: str) -> str:
    """What the app reads from the square code."""
    fields = {"secret": secret, "issuer": "P.A.N"}
    return f"otpauth://totp/{quote(f'P.A.N:{email}')}?{urlencode(fields)}"
