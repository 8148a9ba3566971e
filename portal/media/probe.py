"""Tells what a film really is from its streams and decoded pictures; names and header claims count for nothing."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from portal.media import child
from portal.media.findings import Refused

CONTAINERS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mpeg,mpegts,mxf,avi"
MOST_PIXELS = 40_000_000
LIMITS = child.Limits(seconds=600, cpu_seconds=300)
# A film may lose this much of its declared length (a last frame, a rounded header) before it counts as cut off.
TOLERATED_SECONDS = 1.0
TOLERATED_SHARE = 0.01
# A film has a changing frame rate when more than this share of its pictures do not last as long as the usual one.
UNEVEN_SHARE = 0.01
RATES = (*(Fraction(n * 1000, 1001) for n in (24, 30, 48, 60, 120)), *map(Fraction, (24, 25, 30, 48, 50, 60, 100, 120)))
_ISO_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
_OTHER_STARTS = (b"\x1aE\xdf\xa3", b"\x00\x00\x01\xba", b"\x06\x0e+4\x02\x05\x01\x01")


@dataclass(frozen=True, slots=True)
class Film:
    """The facts of a playable film; width and height as shown, after rotation and pixel ratio.

    `hdr` is `pq`, `hlg` or empty; `sound_seconds` is where the last sound ends. `paired` says that left and right are
    two streams of one channel each, as editing programs write masters.
    """

    container: str
    codec: str
    pixel_format: str
    seconds: float
    width: int
    height: int
    rotation: int
    rate: str
    interlaced: bool
    sound_codec: str | None
    channels: int
    sound_seconds: float = 0.0
    hdr: str = ""
    vfr: bool = False
    paired: bool = False

    @property
    def frames_per_second(self) -> Fraction:
        """The exact rate: 24000/1001 is never 23.98."""
        return Fraction(self.rate)

    def to_json(self) -> dict[str, Any]:
        """The facts as they are kept in a row."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Film:
        """The facts kept in a row."""
        return cls(**kept)


def starts_like_a_film(head: bytes) -> bool:
    """Whether the first 192 bytes open a container we take: a cheap no before any job is queued."""
    if head[4:8] in _ISO_BOXES or head.startswith(_OTHER_STARTS):
        return True
    if head.startswith(b"RIFF") and head[8:12] == b"AVI ":
        return True
    # MPEG transport streams repeat their sync byte every 188 bytes, or 192 with time codes in front.
    return head[:1] == head[188:189] == b"G" or head[4:5] == head[196:197] == b"G"


def probe(film: Path, job: Path) -> Film:
    """Reads the film in a limited child; raises Refused with what is wrong with it."""
    command = child.script("probe", str(film), CONTAINERS, str(MOST_PIXELS))
    outcome = child.run(command, limits=LIMITS, job=job, reads=[film])
    if outcome.exhausted:
        raise Refused("too_heavy")
    if not outcome.ok:
        raise Refused("unreadable")
    return judge(json.loads(outcome.output))


def judge(facts: dict[str, Any]) -> Film:
    """The film behind the child's facts; raises Refused when it cannot be shown whole."""
    if "error" in facts:
        raise Refused("unreadable")
    picture, sound = facts["picture"], facts["sound"] or {}
    if not picture:
        raise Refused("no_picture")
    width, height = shown_size(picture)
    if picture["width"] * picture["height"] > MOST_PIXELS:
        raise Refused("too_big_picture", width=width, height=height)
    if not picture["decoded"] or not picture["rate"]:
        raise Refused("undecodable")
    paired = sound.get("mono_tracks", 0) > 1
    return Film(
        container=facts["container"],
        codec=picture["codec"],
        pixel_format=picture["pixel_format"],
        seconds=whole_length(facts),
        width=width,
        height=height,
        rotation=picture["rotation"],
        rate=str(exact_rate(Fraction(*picture["rate"]))),
        interlaced=picture["interlaced"],
        sound_codec=sound.get("codec"),
        channels=2 if paired else sound.get("channels", 0),
        sound_seconds=round(sound.get("ends", 0.0), 3),
        hdr=picture["hdr"],
        vfr=picture["uneven"] > UNEVEN_SHARE,
        paired=paired,
    )


def exact_rate(counted: Fraction) -> Fraction:
    """The rate that was meant: a counted average next to one of the usual rates is that rate."""
    nearest = min(RATES, key=lambda rate: abs(rate - counted))
    # 24 and 24000/1001 lie a thousandth apart.
    return nearest if abs(nearest - counted) < nearest / 2500 else counted


def shown_size(picture: dict[str, Any]) -> tuple[int, int]:
    """Width and height on a screen: square pixels, upright."""
    width = round(picture["width"] * Fraction(*(picture["pixel_ratio"] or (1, 1))))
    height = picture["height"]
    return (height, width) if picture["rotation"] in (90, 270) else (width, height)


def whole_length(facts: dict[str, Any]) -> float:
    """The seconds of picture that are there; raises Refused when packets or time that were declared are missing."""
    picture = facts["picture"]
    rate = Fraction(*picture["rate"])
    found: float = max(picture["ends"] - picture["start"], 0.0)
    promised = picture["declared_packets"]
    missing = promised - picture["packets"]
    if promised and missing > max(promised * TOLERATED_SHARE, rate * TOLERATED_SECONDS):
        raise Refused("cut_off", found=float(picture["packets"] / rate), length=float(promised / rate))
    declared = picture["declared_seconds"] or facts["declared_seconds"] or found
    if declared - found > max(declared * TOLERATED_SHARE, TOLERATED_SECONDS):
        raise Refused("cut_off", found=found, length=declared)
    return round(found, 3)
