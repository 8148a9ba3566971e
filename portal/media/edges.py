"""Looks at the first and the last seconds of a film for black that was left standing."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from portal.media import child
from portal.media.ffmpeg import GUARDS
from portal.media.probe import Film
from portal.media.stretches import marked

SECONDS = 8.0
_LEAST_BLACK = 0.5
# The last picture ends a little before or after the declared length.
_NEAR = 0.25


@dataclass(frozen=True, slots=True)
class Edges:
    """Seconds of black at both ends, as far as was looked."""

    black_start: float = 0.0
    black_end: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """What was seen, as it is kept in a row."""
        return asdict(self)


def look(source: Path, film: Film, job: Path, *, binary: str) -> Edges:
    """What the ends of the film show; nothing where they cannot be decoded, which the review copy will notice."""
    begins = max(0.0, film.seconds - SECONDS)
    limits = child.Limits(seconds=120, cpu_seconds=120, memory=3072 * child.MIB)
    outcome = child.run(_command(binary, source, begins), limits=limits, job=job, reads=[source])
    if not outcome.ok:
        return Edges()
    first, last = ((job / _file(n)).read_text() for n in (0, 1))
    start = next((one.end for one in marked(first, "black", min(SECONDS, film.seconds)) if one.start <= _NEAR), 0.0)
    ends = [one for one in marked(last, "black", film.seconds, begins) if one.end >= film.seconds - _NEAR]
    return Edges(round(start, 2), round(ends[-1].length, 2) if ends else 0.0)


def _command(binary: str, source: Path, begins: float) -> list[str]:
    looks = (f"[{n}:v:0]blackdetect=d={_LEAST_BLACK},metadata=mode=print:file={_file(n)}[v{n}]" for n in (0, 1))
    return [
        *(binary, *GUARDS),
        *("-t", f"{SECONDS:g}", "-i", str(source), "-ss", f"{begins:.3f}", "-i", str(source)),
        *("-filter_complex", ";".join(looks), "-map", "[v0]", "-map", "[v1]", "-f", "null", "-"),
    ]


def _file(number: int) -> str:
    return f"edge-{number}.txt"
