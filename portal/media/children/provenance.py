"""Reads a file's Content Credentials and prints what they say as JSON: `provenance.py FILE TYPE ANCHORS_FILE`.

Run only inside `limited.py`: the reader follows addresses in the file by default and aborts when memory runs out.
It reports, the parent judges. `provenance.py --self-test` reads a picture whose credentials are only an address.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from c2pa import C2paError, Context, Reader, Settings
from PIL import Image

MOST_TEXT = 900_000
MOST_CODES = 200
NOWHERE = "http://127.0.0.1:9/credentials"
SETTINGS: dict[str, Any] = {
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False},
    "core": {"allowed_network_hosts": []},
}


def context(anchors: str) -> Context:
    """A reader's settings: nothing is fetched; `anchors` are the certificates that are trusted, in PEM."""
    trust = {"trust": {"trust_anchors": anchors}} if anchors else {}
    return Context(Settings.from_dict({**SETTINGS, **trust}))


def facts(path: str, media_type: str, anchors: str) -> dict[str, Any]:
    """What the file's manifests say, whether they hold, and the codes of what does not."""
    with Path(path).open("rb") as file:
        reader = Reader.try_create(media_type, file, context=context(anchors))
        if reader is None:
            return {"found": False}
        told = reader.json()
        manifests = json.loads(told)
        return {
            "found": True,
            "validity": reader.get_validation_state(),
            "codes": failures(manifests),
            "manifests": manifests.get("manifests", {}) if len(told) <= MOST_TEXT else {},
            "active": manifests.get("active_manifest"),
            "cut": len(told) > MOST_TEXT,
        }


def failures(manifests: dict[str, Any]) -> list[str]:
    """The codes of every check that failed, of the active manifest and of its ingredients."""
    results = manifests.get("validation_results", {})
    groups = [results.get("activeManifest", {})]
    groups += [delta.get("validationDeltas", {}) for delta in results.get("ingredientDeltas", [])]
    found = [entry.get("code", "") for group in groups for entry in group.get("failure", [])]
    found += [entry.get("code", "") for entry in manifests.get("validation_status", [])]
    return sorted({str(code) for code in found})[:MOST_CODES]


def write_picture_with_an_address(path: str) -> None:
    """A small picture that names an address for its credentials and carries none."""
    description = f'<rdf:Description xmlns:dcterms="http://purl.org/dc/terms/" dcterms:provenance="{NOWHERE}"/>'
    rdf = f'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">{description}</rdf:RDF>'
    packet = f'<x:xmpmeta xmlns:x="adobe:ns:meta/">{rdf}</x:xmpmeta>'
    Image.new("RGB", (8, 8)).save(path, "JPEG", xmp=packet.encode())


def main() -> None:
    """Prints the facts, or `{"error": …}` in the reader's own words."""
    path, media_type, anchors = sys.argv[1:4] if len(sys.argv) > 2 else ("self-test.jpg", "image/jpeg", "")
    if len(sys.argv) == 2:
        write_picture_with_an_address(path)
    try:
        report = facts(path, media_type, Path(anchors).read_text(encoding="utf-8") if anchors else "")
    except (C2paError, ValueError) as error:
        report = {"error": str(error)[:500]}
    json.dump(report, sys.stdout)


if __name__ == "__main__":
    main()
