"""Reads where a file says it came from and prints it as JSON: `provenance.py FILE TYPE ANCHORS_FILE`.

Its Content Credentials by the C2PA library, and its tags. Run only inside `limited.py`: the reader follows addresses in
the file by default and aborts when memory runs out. It reports, the parent judges. `provenance.py --self-test` reads a
picture whose credentials are only an address.
"""

from __future__ import annotations

import json
import os
import runpy
import sys
from pathlib import Path
from typing import Any

from c2pa import C2paError, Context, Reader, Settings

MOST_TEXT = 900_000
MOST_CODES = 200
NOWHERE = "http://127.0.0.1:9/credentials"
SETTINGS: dict[str, Any] = {
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False},
    "core": {"allowed_network_hosts": []},
}
# Of the fence's counters of this process's own network: packets nobody could carry, and connections begun.
REQUESTS = {"Ip": "OutNoRoutes", "Tcp": "ActiveOpens"}


def _beside(name: str) -> dict[str, Any]:
    # An isolated script cannot import what lies beside it, and the fence keeps it from the package.
    return runpy.run_path(str(Path(__file__).with_name(name)))


def context(anchors: str) -> Context:
    """A reader's settings: nothing is fetched; `anchors` are the certificates that are trusted, in PEM."""
    trust = {"trust": {"trust_anchors": anchors}} if anchors else {}
    return Context(Settings.from_dict({**SETTINGS, **trust}))


def facts(path: str, media_type: str, anchors: str) -> dict[str, Any]:
    """What the file's manifests say, whether they hold, the codes of what fails; or `error`, in the reader's words."""
    try:
        with Path(path).open("rb") as file:
            reader = Reader.try_create(media_type, file, context=context(anchors))
            return {"found": False} if reader is None else _manifests(reader)
    except (C2paError, ValueError) as error:
        return {"error": str(error)[:500]}


def _manifests(reader: Reader) -> dict[str, Any]:
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


def tags(path: str, media_type: str) -> dict[str, Any]:
    """What the file's tags say; nothing for containers whose tags are not known here."""
    if media_type.startswith("image/"):
        return dict(_beside("tags.py")["read"](_packets_of_picture(path), ()))
    if media_type not in ("video/mp4", "audio/mp4"):
        return {}
    with Path(path).open("rb") as file:
        words = _beside("boxes.py")["walk"](file, Path(path).stat().st_size)
    return dict(_beside("tags.py")["read"](*words))


def _packets_of_picture(path: str) -> list[bytes]:
    from PIL import Image  # a film needs no picture library, and a worker's second counts

    try:
        with Image.open(path) as picture:
            packets = [picture.info.get(name) for name in ("xmp", "XML:com.adobe.xmp")]
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return []
    return [one.encode() if isinstance(one, str) else one for one in packets if one]


def requests() -> int | None:
    """How often this process tried to reach anybody, as the kernel of its fence counted; None without a fence."""
    counter = os.environ.get("FENCE_COUNTER")
    if counter is None:
        return None
    rows = [line.split() for line in os.pread(int(counter), 65536, 0).decode().splitlines()]
    return sum(_counted(names, values) for names, values in zip(rows[::2], rows[1::2], strict=True))


def _counted(names: list[str], values: list[str]) -> int:
    key = REQUESTS.get(names[0].rstrip(":"))
    return int(values[names.index(key)]) if key else 0


def write_picture_with_an_address(path: str) -> None:
    """A small picture that names an address for its credentials and carries none."""
    from PIL import Image

    description = f'<rdf:Description xmlns:dcterms="http://purl.org/dc/terms/" dcterms:provenance="{NOWHERE}"/>'
    rdf = f'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">{description}</rdf:RDF>'
    packet = f'<x:xmpmeta xmlns:x="adobe:ns:meta/">{rdf}</x:xmpmeta>'
    Image.new("RGB", (8, 8)).save(path, "JPEG", xmp=packet.encode())


def main() -> None:
    """Prints the facts, the tags and the number of requests."""
    path, media_type, anchors = sys.argv[1:4] if len(sys.argv) > 2 else ("self-test.jpg", "image/jpeg", "")
    if len(sys.argv) == 2:
        write_picture_with_an_address(path)
    trusted = Path(anchors).read_text(encoding="utf-8") if anchors else ""
    report = facts(path, media_type, trusted) | {"tags": tags(path, media_type)}
    json.dump(report | {"requests": requests()}, sys.stdout)


if __name__ == "__main__":
    main()
