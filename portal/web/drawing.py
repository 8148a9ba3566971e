"""A sheet to draw a chart on: SVG elements with classes and presentation attributes only, so a strict CSP holds."""

import itertools
import math
from collections.abc import Iterator, Sequence

from markupsafe import Markup, escape

Point = tuple[float, float]


class Sheet:
    """One SVG drawing of a fixed size in its own units; the page scales it."""

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self.marks: list[Markup] = []

    def line(self, start: Point, end: Point, cls: str = "grid") -> None:
        self._mark('<line class="{}" x1="{}" y1="{}" x2="{}" y2="{}"/>', cls, *start, *end)

    def rect(self, corner: Point, width: float, height: float, cls: str, radius: float = 0) -> None:
        shape = '<rect class="{}" x="{}" y="{}" width="{}" height="{}" rx="{}"/>'
        self._mark(shape, cls, *corner, max(width, 0.0), height, radius)

    def circle(self, centre: Point, radius: float, cls: str) -> None:
        self._mark('<circle class="{}" cx="{}" cy="{}" r="{}"/>', cls, *centre, radius)

    def path(self, points: Sequence[Point], cls: str, closed: bool = False) -> None:
        joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self._mark('<{} class="{}" points="{}"/>', "polygon" if closed else "polyline", cls, joined)

    def text(self, at: Point, words: object, anchor: str = "start", cls: str = "") -> None:
        self._mark('<text class="{}" x="{}" y="{}" text-anchor="{}">{}</text>', cls, *at, anchor, words)

    def svg(self, cls: str, label: str | None, *, stretch: bool = False) -> Markup:
        """Close the drawing; the label is its finding in one sentence, None makes it decoration."""
        head = Markup('<svg class="{}" viewBox="0 0 {} {}"').format(cls, _short(self.width), _short(self.height))
        if stretch:
            head += Markup(' preserveAspectRatio="none"')
        role = Markup(' aria-hidden="true">') if label is None else Markup(' role="img" aria-label="{}">').format(label)
        return head + role + Markup("").join(self.marks) + Markup("</svg>")

    def _mark(self, shape: str, *values: object) -> None:
        # Markup.format would do the same in Python, ten times slower; a dashboard has two hundred marks.
        self.marks.append(Markup(shape.format(*map(_safe, values))))  # noqa: S704 (every value is escaped)


class Scale:
    """Maps values from low..high to the sheet's units start..end."""

    def __init__(self, low: float, high: float, start: float, end: float) -> None:
        self.low, self.span = low, (high - low) or 1.0
        self.start, self.length = start, end - start

    def __call__(self, value: float) -> float:
        return self.start + self.length * (value - self.low) / self.span


def steps(top: float, most: int = 5) -> list[int]:
    """Round values for grid lines, from 0 to the first one not below top, at most `most` of them above 0."""
    size = next(size for size in _round_sizes() if size * most >= top)
    return list(range(0, math.ceil(max(top, 1) / size) * size + 1, size))


def _round_sizes() -> Iterator[int]:
    return (factor * 10**power for power in itertools.count() for factor in (1, 2, 5))


def _safe(value: object) -> str:
    return _short(value) if isinstance(value, float) else escape(value)


def _short(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")
