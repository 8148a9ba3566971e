"""Makes the review copy in one decode: a ladder of H.264 and AAC, a strip of thumbnails, and what fingerprints need.

Whatever needs every picture of the film rides along: frozen and black stretches, small grey pictures, Chromaprint.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from portal.media import child
from portal.media.ffmpeg import GUARDS, NAMELESS, heard, require
from portal.media.probe import Film
from portal.media.stretches import Stretch, marked

LINES = (360, 720, 1080)
# The most a rung may take, in kbit/s; what its crf needs is usually less.
MOST_KBPS = {360: 1000, 720: 4000, 1080: 8000}
# A rung so close to the one above it would only be stored twice.
_STEP = 1.2
FALLBACK_LINES = 720
KEYFRAME_SECONDS = 4
# The measured cost is 1.6 CPU seconds for a second of 1080p; a 4K master costs ten times that on a slow machine.
CPU_PER_SECOND = 40
LONGEST_JOB = 8 * 3600
# An encoder takes memory for each thread; more of them than this gain nothing at these sizes.
THREADS = str(min(os.cpu_count() or 1, 8))
SHORT = child.Limits(seconds=120, cpu_seconds=120, memory=3072 * child.MIB)
PICTURE = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-profile:v", "high")
KEYFRAMES = ("-force_key_frames", f"expr:gte(t,n_forced*{KEYFRAME_SECONDS})")
SOUND = ("-c:a", "aac", "-b:a", "128k", "-ac", "2", "-ar", "48000")
# The first step names what comes in: cameras and graders often leave half of it out of the file.
TO_STANDARD_RANGE = (
    "setparams=color_trc={transfer}:color_primaries=bt2020:colorspace=bt2020nc:range=tv,zscale=t=linear:npl=100,"
    "format=gbrpf32le,zscale=p=bt709,tonemap=hable:desat=0,zscale=t=bt709:m=bt709:r=tv,format=yuv420p"
)
TRANSFERS = {"pq": "smpte2084", "hlg": "arib-std-b67"}
LEAST_BLACK, LEAST_STILL = 0.5, 5.0
GREY_SIDE = 32
MARKS, THUMBS, GREYS, CHROMA = "marks.txt", "thumbs.mkv", "greys.bin", "chroma.bin"


@dataclass(frozen=True, slots=True)
class Rung:
    """One size of the review copy."""

    width: int
    height: int
    most_kbps: int

    @property
    def lines(self) -> int:
        """The shorter side, which names the rung."""
        return min(self.width, self.height)

    @property
    def file(self) -> str:
        """The name of its file in the job's directory."""
        return f"rung-{self.lines}.mp4"


@dataclass(frozen=True, slots=True)
class Strip:
    """A sheet of thumbnails: `count` of them, one each `every` seconds, row by row."""

    count: int
    columns: int
    rows: int
    width: int
    height: int
    every: int

    def to_json(self) -> dict[str, Any]:
        """The grid as it is kept in a row."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Encoded:
    """What one run made inside the job's directory; `rungs` go up, `fallback` carries the sound."""

    rungs: tuple[Rung, ...]
    fallback: Rung
    strip: Strip
    black: tuple[Stretch, ...]
    still: tuple[Stretch, ...]


def ladder(width: int, height: int) -> tuple[Rung, ...]:
    """The sizes a film of this size is offered in, smallest first; never larger than the film itself."""
    shorter = min(width, height)
    lines = sorted({min(lines, shorter) for lines in LINES})
    kept = [one for one in lines if not any(one < more < one * _STEP for more in lines)]
    return tuple(_rung(width, height, one) for one in kept)


def _rung(width: int, height: int, lines: int) -> Rung:
    most = next(kbps for limit, kbps in MOST_KBPS.items() if lines <= limit)
    return Rung(*target_size(width, height, lines), most)


def target_size(width: int, height: int, lines: int) -> tuple[int, int]:
    """The size with `lines` on the shorter side, never enlarged, both sides even."""
    scale = min(1.0, lines / min(width, height))
    return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)


def fallback_of(rungs: tuple[Rung, ...]) -> Rung:
    """The rung a browser without HLS plays: the largest of up to 720 lines."""
    return [rung for rung in rungs if rung.lines <= FALLBACK_LINES or rung is rungs[0]][-1]


def strip_for(film: Film) -> Strip:
    """At most a hundred thumbnails, two seconds apart or more, 160 pixels on the longer side."""
    every = max(2, math.ceil(film.seconds / 100))
    count = max(1, math.ceil(film.seconds / every))
    columns = min(10, count)
    scale = 160 / max(film.width, film.height)
    width, height = (max(2, round(side * scale / 2) * 2) for side in (film.width, film.height))
    return Strip(count, columns, math.ceil(count / columns), width, height, every)


def graph(film: Film, rungs: tuple[Rung, ...], strip: Strip) -> str:
    """The filters of the run: every rung is made from the next larger one, everything small from the smallest."""
    sound = [f"{heard(film)}asplit[sound][chroma]"] if film.channels else []
    return ";".join([*_rung_filters(film, rungs), *_small_filters(rungs[0], strip), *sound])


def _rung_filters(film: Film, rungs: tuple[Rung, ...]) -> Iterator[str]:
    source = "[0:v:0]" + ("bwdif=mode=send_frame:deint=interlaced," if film.interlaced else "")
    shown = f",{TO_STANDARD_RANGE.format(transfer=TRANSFERS[film.hdr])}" if film.hdr else ""
    for rung in reversed(rungs):
        scaled = f"scale={rung.width}:{rung.height}:flags=bicubic{shown},setsar=1,format=yuv420p"
        yield f"{source}{scaled},split[v{rung.lines}][s{rung.lines}]"
        source, shown = f"[s{rung.lines}]", ""


