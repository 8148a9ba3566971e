"""Posters and stills: every image that is ever served was decoded and written anew, in two widths, as WebP."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portal.media import child
from portal.media.findings import Refused

WIDTHS = (1280, 640)
MOST_PIXELS = 100_000_000
LIMITS = child.Limits(seconds=60, cpu_seconds=40, memory=1536 * child.MIB)


@dataclass(frozen=True, slots=True)
class Picture:
    """One re-encoded image inside the job's directory."""

    path: Path
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Still:
    """The upright size of the original, and what was made of it, widest first."""

    width: int
    height: int
    pictures: tuple[Picture, ...]


def render(image: Path, job: Path, *, least_width: int = 0) -> Still:
    """Writes `image` anew inside `job`; raises Refused for what is no image, a bomb, or too small."""
    command = child.script("image", str(image), "image", str(MOST_PIXELS), *map(str, WIDTHS))
    outcome = child.run(command, limits=LIMITS, job=job, reads=[image])
    report: dict[str, Any] = json.loads(outcome.output) if outcome.ok else {"error": "not_an_image"}
    if "error" in report:
        raise Refused(report.pop("error"), **report)
    if report["width"] < least_width:
        raise Refused("image_too_small", width=report["width"], height=report["height"], limit=least_width)
    made = tuple(Picture(job / one["file"], one["width"], one["height"]) for one in report["made"])
    return Still(report["width"], report["height"], made)
