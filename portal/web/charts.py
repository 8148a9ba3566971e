"""Charts as server-rendered SVG: data and translated words in, markup out, each with the rows of its table twin.

A chart that must stay readable on phones is drawn twice, wide and narrow; style sheets show one of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from portal.web.drawing import Scale, Sheet, steps

Row = tuple[str, ...]
WIDE, NARROW = "chart--w", "chart--n"
# How wide a bar is at least that has its count above it, in units of the sheet.
_ROOM = 20.0


@dataclass(frozen=True, slots=True)
class Trend:
    """A running count now against the same stretch before; `ticks` name some of the steps by index."""

    finding: str
    now: Sequence[float]
    before: Sequence[float]
    ticks: Sequence[tuple[int, str]]
    rush: int = 0
    remark: str = ""
    detail: str = ""

    def rows(self) -> list[Row]:
        """The named steps with both counts."""
        return [(name, _count(self.now, i), _count(self.before, i)) for i, name in self.ticks]


@dataclass(frozen=True, slots=True)
class Ranked:
    """One film near the cut: its corrected mean with interval, and its chance (0-100) to be among the chosen."""

    place: int
    title: str
    raw: float
    mean: float
    low: float
    high: float
    chance: int

    @property
    def standing(self) -> str:
        """How sure the place is: in, mid (contested) or out."""
        return "in" if self.chance >= 75 else "mid" if self.chance >= 30 else "out"


@dataclass(frozen=True, slots=True)
class Ranking:
    """Films around the cut; `after` is the last place inside it, `cut` the words on the line."""

    finding: str
    films: Sequence[Ranked]
    after: int
    cut: str
    headings: tuple[str, str, str]

    def rows(self) -> list[Row]:
        """Place and title, raw mean, corrected mean, interval, chance."""
        return [
            (f"{f.place} {f.title}", f"{f.raw:.2f}", f"{f.mean:.2f}", f"{f.low:.2f}–{f.high:.2f}", f"{f.chance}%")
            for f in self.films
        ]


@dataclass(frozen=True, slots=True)
class Shares:
    """Whole percents of the four phases for each craft."""

    finding: str
    crafts: Sequence[tuple[str, tuple[int, int, int, int]]]

    def rows(self) -> list[Row]:
        """Each craft with its four shares."""
        return [(name, *(f"{share}%" for share in shares)) for name, shares in self.crafts]


@dataclass(frozen=True, slots=True)
class Bars:
    """Counts in an order that means something: a funnel's steps or a histogram's bins, each with a note.

    Of many bins only each `every`-th is named on the axis.
    """

    finding: str
    items: Sequence[tuple[str, int, str]]
    marked: int | None = None
    every: int = 1

    def rows(self) -> list[Row]:
        """Name, count and note of each bar."""
        return [(name, str(count), note) for name, count, note in self.items]


def trend(chart: Trend) -> Markup:
    """Draw the running count over time."""
    return _trend(chart, 760, 318, WIDE) + _trend(chart, 340, 250, NARROW)


def ranking(chart: Ranking) -> Markup:
    """Draw corrected means with intervals around the cut."""
    return _ranking_wide(chart) + _ranking_narrow(chart)


def ai_use(chart: Shares) -> Markup:
    """Draw the shares of the four phases by craft."""
    return _shares(chart, 620, WIDE) + _shares(chart, 340, NARROW)


def funnel(chart: Bars) -> Markup:
    """Draw how many are left after each step."""
    return _funnel(chart, 440, WIDE) + _funnel(chart, 340, NARROW)


def histogram(chart: Bars) -> Markup:
    """Draw how often each value occurs; the marked bin stands out."""
    return _histogram(chart, 620, WIDE) + _histogram(chart, 340, NARROW)


def spark(values: Sequence[float]) -> Markup:
    """Draw a small line without axes, as decoration beside a number."""
    sheet = Sheet(96, 30)
    across, up = Scale(0, len(values) - 1, 2, 94), Scale(min(values), max(values), 26, 4)
    points = [(across(i), up(value)) for i, value in enumerate(values)]
    sheet.path(points, "")
    sheet.circle(points[-1], 3, "")
    return sheet.svg("spark", None)


def pace(done: int, total: int, expected: float, kind: str, label: str) -> Markup:
    """Draw one juror's progress with a tick where today should be; kind: n, ok, warn or bad."""
    along = Scale(0, total, 0, 200)
    sheet = Sheet(200, 14)
    sheet.rect((0.0, 3.0), 200, 8, "bg", 4)
    sheet.rect((0.0, 3.0), along(min(done, total)), 8, f"fg is-{kind}", 4)
    sheet.rect((min(along(expected), 198.0), 0.0), 2, 14, "tick")
    return sheet.svg("pace", label, stretch=True)


