"""Stretches of a film that ffmpeg's detectors mark in the metadata of frames: black, frozen, without sound."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_MARK = re.compile(r"^lavfi\.(?:freezedetect\.)?(black|freeze|silence)_(start|end)=(-?[\d.]+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Stretch:
    """From `start` to `end`, in seconds."""

    start: float
    end: float

    @property
    def length(self) -> float:
        """How long it lasts, in seconds."""
        return self.end - self.start

    def covers(self, other: Stretch) -> float:
        """The share of `other` that lies inside this one, from 0 to 1."""
        shared = min(self.end, other.end) - max(self.start, other.start)
        return max(0.0, shared) / other.length if other.length > 0 else 0.0


def marked(text: str, kind: str, end: float, offset: float = 0.0) -> tuple[Stretch, ...]:
    """The stretches of one kind in what the filter `metadata=print` wrote.

    A stretch still open where the text stops lasts to `end`; `offset` is added to all that the text says.
    """
    return tuple(_stretches(text, kind, end, offset))


def _stretches(text: str, kind: str, end: float, offset: float) -> Iterator[Stretch]:
    begun: float | None = None
    for found, edge, moment in _MARK.findall(text):
        if found != kind:
            continue
        if edge == "start":
            begun = max(0.0, float(moment)) + offset
        elif begun is not None:
            yield Stretch(round(begun, 3), round(float(moment) + offset, 3))
            begun = None
    if begun is not None and begun < end:
        yield Stretch(round(begun, 3), round(end, 3))
