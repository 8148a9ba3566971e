"""The credits card: the label in several languages on one still of 1920 x 1080 pixels, as SVG or PNG.

It is laid out once, measured with the portal's own font, and then written either way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from itertools import groupby
from math import ceil
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from portal import paths
from portal.disclosure.label import PublicLabel

# The picture library comes with the first card: no other page needs it, and it takes megabytes.
if TYPE_CHECKING:
    from PIL import Image, ImageFont

WIDTH, HEIGHT = 1920, 1080
PAPER, INK, DIM = "#14100c", "#f8f0e4", "#d3c6b5"
_MARGIN, _TOP, _GAP = 160, 130, 80
_COLUMN = (WIDTH - 2 * _MARGIN - _GAP) // 2
_TITLE, _HEADLINE, _BODY, _SMALL = 64, 44, 30, 24
_LEADING = 1.42
_BOTTOM = HEIGHT - 90
_SCALES = (1, 0.85, 0.72, 0.6, 0.5, 0.4, 0.3)
_FONTS = paths.STATIC / "fonts"
_FILES = ("pan-sans-core.woff2", *(f"pan-sans-ext{n}.woff2" for n in range(1, 5)))
_NO_CHARACTER = "\U0010fffe"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text whose upper left corner is at (x, y)."""

    x: int
    y: int
    size: int
    text: str
    bold: bool = False
    colour: str = INK


@dataclass(frozen=True, slots=True)
class Moon:
    """A moon phase, 0 to 3, around (x, y)."""

    x: int
    y: int
    radius: int
    n: int


@dataclass(frozen=True, slots=True)
class Card:
    """What stands where on the still."""

    lines: tuple[Line, ...]
    moons: tuple[Moon, ...]


@cache
def _font(file: str, size: int, bold: bool) -> ImageFont.FreeTypeFont:
    from PIL import ImageFont

    font = ImageFont.truetype(str(_FONTS / file), size)
    font.set_variation_by_axes([650 if bold else 450])
    return font


@cache
def _file_of(character: str) -> str:
    """The subset that draws a character; the first one, with its empty box, where none does."""
    for file in _FILES:
        font = _font(file, 32, False)
        if character.isspace() or bytes(font.getmask(character)) != bytes(font.getmask(_NO_CHARACTER)):
            return file
    return _FILES[0]


def _runs(line: Line) -> Iterator[tuple[ImageFont.FreeTypeFont, str]]:
    for file, characters in groupby(line.text, key=_file_of):
        yield _font(file, line.size, line.bold), "".join(characters)


def _width(text: str, size: int, bold: bool = False) -> int:
    return ceil(sum(font.getlength(run) for font, run in _runs(Line(0, 0, size, text, bold))))


def lay_out(title: str, labels: Sequence[PublicLabel]) -> Card:
    """The card of a film: its title, and a column for each language (two at most), in the largest type that fits."""
    for scale in _SCALES:
        card = _laid_out(title, labels[:2], scale)
        if all(line.y < _BOTTOM for line in card.lines):
            break
    return card


def _laid_out(title: str, labels: Sequence[PublicLabel], scale: float) -> Card:
    lines = list(_paragraph(title, _MARGIN, _TOP, _TITLE, WIDTH - 2 * _MARGIN, bold=True))
    moons: list[Moon] = []
    top = lines[-1].y + int(_TITLE * 1.9) if lines else _TOP
    for place, label in enumerate(labels):
        x = _MARGIN + place * (_COLUMN + _GAP)
        lines += _column(label, x, top, scale)
        moons += _moons(label, x, top)
    return Card(tuple(lines), tuple(moons))


def _column(label: PublicLabel, x: int, top: int, scale: float) -> Iterator[Line]:
    y = top
    for phase in label.phases:
        yield Line(x + 56, y, _SMALL, f"{phase.craft}: {phase.level}", colour=DIM)
        y += int(_SMALL * 1.6)
    y += 30
    for text, points in _words(label):
        size = int(points * scale)
        made = list(_paragraph(text, x, y, size, _COLUMN, bold=points == _HEADLINE))
        yield from made
        y = made[-1].y + int(size * 1.75) if made else y


