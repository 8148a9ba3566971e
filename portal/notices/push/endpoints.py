"""Where messages to browsers may be brought: a browser names the address, so it must be a known service's.

Anything else would make the portal knock at whatever door somebody writes into a form.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import SplitResult, urlsplit

MOST_CHARACTERS = 700
_PLAIN = re.compile(r"[!-~]+")


def accepted(endpoint: str, services: Sequence[str]) -> bool:
    """Whether the address lies with one of the services: a host name, `*.` before one, or a whole origin."""
    if not _PLAIN.fullmatch(endpoint) or len(endpoint) > MOST_CHARACTERS or "\\" in endpoint:
        return False
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError:
        return False
    if "@" in parts.netloc or parts.fragment or port == 0:
        return False
    return any(_serves(service, parts, port) for service in services)


def _serves(service: str, parts: SplitResult, port: int | None) -> bool:
    if "://" in service:
        return f"{parts.scheme}://{parts.netloc}" == service
    host = parts.hostname or ""
    at_home = host == service or (service.startswith("*.") and host.endswith(service[1:]))
    return at_home and parts.scheme == "https" and port in (None, 443)
