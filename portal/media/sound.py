"""Listens to a film once, from beginning to end: loudness and true peak after EBU R128, and long silences."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from portal.media import child
from portal.media.ffmpeg import GUARDS, heard
from portal.media.probe import Film
from portal.media.stretches import Stretch, marked

# Quieter than this nothing can be heard in a hall; so long a silence is worth a word.
SILENT_DB = -60
LONG_SILENCE = 15.0
# R128's gate: a meter that shows no more than this has heard nothing.
GATE_LUFS = -70.0
_LEVEL = r"(-?(?:\d+\.\d+|inf)|nan)"
_LOUDNESS = re.compile(rf"Integrated loudness:\s+I:\s+{_LEVEL} LUFS")
_PEAK = re.compile(rf"True peak:\s+Peak:\s+{_LEVEL} dBFS")
_SILENCES = "silences.txt"


@dataclass(frozen=True, slots=True)
class Sound:
    """Integrated loudness in LUFS and true peak in dBTP, None where nothing can be heard; silences of 15 s and more."""

    loudness: float | None
    peak: float | None
    silences: tuple[Stretch, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """What was heard, as it is kept in a row."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Sound:
        """What a row keeps of it."""
        return cls(kept["loudness"], kept["peak"], tuple(Stretch(**one) for one in kept["silences"]))


def listen(source: Path, film: Film, job: Path, *, binary: str) -> Sound | None:
    """What can be heard; None for a film without sound, or with a sound that the review copy will stumble over."""
    if not film.channels:
        return None
    limits = child.Limits(seconds=120 + film.seconds, cpu_seconds=60 + int(film.seconds))
    outcome = child.run(_command(binary, source, film), limits=limits, job=job, reads=[source])
    if not outcome.ok:
        return None
    silences = marked((job / _SILENCES).read_text(), "silence", film.seconds)
    return Sound(
        _level(_LOUDNESS, outcome.errors, GATE_LUFS),
        _level(_PEAK, outcome.errors, float("-inf")),
        tuple(silence for silence in silences if silence.length >= LONG_SILENCE),
    )


def _command(binary: str, source: Path, film: Film) -> list[str]:
    meters = (
        "ebur128=peak=true:framelog=verbose",
        f"silencedetect=noise={SILENT_DB}dB:duration={LONG_SILENCE:g}",
        f"ametadata=mode=print:file={_SILENCES}",
    )
    return [
        *(binary, *GUARDS, "-nostats", "-loglevel", "info", "-t", f"{film.seconds + 2:.3f}", "-i", str(source)),
        *("-filter_complex", f"{heard(film)}{','.join(meters)}[heard]", "-map", "[heard]", "-f", "null", "-"),
    ]


def _level(pattern: re.Pattern[str], summary: str, least: float) -> float | None:
    found = pattern.search(summary)
    level = float(found[1]) if found else float("nan")
    return level if level > least else None
