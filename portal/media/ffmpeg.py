"""How every ffmpeg of the portal is called: which one, and what it may never do."""

from __future__ import annotations

from pathlib import Path

import imageio_ffmpeg

from portal.media.child import Outcome
from portal.media.contract import StorageFull
from portal.media.findings import Refused
from portal.media.probe import CONTAINERS, MOST_PIXELS, Film

GUARDS = (
    *("-nostdin", "-hide_banner", "-y", "-loglevel", "error"),
    *("-protocol_whitelist", "file", "-format_whitelist", CONTAINERS),
    *("-max_pixels", str(MOST_PIXELS), "-max_streams", "16"),
)
NAMELESS = (
    *("-map_metadata", "-1", "-map_chapters", "-1", "-sn", "-dn"),
    *("-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact"),
)


def binary(configured: str = "") -> str:
    """The ffmpeg named in the settings, or the one that came with the package."""
    return configured or str(imageio_ffmpeg.get_ffmpeg_exe())


def heard(film: Film) -> str:
    """What a filter graph listens to: the first sound, or left and right joined where each has a stream of its own."""
    return "[0:a:0][0:a:1]join=inputs=2:channel_layout=stereo," if film.paired else "[0:a:0]"


def require(outcome: Outcome, *targets: Path) -> None:
    """Returns when the run made all of `targets`; raises StorageFull for our fault, Refused for the film's."""
    if outcome.no_room:
        raise StorageFull
    if outcome.exhausted:
        raise Refused("too_heavy")
    if not outcome.ok or not all(target.exists() and target.stat().st_size for target in targets):
        raise Refused("undecodable")
