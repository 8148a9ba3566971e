"""Makes the review copy: H.264 and AAC in an MP4 that plays from its first bytes and names nobody."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from portal.media import child
from portal.media.ffmpeg import GUARDS, NAMELESS
from portal.media.findings import Refused
from portal.media.probe import Film

LINES = 720
# The measured cost is 0.6 CPU seconds for a second of 1080p; a 4K master costs ten times that on a slow machine.
CPU_PER_SECOND = 30
LONGEST_JOB = 6 * 3600
BYTES_PER_SECOND = 2 * child.MIB
PICTURE = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-profile:v", "high", "-g", "48")
SOUND = ("-c:a", "aac", "-b:a", "128k", "-ac", "2", "-ar", "48000")


def target_size(width: int, height: int, lines: int = LINES) -> tuple[int, int]:
    """The review copy's size: the shorter side at most `lines`, never enlarged, both sides even."""
    scale = min(1.0, lines / min(width, height))
    return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)


def filters(film: Film) -> str:
    """Upright square pixels in 4:2:0, deinterlaced where needed."""
    width, height = target_size(film.width, film.height)
    deinterlace = "bwdif=mode=send_frame:deint=interlaced," if film.interlaced else ""
    return f"{deinterlace}scale={width}:{height}:flags=bicubic,setsar=1,format=yuv420p"


def screener_command(binary: str, source: Path, film: Film, target: str) -> list[str]:
    """The command that makes the review copy; only the first picture and the first sound are taken."""
    return [
        *(binary, *GUARDS, "-i", str(source), "-map", "0:v:0", "-map", "0:a:0?", *NAMELESS),
        *("-vf", filters(film), *PICTURE, *SOUND, "-t", f"{film.seconds + 2:.3f}"),
        *("-movflags", "+faststart", "-progress", "pipe:1", "-stats_period", "1", "-f", "mp4", target),
    ]


def frame_command(binary: str, source: Path, film: Film, target: str) -> list[str]:
    """The command that takes one picture a third into the film, where titles are over and the end is not given away."""
    return [
        *(binary, *GUARDS, "-ss", f"{film.seconds / 3:.3f}", "-i", str(source), "-map", "0:v:0", *NAMELESS),
        *("-vf", filters(film), "-frames:v", "1", "-c:v", "png", "-f", "image2", "-update", "1", target),
    ]


def limits_for(film: Film) -> child.Limits:
    """Generous for an honest film of this length, final for any other."""
    seconds = min(120 + CPU_PER_SECOND * film.seconds, LONGEST_JOB)
    room = 64 * child.MIB + int(BYTES_PER_SECOND * film.seconds)
    return child.Limits(seconds=seconds, cpu_seconds=int(seconds * 2), memory=4096 * child.MIB, file_size=room)


def fraction_done(line: str, seconds: float) -> float | None:
    """How much of the film a line of `-progress` says is done, from 0 to 1; None when it says nothing of it."""
    name, _, value = line.partition("=")
    if name != "out_time_us" or not value.lstrip("-").isdigit() or seconds <= 0:
        return None
    return min(max(int(value) / 1_000_000 / seconds, 0.0), 1.0)


def make_screener(
    source: Path, film: Film, job: Path, *, binary: str, on_progress: Callable[[float], None] | None = None
) -> Path:
    """The review copy inside `job`, its growth told to `on_progress`; raises Refused when it cannot be made whole."""

    def hear(line: str) -> None:
        done = fraction_done(line, film.seconds)
        if done is not None and on_progress:
            on_progress(done)

    target = job / "screener.mp4"
    command = screener_command(binary, source, film, target.name)
    _finish(child.run(command, limits=limits_for(film), job=job, reads=[source], on_line=hear), target)
    return target


def take_frame(source: Path, film: Film, job: Path, *, binary: str) -> Path:
    """One upright picture of the film inside `job`."""
    target = job / "frame.png"
    limits = child.Limits(seconds=120, cpu_seconds=120, memory=3072 * child.MIB)
    _finish(child.run(frame_command(binary, source, film, target.name), limits=limits, job=job, reads=[source]), target)
    return target


def _finish(outcome: child.Outcome, target: Path) -> None:
    if outcome.exhausted:
        raise Refused("too_heavy")
    if not outcome.ok or not target.exists() or not target.stat().st_size:
        raise Refused("undecodable")
