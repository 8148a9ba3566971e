"""Papers as PDF: A4, the house's two fonts, headings, paragraphs, tables whose heads repeat, numbered pages.

The same blocks with the same moment give the same bytes. The library is imported where it is used: it costs every
process a quarter of a second that only papers need.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, cast

from portal import paths

if TYPE_CHECKING:
    from fpdf import FPDF

FONTS = paths.STATIC / "fonts" / "print"
MARGIN, SIZE, LEADING = 18, 10, 5.4
LINE = 0.47  # millimetres a line takes for each point of its letters
_SIZES = {1: 18, 2: 13}


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 1 is the paper's own."""

    text: str
    level: int = 2


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Some lines of text; its own line breaks stay."""

    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a head; `widths` are shares of the line."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[int]


Block = Heading | Paragraph | Table


def document(blocks: Iterable[Block], *, title: str, language: str, made_at: datetime) -> bytes:
    """The blocks as a PDF; `made_at` is all the file says of the time it was made."""
    paper = _paper(title, language, made_at)
    for block in blocks:
        match block:
            case Heading():
                _heading(paper, block)
            case Paragraph():
                paper.multi_cell(0, LEADING, block.text, align="L", new_x="LMARGIN", new_y="NEXT")
                paper.ln(1.5)
            case Table():
                _table(paper, block)
    return finished(paper)


def finished(paper: FPDF) -> bytes:
    """The file; a font that no letter needed is let go of, which the library does only for those it embeds."""
    made = bytes(paper.output())
    for font in paper.fonts.values():
        if close := getattr(font, "close", None):
            close()
    return made


def _paper(title: str, language: str, made_at: datetime) -> FPDF:
    from fpdf import FPDF  # see the module's docstring

    class Paper(FPDF):
        def footer(self) -> None:
            self.set_y(-12)
            self.set_font("Text", size=8)
            number = f" · {self.page_no()} / {{nb}}"
            self.cell(0, 5, fitting(self, title, self.epw - self.get_string_width(number)) + number, align="C")

    paper = _dressed(Paper(format="A4"), title, language, made_at)
    paper.set_auto_page_break(True, margin=MARGIN)
    return paper


def fitting(paper: FPDF, text: str, wide: float) -> str:
    """The text, cut with an ellipsis where it is wider than so many millimetres in the font in use."""
    if paper.get_string_width(text) <= wide:
        return text
    while text and paper.get_string_width(f"{text}…") > wide:
        text = text[:-1].rstrip()
    return f"{text}…"


def sheet(
    size: str | tuple[float, float], *, title: str, language: str, made_at: datetime, lying: bool = False
) -> FPDF:
    """An empty page, `A4` or millimetres wide and high, with the house's fonts as `Text`, to be drawn on by hand."""
    from fpdf import FPDF

    paper = _dressed(FPDF("landscape" if lying else "portrait", format=size), title, language, made_at)
    paper.set_auto_page_break(False)
    return paper


def write(
    paper: FPDF,
    x: float,
    y: float,
    text: str,
    size: float,
    *,
    wide: float,
    bold: bool = False,
    grey: bool = False,
    align: str = "L",
) -> float:
    """Write text into a column from (x, y), millimetres, and return where the next may begin."""
    paper.set_font("Text", "B" if bold else "", size)
    paper.set_text_color(90 if grey else 16)
    paper.set_xy(x, y)
    paper.multi_cell(wide, size * LINE, text, align=align, new_x="LMARGIN", new_y="NEXT")
    return float(paper.get_y())


def height(paper: FPDF, text: str, size: float, *, wide: float, bold: bool = False) -> float:
    """How much of a column, in millimetres, `write` would take for a text."""
    paper.set_font("Text", "B" if bold else "", size)
    high = paper.multi_cell(wide, size * LINE, text, align="L", dry_run=True, output="HEIGHT")
    return cast("float", high)


def square(paper: FPDF, rows: Sequence[Sequence[bool]], x: float, y: float, side: float) -> None:
    """A QR code, dark modules true, as rectangles, which stay sharp on every printer."""
    dot = side / len(rows)
    paper.set_fill_color(0)
    for down, row in enumerate(rows):
        for first, last in _runs(row):
            paper.rect(x + first * dot, y + down * dot, (last - first) * dot, dot * 1.01, style="F")


def _runs(row: Sequence[bool]) -> list[tuple[int, int]]:
    """Begin and end of every dark stretch."""
    edges = [place for place in range(len(row) + 1) if _dark(row, place) != _dark(row, place - 1)]
    return list(zip(edges[::2], edges[1::2], strict=True))


def _dark(row: Sequence[bool], place: int) -> bool:
    return 0 <= place < len(row) and row[place]


def _dressed(paper: FPDF, title: str, language: str, made_at: datetime) -> FPDF:
    paper.set_creation_date(made_at)
    paper.set_title(title)
    paper.set_lang(language)
    paper.add_font("Text", "", FONTS / "Pretendard-Regular.ttf")
    paper.add_font("Text", "B", FONTS / "Pretendard-SemiBold.ttf")
    paper.set_margin(MARGIN)
    paper.add_page()
    paper.set_font("Text", size=SIZE)
    return paper


def _heading(paper: FPDF, block: Heading) -> None:
    size = _SIZES[block.level]
    if block.level > 1:
        paper.ln(3)
        if paper.will_page_break(4 * LEADING):
            paper.add_page()
    paper.set_font("Text", "B", size)
    with paper.local_context():
        paper.start_section(block.text, level=block.level - 1)
    paper.multi_cell(0, size * 0.5, block.text, align="L", new_x="LMARGIN", new_y="NEXT")
    paper.ln(1.5)
    paper.set_font("Text", size=SIZE)


def _table(paper: FPDF, block: Table) -> None:
    from fpdf.fonts import FontFace

    paper.set_font("Text", size=SIZE - 1.5)
    head = FontFace(emphasis="BOLD", fill_color=(235, 238, 240))
    options = {"line_height": LEADING - 0.6, "padding": 0.8, "text_align": "LEFT", "borders_layout": "HORIZONTAL_LINES"}
    with paper.table(col_widths=tuple(block.widths), headings_style=head, **options) as table:
        for cells in (block.head, *block.rows):
            row = table.row()
            for cell in cells:
                row.cell(cell)
    paper.set_font("Text", size=SIZE)
    paper.ln(2)