def _small_filters(smallest: Rung, strip: Strip) -> Iterator[str]:
    looks = f"freezedetect=noise=-60dB:duration={LEAST_STILL:g},blackdetect=d={LEAST_BLACK:g}"
    yield f"[s{smallest.lines}]{looks},metadata=mode=print:file={MARKS},fps=1:eof_action=pass,split[greys][thumbs]"
    yield f"[greys]scale={GREY_SIDE}:{GREY_SIDE}:flags=area,format=gray[grey]"
    yield f"[thumbs]framestep={strip.every},scale={strip.width}:{strip.height}[thumb]"


def encode_command(binary: str, source: Path, film: Film, rungs: tuple[Rung, ...], strip: Strip) -> list[str]:
    """The one run; only the first picture and the first sound of the film are taken."""
    command = [
        *(binary, *GUARDS, "-t", f"{film.seconds + 2:.3f}", "-i", str(source)),
        *("-filter_complex", graph(film, rungs, strip), "-progress", "pipe:1", "-stats_period", "1"),
    ]
    for rung in rungs:
        command += _rung_output(film, rung, with_sound=rung is fallback_of(rungs))
    # Not tiled here: ffmpeg tells no progress before every output has begun, and a sheet begins when it is full.
    command += ["-map", "[thumb]", "-c:v", "ffv1", "-f", "matroska", THUMBS]
    command += ["-map", "[grey]", "-c:v", "rawvideo", "-f", "rawvideo", GREYS]
    if film.channels:
        chroma = ("-ac", "2", "-c:a", "pcm_s16le", "-f", "chromaprint", "-fp_format", "raw")
        command += ["-map", "[chroma]", *chroma, CHROMA]
    return command


def _rung_output(film: Film, rung: Rung, *, with_sound: bool) -> list[str]:
    sound = ["-map", "[sound]", *SOUND] if with_sound and film.channels else []
    bounds = ("-maxrate", f"{rung.most_kbps}k", "-bufsize", f"{rung.most_kbps * 2}k")
    return [
        *("-map", f"[v{rung.lines}]", *sound, *NAMELESS, *PICTURE, *KEYFRAMES, *bounds, "-threads", THREADS),
        *("-movflags", "+faststart", "-f", "mp4", rung.file),
    ]


def frame_command(binary: str, source: Path, film: Film, target: str) -> list[str]:
    """The command that takes one picture a third into the film, where titles are over and the end is not given away."""
    moment = film.seconds / 3 if film.seconds > 1 else 0.0
    return [
        *(binary, *GUARDS, "-ss", f"{moment:.3f}", "-i", str(source), "-map", "0:v:0", *NAMELESS),
        *("-frames:v", "1", "-c:v", "png", "-f", "image2", "-update", "1", target),
    ]


def limits_for(film: Film, rungs: tuple[Rung, ...]) -> child.Limits:
    """Generous for an honest film of this length, final for any other."""
    seconds = min(120 + CPU_PER_SECOND * film.seconds, LONGEST_JOB)
    room = 64 * child.MIB + int(rungs[-1].most_kbps * 1000 / 8 * 1.2 * film.seconds)
    return child.Limits(seconds=seconds, cpu_seconds=int(seconds * 2), memory=4096 * child.MIB, file_size=room)


def fraction_done(line: str, pictures: float) -> float | None:
    """How much of the film a line of `-progress` says is done, from 0 to 1; None when it says nothing of it.

    Pictures are counted, not time: with several outputs ffmpeg's time jumps between them.
    """
    name, _, value = line.partition("=")
    if name != "frame" or not value.strip().isdigit() or pictures <= 0:
        return None
    return min(int(value) / pictures, 1.0)


def encode(
    source: Path, film: Film, job: Path, *, binary: str, on_progress: Callable[[float], None] | None = None
) -> Encoded:
    """Makes the ladder inside `job`, its growth told to `on_progress`; raises Refused when it cannot be made whole."""

    def hear(line: str) -> None:
        done = fraction_done(line, pictures)
        if done is not None and on_progress:
            on_progress(done)

    pictures = film.seconds * float(film.frames_per_second)
    rungs, strip = ladder(film.width, film.height), strip_for(film)
    command = encode_command(binary, source, film, rungs, strip)
    outcome = child.run(command, limits=limits_for(film, rungs), job=job, reads=[source], on_line=hear)
    require(outcome, *(job / rung.file for rung in rungs), job / THUMBS, job / GREYS)
    marks = (job / MARKS).read_text()
    black, still = (marked(marks, kind, film.seconds) for kind in ("black", "freeze"))
    return Encoded(rungs, fallback_of(rungs), strip, black, still)


def take_frame(source: Path, film: Film, job: Path, *, binary: str) -> Path:
    """One picture of the review copy `source` inside `job`."""
    target = job / "frame.png"
    require(child.run(frame_command(binary, source, film, target.name), limits=SHORT, job=job, reads=[source]), target)
    return target


def lay_out(strip: Strip, job: Path, *, binary: str) -> Path:
    """The thumbnails of the run on one sheet inside `job`."""
    target = job / "strip.webp"
    command = [
        *(binary, *GUARDS, "-i", THUMBS, "-vf", f"tile={strip.columns}x{strip.rows}", *NAMELESS),
        *("-frames:v", "1", "-c:v", "libwebp", "-quality", "70", "-f", "webp", target.name),
    ]
    require(child.run(command, limits=SHORT, job=job), target)
    return target