def seats(parts: Sequence[int], capacity: int, label: str) -> Markup:
    """Draw how the seats of a hall are given out, in the order booked, guests, offered."""
    sheet, along, start = Sheet(300, 14), Scale(0, capacity, 0, 300), 0.0
    for n, part in enumerate(parts):
        width = along(part)
        sheet.rect((start, 0.0), width - 1, 14, f"s{n}", 3)
        start += width
    return sheet.svg("seats", label, stretch=True)


def _trend(chart: Trend, width: int, height: int, form: str) -> Markup:
    sheet, last = Sheet(width, height), len(chart.now) - 1
    levels = steps(max(*chart.now, *chart.before))
    across = Scale(0, last, 34, width - (64 if form == WIDE else 40))
    up = Scale(0, levels[-1], height - 30, 14)
    for level in levels:
        sheet.line((34.0, up(level)), (across(last), up(level)), "grid" if level else "axis")
        sheet.text((26.0, up(level) + 4), level, "end")
    for i, name in _ticks(chart, form):
        anchor = "start" if i == 0 else "end" if i == last else "middle"
        sheet.text((across(i), height - 8.0), name, anchor)
    _rush(chart, sheet, across, up)
    _runs(chart, sheet, across, up)
    return sheet.svg(f"chart ch-trend {form}", chart.finding)


