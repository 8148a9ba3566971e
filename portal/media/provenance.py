"""What a file says of where it came from, by its Content Credentials (C2PA): facts for the disclosure, never a verdict.

All words in it are the file's own. Who signed is told as a name only when the signature leads to a trusted list:
anybody can write "OpenAI" into a certificate.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from portal.media import child

ANCHORS = Path(__file__).parent / "trust" / "anchors.pem"
# The reader hashes in two blocks of 256 MiB, and a large film takes it some seconds for each gigabyte.
LIMITS = child.Limits(seconds=300, cpu_seconds=240, memory=3072 * child.MIB)
MOST_MANIFESTS, MOST_ACTIONS, MOST_WORDS = 20, 40, 200
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
_IMAGES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PN": "image/png", b"RIF": "image/webp"}


def media_type_of(opening: bytes) -> str | None:
    """The type the reader is told, by the first bytes; None for containers that cannot carry credentials."""
    if opening[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"):
        return "video/mp4"
    if opening.startswith(b"RIFF") and opening[8:12] == b"AVI ":
        return "video/avi"
    return _IMAGES.get(opening[:3])


def probe(source: Path, opening: bytes, job: Path) -> dict[str, Any]:
    """The state of a file's credentials, the codes of what failed, and what each manifest claims."""
    media_type = media_type_of(opening)
    if media_type is None:
        return {"state": "UNSUPPORTED"}
    if not fetches_nothing():
        return {"state": "ERROR"}
    command = child.script("provenance", str(source), media_type, str(ANCHORS))
    outcome = child.run(command, limits=LIMITS, job=job, reads=[source, ANCHORS])
    return told(outcome.output) if outcome.ok else {"state": "ERROR"}


def told(output: bytes) -> dict[str, Any]:
    """The child's report as it is kept in a row; a manifest is a stranger's JSON of any shape and stops no film."""
    try:
        return _told(json.loads(output))
    except (AttributeError, KeyError, TypeError, ValueError):
        return {"state": "ERROR"}


def _told(report: dict[str, Any]) -> dict[str, Any]:
    state = state_of(report)
    if not report.get("found"):
        return {"state": state}
    claims = [_claim(manifest, trusted=state == "TRUSTED") for manifest in _manifests(report)]
    return {"state": state, "codes": report["codes"], "claims": claims}


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
    return outcome.ok and state_of(json.loads(outcome.output)) == "REMOTE_ONLY"


def _manifests(report: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The manifests of the whole chain, the active one first."""
    ordered = sorted(report["manifests"].items(), key=lambda item: item[0] != report["active"])
    yield from (manifest for _, manifest in ordered[:MOST_MANIFESTS] if isinstance(manifest, dict))


def _claim(manifest: dict[str, Any], *, trusted: bool) -> dict[str, Any]:
    signature = manifest.get("signature_info") or {}
    claim: dict[str, Any] = {"generator": _generator(manifest), "actions": list(_actions(manifest))}
    if trusted:
        claim |= {"signer": _words(signature.get("issuer")), "time": _words(signature.get("time"))}
    return claim


def _generator(manifest: dict[str, Any]) -> str:
    named = [info.get("name") for info in manifest.get("claim_generator_info") or [] if isinstance(info, dict)]
    return _words(next(filter(None, named), manifest.get("claim_generator")))


def _actions(manifest: dict[str, Any]) -> Iterator[dict[str, str]]:
    """What was done, by what, and what kind of source it was: the words of `c2pa.actions`."""
    for assertion in manifest.get("assertions") or []:
        if not str(assertion.get("label", "")).startswith("c2pa.actions"):
            continue
        for action in (assertion.get("data") or {}).get("actions", [])[:MOST_ACTIONS]:
            agent = action.get("softwareAgent")
            yield {
                "action": _words(action.get("action")),
                "source": _words(action.get("digitalSourceType")).rpartition("/")[2],
                "agent": _words(agent.get("name") if isinstance(agent, dict) else agent),
            }


def _words(value: Any) -> str:
    return str(value)[:MOST_WORDS] if value is not None else ""
