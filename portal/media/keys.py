"""The keys of stored files: random, telling nothing; anything else is never taken for one."""

from __future__ import annotations

import re
import secrets

_KEY = re.compile(r"[0-9a-f]{32}")


def new() -> str:
    """A key no file has yet."""
    return secrets.token_hex(16)


def genuine(key: str) -> str:
    """The key itself; raises FileNotFoundError for what could not have come from `new`."""
    if not _KEY.fullmatch(key):
        raise FileNotFoundError(key)
    return key
