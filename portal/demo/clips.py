"""A dozen short, real films made with ffmpeg: a slow move over a drawn still, with a quiet tone under it."""

from __future__ import annotations

import hashlib
import os
import secrets
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from portal import paths
from portal.media import ffmpeg
from portal.media.volume import Volume

STILLS = paths.STATIC / "img" / "demo"
SECONDS = 6
WIDTH, HEIGHT, RATE = 854, 480, 12
COUNT = 12


@dataclass(frozen=True)
class Clip:
    """One film of the demo: its file, its pictures, and its digest."""

    film: Path
    wide: Path
    small: Path
    sha256: str
    size: int


def make(folder: Path) -> list[Clip]:
    """Make the dozen films in `folder`; those already there are kept."""
    folder.mkdir(parents=True, exist_ok=True)
    stills = sorted(path for path in STILLS.glob("*.webp") if not path.stem.endswith("-640"))
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda n: _clip(folder, n, stills[n % len(stills)]), range(COUNT)))


def _clip(folder: Path, number: int, still: Path) -> Clip:
    film = folder / f"clip-{number:02d}.mp4"
    if not film.exists():
        _film(still, number, film)
    small = still.with_name(f"{still.stem}-640.webp")
    body = film.read_bytes()
    return Clip(film, still, small, hashlib.sha256(body).hexdigest(), len(body))


def _film(still: Path, number: int, target: Path) -> None:
    move = f"scale={WIDTH * 5 // 4}:-2,crop={WIDTH}:{HEIGHT}:x='(in_w-out_w)*t/{SECONDS}':y='(in_h-out_h)/2'"
    tone = f"sine=frequency={180 + 20 * number}:duration={SECONDS},volume=0.08"
    making = target.with_suffix(".making.mp4")
    command = [
        str(ffmpeg.binary("")), "-nostdin", "-v", "error", "-y",
        "-loop", "1", "-framerate", str(RATE), "-t", str(SECONDS), "-i", str(still),
        "-f", "lavfi", "-i", tone,
        "-vf", f"{move},format=yuv420p", "-r", str(RATE),
        "-c:v", "libx264", "-preset", "ultrafast", "-tune", "stillimage", "-crf", "30",
        "-c:a", "aac", "-b:a", "64k", "-ac", "2", "-shortest",
        "-map_metadata", "-1", "-movflags", "+faststart", str(making),
    ]  # fmt: skip
    subprocess.run(command, check=True, timeout=60)
    making.rename(target)


class Shelf:
    """Puts one clip on the volume under many keys; the bytes are there once."""

    def __init__(self, volume: Volume) -> None:
        self._volume = volume

    def keys(self, clip: Clip) -> Iterator[tuple[str, Path]]:
        """Four fresh keys for a film: the original, its review copy, its wide and its small frame."""
        for source in (clip.film, clip.film, clip.wide, clip.small):
            yield self._link(source), source

    def _link(self, source: Path) -> str:
        key = secrets.token_hex(16)
        target = self._volume.path(key)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            os.link(source, target)
        except OSError:
            target.write_bytes(source.read_bytes())
        return key
