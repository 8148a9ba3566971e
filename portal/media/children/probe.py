"""Reads a film's own facts with libav and prints them as JSON: `probe.py FILE WHITELIST MAX_PIXELS`.

Run only inside `limited.py`. It reports, the parent judges: nothing here decides whether a film is good enough.
"""

from __future__ import annotations

import json
import sys
from fractions import Fraction
from itertools import pairwise, takewhile
from typing import Any

import av
import av.logging

MOST_STREAMS = 16
SAMPLE_FRAMES = 8
# Times are kept to tell a changing frame rate; these are six hours of 60 frames a second.
MOST_TIMES = 1_300_000
# A container that counts in milliseconds cannot say 41.67: so much of an interval is rounding.
ROUNDING_SECONDS = 0.002
ROUNDING_SHARE = 0.05
HDR = {16: "pq", 18: "hlg"}


def open_film(path: str, whitelist: str, max_pixels: str) -> av.container.InputContainer:
    """Opens by path only (a file object would let libav follow addresses) and only as a whitelisted container."""
    options = {"protocol_whitelist": "file", "format_whitelist": whitelist, "max_streams": str(MOST_STREAMS)}
    bounded: list[Any] = [{"max_pixels": max_pixels}] * MOST_STREAMS
    try:
        return av.open(path, options=options, stream_options=bounded)
    except ValueError as error:
        # MPEG programme and transport streams show no streams this early; there the memory limit bounds the picture.
        if "stream_options" not in str(error):
            raise
        return av.open(path, options=options)


def rational(value: Fraction | None) -> list[int] | None:
    """A rate as numerator and denominator: 24000/1001 is never 23.98."""
    return [value.numerator, value.denominator] if value else None


def seconds(value: int | None, base: Fraction | None) -> float | None:
    """A time in the stream's own units, in seconds."""
    return float(value * base) if value is not None and base else None


def decoded(container: Any, stream: Any) -> list[Any]:
    """Up to eight decoded pictures from the beginning; fewer, or none, where decoding fails."""
    frames: list[Any] = []
    try:
        for frame in container.decode(stream):
            frames.append(frame)
            if len(frames) == SAMPLE_FRAMES:
                break
    except av.FFmpegError:
        # How many came out is itself the finding.
        pass
    return frames


def main_streams(container: Any) -> tuple[Any | None, Any | None]:
    """The first moving picture (cover art is none) and the first sound."""
    attached = av.stream.Disposition.attached_pic
    pictures = [stream for stream in container.streams.video if not stream.disposition & attached]
    return next(iter(pictures), None), next(iter(container.streams.audio), None)


class Count:
    """The packets of one stream that are really there: how many, when the last ends, and when each is shown."""

    def __init__(self) -> None:
        self.packets, self.ends = 0, 0.0
        self.times: list[float] = []

    def add(self, packet: Any) -> None:
        """Counts one packet."""
        shown = seconds(packet.pts if packet.pts is not None else packet.dts, packet.time_base) or 0.0
        self.packets += 1
        self.ends = max(self.ends, shown + (seconds(packet.duration, packet.time_base) or 0.0))
        if len(self.times) < MOST_TIMES:
            self.times.append(shown)

    @property
    def uneven(self) -> float:
        """The share of intervals that differ from the usual one, from 0 to 1."""
        ordered = sorted(self.times)
        steps = [later - earlier for earlier, later in pairwise(ordered)]
        if not steps:
            return 0.0
        usual = sorted(steps)[len(steps) // 2]
        slack = max(ROUNDING_SECONDS, usual * ROUNDING_SHARE)
        return sum(abs(step - usual) > slack for step in steps) / len(steps)


def count_packets(container: Any) -> dict[str, Count]:
    """What is really there of picture and sound."""
    streams = [stream for stream in main_streams(container) if stream is not None]
    found = {stream.type: Count() for stream in streams}
    try:
        for packet in container.demux(streams):
            if packet.size:
                found[packet.stream.type].add(packet)
    except av.FFmpegError:
        # A damaged tail ends the count; what was found is compared with what was declared.
        pass
    return found


def picture(stream: Any, frames: list[Any]) -> dict[str, Any]:
    """The facts of the first picture stream, sizes as decoded and before rotation."""
    context, first = stream.codec_context, frames[0] if frames else None
    ratio = stream.sample_aspect_ratio or Fraction(1)
    return {
        "codec": context.codec.canonical_name,
        "width": first.width if first else context.width,
        "height": first.height if first else context.height,
        "pixel_ratio": rational(ratio),
        "rotation": int(first.rotation) % 360 if first else 0,
        "rate": rational(stream.average_rate or stream.guessed_rate),
        "pixel_format": context.pix_fmt,
        "hdr": HDR.get(int(first.color_trc), "") if first else "",
        "interlaced": any(frame.interlaced_frame for frame in frames),
        "declared_packets": stream.frames,
        "declared_seconds": seconds(stream.duration, stream.time_base),
        "start": seconds(stream.start_time, stream.time_base) or 0.0,
        "decoded": len(frames),
    }


def sound(container: Any, stream: Any) -> dict[str, Any]:
    """The facts of the first sound stream; `mono_tracks` counts how many streams of one channel come first."""
    context = stream.codec_context
    tracks = takewhile(lambda one: one.codec_context.channels == 1, container.streams.audio)
    return {
        "codec": context.codec.canonical_name,
        "channels": context.channels,
        "sample_rate": context.sample_rate,
        "mono_tracks": sum(1 for _ in tracks),
    }


def describe(container: Any) -> dict[str, Any]:
    """What the container says of itself, and what its first pictures show when decoded."""
    video, audio = main_streams(container)
    return {
        "container": container.format.name,
        "declared_seconds": container.duration / av.time_base if container.duration else None,
        "picture": picture(video, decoded(container, video)) if video else None,
        "sound": sound(container, audio) if audio else None,
    }


def facts(path: str, whitelist: str, max_pixels: str) -> dict[str, Any]:
    """Everything the parent needs to judge the film."""
    with open_film(path, whitelist, max_pixels) as container:
        report = describe(container)
    with open_film(path, whitelist, max_pixels) as container:
        found = count_packets(container)
    for kind, key in (("video", "picture"), ("audio", "sound")):
        if kind in found:
            report[key] |= {"packets": found[kind].packets, "ends": found[kind].ends}
    if "video" in found:
        report["picture"]["uneven"] = found["video"].uneven
    return report


def main() -> None:
    """Prints the facts, or `{"error": …}` when the file cannot be opened."""
    av.logging.set_level(av.logging.PANIC)
    try:
        report = facts(*sys.argv[1:4])
    except (av.FFmpegError, ValueError) as error:
        report = {"error": type(error).__name__}
    json.dump(report, sys.stdout)


if __name__ == "__main__":
    main()
