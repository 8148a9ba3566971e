"""Who may vouch for where a file came from: lists of certificates in a folder, refreshed by an operator.

None are shipped and none are fetched while the portal runs. Without any, every signer is somebody unknown.
"""

from __future__ import annotations

import os
import tempfile
import urllib.request
from http.client import HTTPException
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from cryptography import x509

MOST_BYTES = 4 * 1024**2
PATIENCE_SECONDS = 30
_LISTS = "https://raw.githubusercontent.com/c2pa-org/conformance-public/main/trust-list/"
# The lists of the Coalition for Content Provenance and Authenticity: who may sign, and who may tell the time.
OFFICIAL = (f"{_LISTS}C2PA-TRUST-LIST.pem", f"{_LISTS}C2PA-TSA-TRUST-LIST.pem")


class Unusable(Exception):
    """A list could not be fetched or holds no certificates; the message says which and why."""


def anchors(folder: Path) -> str:
    """All certificates of a folder's `*.pem` in one text, joined by lines of their own; empty where there are none."""
    lists = sorted(folder.glob("*.pem")) if folder.is_dir() else []
    # A file without a last newline would swallow the first certificate of the next.
    return "\n".join(path.read_text(encoding="ascii", errors="ignore").strip() for path in lists)


def refresh(folder: Path, addresses: tuple[str, ...] = OFFICIAL) -> list[tuple[str, int]]:
    """Fetches the lists into the folder, all or none; the name of each and how many certificates it holds.

    Raises Unusable when one cannot be had; the lists that were there then stay.
    """
    fetched = [(_name_of(address), _fetched(address)) for address in addresses]
    counted = [(name, _certificates(name, content)) for name, content in fetched]
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in fetched:
        _put(folder / name, content)
    return counted


def _name_of(address: str) -> str:
    parts = urlsplit(address)
    name = PurePosixPath(parts.path).name
    if parts.scheme != "https" or not name.endswith(".pem"):
        raise Unusable(f"{address}: a list is fetched from an https address that ends in .pem")
    return name


def _fetched(address: str) -> bytes:
    try:
        with _opener().open(address, timeout=PATIENCE_SECONDS) as answer:
            content: bytes = answer.read(MOST_BYTES + 1)
    except (OSError, HTTPException, ValueError) as error:
        raise Unusable(f"{address}: {error}") from error
    if len(content) > MOST_BYTES:
        raise Unusable(f"{address}: larger than {MOST_BYTES} bytes")
    return content


def _opener() -> urllib.request.OpenerDirector:
    """Speaks https alone, so that no redirect leads to a file or an open line."""
    opener = urllib.request.OpenerDirector()
    handlers = (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPRedirectHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.UnknownHandler(),
    )
    for handler in handlers:
        opener.add_handler(handler)
    return opener


def _certificates(name: str, content: bytes) -> int:
    try:
        return len(x509.load_pem_x509_certificates(content))
    except ValueError as error:
        raise Unusable(f"{name}: {error}") from error


def _put(path: Path, content: bytes) -> None:
    """Replaces the file in one step: a probe that starts now reads the old list or the new one, never a half."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".list-")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(name).chmod(0o644)
    Path(name).replace(path)
