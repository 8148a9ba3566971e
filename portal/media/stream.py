"""Cuts the ladder into HLS without encoding it again: one file and one playlist for each rung, one master for all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from portal.media import child
from portal.media.ffmpeg import GUARDS, NAMELESS, require
from portal.media.findings import Refused
from portal.media.transcode import KEYFRAME_SECONDS, Encoded, Rung

MASTER, CAPTIONS, CAPTIONS_TEXT = "master.m3u8", "captions.m3u8", "captions.vtt"
PLAYLIST_TYPE, SEGMENTS_TYPE, CAPTIONS_TYPE = "application/vnd.apple.mpegurl", "video/mp4", "text/vtt; charset=utf-8"
_SOUND_CODEC = "mp4a.40.2"
_SEGMENT = re.compile(r"#EXTINF:([\d.]+),\s*\n#EXT-X-BYTERANGE:(\d+)@")
_CAPTIONS_LINE = '#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="captions",NAME="Captions",DEFAULT=NO,AUTOSELECT=YES,URI="{}"'


@dataclass(frozen=True, slots=True)
class Variant:
    """One rung as the master playlist tells of it; rates in bits a second."""

    rung: Rung
    peak: int
    average: int
    codecs: str

    @property
    def playlist(self) -> str:
        """The name of its playlist."""
        return f"{self.rung.lines}.m3u8"

    @property
    def segments(self) -> str:
        """The name of the one file that holds its segments."""
        return f"{self.rung.lines}.mp4"


def cut(encoded: Encoded, job: Path, *, binary: str, seconds: float, channels: int) -> list[Variant]:
    """Writes a playlist and a file of segments for each rung into `job`; raises Refused when a limit ends it."""
    room = sum((job / rung.file).stat().st_size for rung in encoded.rungs)
    limits = child.Limits(seconds=120 + seconds, cpu_seconds=60 + int(seconds), file_size=64 * child.MIB + 2 * room)
    outcome = child.run(_command(binary, encoded, bool(channels)), limits=limits, job=job)
    require(outcome, *(job / f"{rung.lines}.{kind}" for rung in encoded.rungs for kind in ("mp4", "m3u8")))
    return [_variant(rung, job, bool(channels)) for rung in encoded.rungs]


def _command(binary: str, encoded: Encoded, has_sound: bool) -> list[str]:
    command, last = [binary, *GUARDS], len(encoded.rungs)
    for rung in (*encoded.rungs, encoded.fallback):
        command += ["-i", rung.file]
    for number, rung in enumerate(encoded.rungs):
        command += ["-map", f"{number}:v:0", *(["-map", f"{last}:a:0"] if has_sound else []), "-c", "copy", *NAMELESS]
        command += ["-f", "hls", "-hls_time", str(KEYFRAME_SECONDS), "-hls_playlist_type", "vod"]
        command += ["-hls_flags", "single_file", "-hls_segment_type", "fmp4"]
        command += ["-hls_segment_filename", f"{rung.lines}.mp4", f"{rung.lines}.m3u8"]
    return command


def _variant(rung: Rung, job: Path, has_sound: bool) -> Variant:
    found = _SEGMENT.findall((job / f"{rung.lines}.m3u8").read_text())
    segments = [(float(length), int(size) * 8) for length, size in found if float(length) > 0]
    if not segments:
        raise Refused("undecodable")
    with (job / f"{rung.lines}.mp4").open("rb") as file:
        picture = _picture_codec(file.read(64 * 1024))
    return Variant(
        rung,
        # A last segment of a few pictures would make a rate that nobody ever has to carry.
        round(max(bits / max(length, 1.0) for length, bits in segments)),
        round(sum(bits for _, bits in segments) / sum(length for length, _ in segments)),
        ",".join([picture, _SOUND_CODEC] if has_sound else [picture]),
    )


def _picture_codec(opening: bytes) -> str:
    """`avc1.PPCCLL` from the decoder configuration: profile, constraints and level."""
    _, found, configuration = opening.partition(b"avcC")
    if not found:
        raise Refused("undecodable")
    return f"avc1.{configuration[1:4].hex()}"


def master(variants: list[Variant], first: Rung, rate: Fraction) -> str:
    """The master playlist, without captions; the rung that players begin with stands first."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
    for variant in sorted(variants, key=lambda one: one.rung is not first):
        lines.append(
            f"#EXT-X-STREAM-INF:BANDWIDTH={variant.peak},AVERAGE-BANDWIDTH={variant.average},"
            f'RESOLUTION={variant.rung.width}x{variant.rung.height},FRAME-RATE={float(rate):.3f},CODECS="{variant.codecs}"'
        )
        lines.append(variant.playlist)
    return "\n".join(lines) + "\n"


def with_captions(playlist: str, uri: str = CAPTIONS) -> str:
    """The master playlist with one rendition of captions; one it has already is replaced."""
    told = re.sub(r"(?m)^(#EXT-X-STREAM-INF:.*)$", r'\1,SUBTITLES="captions"', without_captions(playlist))
    return told.replace("#EXT-X-STREAM-INF:", f"{_CAPTIONS_LINE.format(uri)}\n#EXT-X-STREAM-INF:", 1)


def without_captions(playlist: str) -> str:
    """The master playlist as it was before anybody brought captions."""
    return re.sub(r'(?m)^#EXT-X-MEDIA:.*\n|,SUBTITLES="captions"', "", playlist)


def captions_playlist(seconds: float, uri: str = CAPTIONS_TEXT) -> str:
    """The playlist of captions: one segment as long as the film."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", f"#EXT-X-TARGETDURATION:{int(seconds) + 1}", "#EXT-X-PLAYLIST-TYPE:VOD"]
    return "\n".join([*lines, f"#EXTINF:{seconds:.3f},", uri, "#EXT-X-ENDLIST", ""])
