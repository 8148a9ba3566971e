"""What a file says of where it came from, by its Content Credentials (C2PA) and tags: facts, never a verdict.

All words in it are the file's own. Who signed is told as a name only when the signature leads to a trusted list:
anybody can write "OpenAI" into a certificate.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from portal.media import child, manifests, trust

# The reader hashes in two blocks of 256 MiB, and a large film takes it some seconds for each gigabyte.
LIMITS = child.Limits(seconds=300, cpu_seconds=240, memory=3072 * child.MIB)
OPENING_BYTES = 64
_BROKEN = (
    "assertion.dataHash.mismatch",
    "assertion.bmffHash.mismatch",
    "assertion.boxesHash.mismatch",
    "assertion.collectionHash.mismatch",
    "assertion.hashedURI.mismatch",
    "claimSignature.mismatch",
    "claimSignature.missing",
    "claim.hardBindings.missing",
)
_STARTS = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PN": "image/png",
    b"ID3": "audio/mpeg",
    b"\xff\xfb": "audio/mpeg",
}
_RIFFS = {b"AVI ": "video/avi", b"WAVE": "audio/wav", b"WEBP": "image/webp"}
_ISO_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")
_SOUND_BRANDS = (b"M4A ", b"M4B ")


def media_type_of(opening: bytes) -> str | None:
    """The type the reader is told, by the first bytes; None for containers that cannot carry credentials."""
    if opening[4:8] in _ISO_BOXES:
        return "audio/mp4" if opening[8:12] in _SOUND_BRANDS else "video/mp4"
    if opening.startswith(b"RIFF"):
        return _RIFFS.get(opening[8:12])
    return _STARTS.get(opening[:3]) or _STARTS.get(opening[:2])


def probe(source: Path, opening: bytes, job: Path, *, anchors: str = "") -> dict[str, Any]:
    """Where a file says it came from; `anchors` are the certificates that are trusted, in PEM.

    Always `state`, one of the states of the specification; where they are known also `kind` (video, audio or image),
    `requests` (how often the reader tried to reach anybody), `tags`, and for a manifest what `manifests.told` gives.
    """
    media_type = media_type_of(opening)
    if media_type is None:
        return {"state": "UNSUPPORTED"}
    if not fetches_nothing():
        return {"state": "ERROR"}
    trusted = job / "anchors.pem"
    trusted.write_text(anchors, encoding="ascii")
    command = child.script("provenance", str(source), media_type, str(trusted))
    outcome = child.run(command, limits=LIMITS, job=job, reads=[source])
    found = told(outcome.output) if outcome.ok else {"state": "ERROR"}
    return {"kind": media_type.partition("/")[0], **found}


def told(output: bytes) -> dict[str, Any]:
    """The child's report as it is kept in a row; a manifest is a stranger's JSON of any shape and stops no film."""
    try:
        return _told(json.loads(output))
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
        return {"state": "ERROR"}


def _told(report: dict[str, Any]) -> dict[str, Any]:
    state = state_of(report)
    beside = {"tags": report.get("tags", {}), "requests": report.get("requests")}
    if not report.get("found"):
        return {"state": state, **beside}
    chain = manifests.told(report["manifests"], report["active"], trusted=state == "TRUSTED")
    return {"state": state, "codes": report["codes"], **chain, **beside}


def state_of(report: dict[str, Any]) -> str:
    """One word for a report; the order decides, for a broken file may be untrusted as well."""
    if "error" in report:
        return _state_of_error(report["error"])
    if not report["found"]:
        return "NO_MANIFEST"
    codes = set(report["codes"])
    if codes.intersection(_BROKEN):
        return "BROKEN"
    if any(code.endswith(".revoked") for code in codes):
        return "REVOKED"
    if report["validity"] == "Trusted":
        return "TRUSTED"
    if "signingCredential.expired" in codes:
        return "EXPIRED_UNPROVEN"
    return "UNTRUSTED_SIGNER" if codes == {"signingCredential.untrusted"} else "OTHER_FAILURE"


def _state_of_error(error: str) -> str:
    if error.startswith("Remote:"):
        return "REMOTE_ONLY"
    return "UNSUPPORTED" if error.startswith("NotSupported") else "MALFORMED"


@cache
def fetches_nothing() -> bool:
    """Whether the reader leaves an address in a file alone; asked once, for a misspelt setting is accepted silently."""
    with TemporaryDirectory(prefix="portal-provenance-") as root, child.job_directory(Path(root)) as job:
        outcome = child.run(child.script("provenance", "--self-test"), limits=LIMITS, job=job)
    if not outcome.ok:
        return False
    report = json.loads(outcome.output)
    return state_of(report) == "REMOTE_ONLY" and not report["requests"]


def inspect_file(path: Path, trusted: Path) -> dict[str, Any]:
    """The report of `portal provenance inspect`: the file's words, held against the lists in the folder `trusted`."""
    with path.open("rb") as file:
        opening = file.read(OPENING_BYTES)
    with TemporaryDirectory(prefix="portal-inspect-") as root, child.job_directory(Path(root)) as job:
        found = probe(path.resolve(), opening, job, anchors=trust.anchors(trusted))
    tags = found.get("tags", {})
    return {
        "state": found["state"],
        "signer": found.get("signer"),
        "generator": found.get("generator", ""),
        "source_types": sorted({*found.get("source_types", ()), *tags.get("source_types", ())}),
        "tools": sorted({*found.get("agents", ()), *tags.get("systems", ())}),
        "tags": tags,
        "requests": found.get("requests") or 0,
    }