def _words(label: PublicLabel) -> Iterator[tuple[str, int]]:
    """What a column says under its moons, each line with its size."""
    yield label.headline, _HEADLINE
    yield label.numbers, _BODY
    for text in (*label.sentences, *(f"{part.title}: {part.label.headline}" for part in label.parts)):
        yield text, _BODY
    for text in (label.declared, label.verified):
        yield text, _SMALL


def _moons(label: PublicLabel, x: int, top: int) -> Iterator[Moon]:
    for place, phase in enumerate(label.phases):
        yield Moon(x + 18, top + place * int(_SMALL * 1.6) + 18, 13, phase.n)


def _paragraph(text: str, x: int, y: int, size: int, width: int, *, bold: bool = False) -> Iterator[Line]:
    """The text broken into lines of at most `width` pixels: at spaces, and inside a word that is longer than a line."""
    line = ""
    for word in _pieces(text, size, width, bold):
        longer = f"{line} {word}".strip()
        if line and _width(longer, size, bold) > width:
            yield Line(x, y, size, line, bold)
            line, y = word, y + int(size * _LEADING)
        else:
            line = longer
    if line:
        yield Line(x, y, size, line, bold)


def _pieces(text: str, size: int, width: int, bold: bool) -> Iterator[str]:
    for word in text.split():
        start = 0
        for end in range(1, len(word) + 1):
            if end - start > 1 and _width(word[start:end], size, bold) > width:
                yield word[start : end - 1]
                start = end - 1
        yield word[start:]


def as_svg(card: Card, language: str) -> str:
    """The card as a drawing; its letters stay text."""
    texts = "".join(
        f'<text x="{one.x}" y="{one.y + one.size}" font-size="{one.size}" fill="{one.colour}"'
        f' font-weight="{650 if one.bold else 450}">{escape(one.text)}</text>'
        for one in card.lines
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" xml:lang="{language}" font-family='
        "\"'PAN Sans', Pretendard, 'Apple SD Gothic Neo', 'Malgun Gothic', 'Noto Sans KR', sans-serif\">"
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{PAPER}"/>{"".join(map(_svg_moon, card.moons))}{texts}</svg>'
    )


def _svg_moon(moon: Moon) -> str:
    x, y, r = moon.x, moon.y, moon.radius
    top, bottom = f"M{x} {y - r}A{r} {r} 0 0 1 {x} {y + r}", {1: f"A{r * 1.15:g} {r * 1.15:g} 0 0 0 {x} {y - r}"}
    ring = (
        f'<circle cx="{x}" cy="{y}" r="{r}" fill="{INK if moon.n == 3 else "none"}" stroke="{INK}" stroke-width="2"/>'
    )
    lit = f'<path d="{top}{bottom.get(moon.n, "")}Z" fill="{INK}"/>' if moon.n in (1, 2) else ""
    return ring + lit


def as_png(card: Card) -> bytes:
    """The card as a picture."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(image)
    for moon in card.moons:
        image.paste(INK, (moon.x - 16, moon.y - 16), _moon_mask(moon.radius, moon.n))
    for line in card.lines:
        x = float(line.x)
        for font, run in _runs(line):
            draw.text((x, line.y + line.size), run, font=font, fill=line.colour, anchor="ls")
            x += font.getlength(run)
    written = BytesIO()
    image.save(written, "PNG", optimize=True)
    return written.getvalue()


@cache
def _moon_mask(radius: int, n: int) -> Image.Image:
    """A moon as a mask of 32 pixels, drawn four times as large so that its edge is smooth."""
    from PIL import Image, ImageDraw

    big, r = Image.new("L", (128, 128)), radius * 4
    draw = ImageDraw.Draw(big)
    box = (64 - r, 64 - r, 64 + r, 64 + r)
    if n == 3:
        draw.ellipse(box, fill=255)
    elif n:
        draw.pieslice(box, -90, 90, fill=255)
        if n == 1:
            draw.ellipse((64 - r * 1.3, 64 - r * 1.05, 64 + r * 0.45, 64 + r * 1.05), fill=0)
    draw.ellipse(box, outline=255, width=8)
    return big.resize((32, 32), Image.Resampling.LANCZOS)
