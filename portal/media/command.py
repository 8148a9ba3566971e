"""The verdict on a film from the command line: the same examination and the same words as for an upload."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from portal.i18n import using
from portal.media import child, ffmpeg
from portal.media.checks import Rule, check
from portal.media.findings import Finding, Refused, verdict
from portal.media.inspection import Facts, inspect
from portal.media.probe import starts_like_a_film


def inspect_file(path: Path, rule: Rule, *, configured: str = "") -> dict[str, Any]:
    """The verdict on the film at `path`, held against `rule`, as one JSON object."""
    facts: Facts | None = None
    try:
        facts = _facts(path, configured)
        findings = check(facts, rule).findings
    except Refused as refused:
        findings = [refused.finding]
    return {"verdict": verdict(findings), "findings": [_told(one) for one in findings], **_figures(facts)}


def _facts(path: Path, configured: str) -> Facts:
    with path.open("rb") as film:
        head = film.read(256)
    if not head:
        raise Refused("empty")
    if not starts_like_a_film(head):
        raise Refused("not_a_film")
    with tempfile.TemporaryDirectory(prefix="portal-inspect-") as root, child.job_directory(Path(root)) as job:
        return inspect(path.resolve(), job, binary=ffmpeg.binary(configured))


def _told(finding: Finding) -> dict[str, Any]:
    text = {}
    for language in ("ko", "en"):
        with using(language):
            text[language] = finding.sentence
    return {"code": finding.code, "figure": finding.figure, "rule": finding.rule, "text": text}


def _figures(facts: Facts | None) -> dict[str, Any]:
    if facts is None:
        nothing = ("duration_s", "fps", "width", "height", "rotation", "video", "audio", "hdr", "vfr")
        return dict.fromkeys(nothing)
    film = facts.film
    return {
        "duration_s": film.seconds,
        "fps": film.rate,
        "width": film.width,
        "height": film.height,
        "rotation": film.rotation,
        "video": film.codec,
        "audio": film.sound_codec,
        "hdr": bool(film.hdr),
        "vfr": film.vfr,
    }