def _ticks(chart: Trend, form: str) -> Sequence[tuple[int, str]]:
    """All named steps, or three of them where more would run into each other."""
    if form == WIDE or len(chart.ticks) <= 3:
        return chart.ticks
    return (chart.ticks[0], chart.ticks[len(chart.ticks) // 2], chart.ticks[-1])


def _rush(chart: Trend, sheet: Sheet, across: Scale, up: Scale) -> None:
    if not chart.rush:
        return
    last = len(chart.now) - 1
    left, top = across(last - chart.rush), up(up.low + up.span)
    sheet.rect((left, top), across(last) - left, up(0) - top, "zone")
    level = top + (up(0) - top) * 0.2
    sheet.line((left - 14, level), (left - 2, level), "axis")
    sheet.text((left - 20, level - 2), chart.remark, "end", "strong")
    sheet.text((left - 20, level + 15), chart.detail, "end")


def _runs(chart: Trend, sheet: Sheet, across: Scale, up: Scale) -> None:
    now = [(across(i), up(value)) for i, value in enumerate(chart.now)]
    before = [(across(i), up(value)) for i, value in enumerate(chart.before)]
    sheet.path([(now[0][0], up(0)), *now, (now[-1][0], up(0))], "area", closed=True)
    sheet.path(before, "ln prev")
    sheet.path(now, "ln now")
    sheet.circle(now[-1], 5, "dot")
    for (x, y), value, cls in ((now[-1], chart.now[-1], "strong big"), (before[-1], chart.before[-1], "")):
        sheet.text((x + 9, y + 5), f"{value:g}", "start", cls)


def _ranking_wide(chart: Ranking) -> Markup:
    left, right, step, top = 214.0, 610.0, 38, 34
    sheet = Sheet(760, top + step * len(chart.films) + 24)
    across = _score_scale(chart, left, right)
    _score_grid(sheet, across, top - 6.0)
    for at, anchor, words in zip((0.0, left, 760.0), ("start", "start", "end"), chart.headings, strict=True):
        sheet.text((at, 14.0), words, anchor)
    for i, film in enumerate(chart.films):
        y = top + step * (i + 0.5)
        sheet.text((20.0, y + 5), film.place, "end", "strong tn")
        sheet.text((34.0, y + 5), film.title, "start", "" if film.standing == "out" else "strong")
        _interval(sheet, film, across, y)
        sheet.rect((634.0, y - 4), 80, 8, "pb", 4)
        sheet.rect((634.0, y - 4), 0.8 * film.chance, 8, f"pf {film.standing}", 4)
        sheet.text((760.0, y + 5), f"{film.chance}%", "end", "strong tn")
        if film.place == chart.after:
            _cut(sheet, chart.cut, 166, y + step / 2)
    return sheet.svg(f"chart ch-rank {WIDE}", chart.finding)


def _ranking_narrow(chart: Ranking) -> Markup:
    step = 58
    sheet = Sheet(340, step * len(chart.films) + 26)
    across = _score_scale(chart, 4, 336)
    _score_grid(sheet, across, 0.0)
    for i, film in enumerate(chart.films):
        y = float(step * i)
        sheet.text((0.0, y + 24), f"{film.place}  {film.title}", "start", "strong")
        sheet.text((340.0, y + 24), f"{film.chance}%", "end", "strong tn")
        _interval(sheet, film, across, y + 40)
        if film.place == chart.after:
            _cut(sheet, chart.cut, 170, y + step)
    return sheet.svg(f"chart ch-rank {NARROW}", chart.finding)


def _score_scale(chart: Ranking, start: float, end: float) -> Scale:
    low = min(min(film.low, film.raw) for film in chart.films)
    high = max(max(film.high, film.raw) for film in chart.films)
    return Scale(low - 0.1, high + 0.1, start, end)


def _score_grid(sheet: Sheet, across: Scale, top: float) -> None:
    halves = range(int(across.low * 2) + 1, int((across.low + across.span) * 2) + 1)
    for half in halves:
        x = across(half / 2)
        sheet.line((x, top), (x, sheet.height - 22))
        sheet.text((x, sheet.height - 5), f"{half / 2:g}", "middle")


def _interval(sheet: Sheet, film: Ranked, across: Scale, y: float) -> None:
    sheet.line((across(film.low), y), (across(film.high), y), f"iv {film.standing}")
    sheet.circle((across(film.raw), y), 4, "raw")
    sheet.circle((across(film.mean), y), 6, f"cal {film.standing}")


def _cut(sheet: Sheet, words: str, x: float, y: float) -> None:
    sheet.rect((0.0, y - 1), sheet.width, 2, "cutline")
    sheet.rect((x - 42, y - 11), 84, 22, "cutbg", 3)
    sheet.text((x, y + 4.5), words, "middle", "cutt")


def _shares(chart: Shares, width: int, form: str) -> Markup:
    step, left, least = 47, 56.0, 9 if form == WIDE else 12
    sheet = Sheet(width, step * len(chart.crafts))
    along = Scale(0, 100, 0, width - left)
    for i, (name, shares) in enumerate(chart.crafts):
        sheet.text((0.0, step * i + 23.0), name, "start", "strong")
        x = left
        for phase, share in enumerate(shares):
            sheet.rect((x + 1, float(step * i)), along(share) - 2, 36, f"ph{phase}", 3)
            if share >= least:
                sheet.text((x + along(share) / 2, step * i + 23.0), f"{share}%", "middle", f"pt{phase} tn")
            x += along(share)
    return sheet.svg(f"chart ch-ai {form}", chart.finding)


def _funnel(chart: Bars, width: int, form: str) -> Markup:
    step, left = 48, 150.0 if form == WIDE else 128.0
    sheet = Sheet(width, step * len(chart.items))
    along = Scale(0, max(count for _, count, _ in chart.items), 0, width - left - 58)
    for i, (name, count, note) in enumerate(chart.items):
        y, last = float(step * i), " last" if i == len(chart.items) - 1 else ""
        sheet.text((0.0, y + (18 if note else 26)), name, "start", "strong")
        sheet.text((0.0, y + 35), note, "start", "sub")
        sheet.rect((left, y + 16), width - left - 58, 10, "bg", 5)
        sheet.rect((left, y + 16), along(count), 10, f"fg{last}", 5)
        sheet.text((float(width), y + 26), count, "end", "strong tn")
    return sheet.svg(f"chart fun {form}", chart.finding)


def _histogram(chart: Bars, width: int, form: str) -> Markup:
    height, size = 220 if form == WIDE else 190, width / len(chart.items)
    sheet = Sheet(width, height)
    up = Scale(0, max(count for _, count, _ in chart.items), height - 26, 22)
    for i, (name, count, _) in enumerate(chart.items):
        x, cls = i * size, "bar-on" if i == chart.marked else "bar-n"
        sheet.rect((x + 2, up(count)), size - 4, up(0) - up(count), cls, 3)
        if count and size >= _ROOM:
            sheet.text((x + size / 2, up(count) - 6), count, "middle", "strong tn")
        if i % chart.every == 0:
            sheet.text((x + size / 2, height - 8.0), name, "middle")
    sheet.line((0.0, up(0)), (float(width), up(0)), "axis")
    return sheet.svg(f"chart hist {form}", chart.finding)


def _count(values: Sequence[float], index: int) -> str:
    return f"{values[index]:g}" if index < len(values) else "–"
