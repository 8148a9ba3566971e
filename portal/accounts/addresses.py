"""E-mail addresses and addresses within the portal, brought to the one form that is compared and stored."""

from __future__ import annotations

import unicodedata
from urllib.parse import urlsplit

_LONGEST = 300


def normal_email(text: str) -> str:
    """The address as it is stored: NFC, trimmed, in small letters."""
    return unicodedata.normalize("NFC", text).strip().lower()


def own_path(text: str | None) -> str:
    """The text if it is a path of this portal, else nothing: no other host, no scheme, no trick with slashes."""
    path = text or ""
    if len(path) > _LONGEST or not path.startswith("/") or path.startswith("//"):
        return ""
    if "\\" in path or not path.isprintable() or " " in path:
        return ""
    try:
        parts = urlsplit(path)
    except ValueError:
        return ""
    return "" if parts.scheme or parts.netloc or parts.path.startswith("//") else path
