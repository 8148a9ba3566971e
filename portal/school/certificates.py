"""Certificates of completion as PDF: a page for each student, with the number by which anybody can check it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

import segno

from portal import pdf
from portal.i18n import language, translate

if TYPE_CHECKING:
    from fpdf import FPDF

_ = translate
_WIDE, _HIGH = 297.0, 210.0
_LEFT, _COLUMN = 30.0, 170.0
_QR = 34.0
_LARGEST, _SMALLEST = 34.0, 14.0
_SIGNED = 166.0
_STEP = 0.95
_GELS = ((242, 151, 31), (224, 72, 122), (74, 67, 207), (12, 143, 146), (111, 154, 34))


@dataclass(frozen=True, slots=True)
class Certificate:
    """What one page says; the names in the reader's script and the other one, `address` checks the number."""

    number: str
    name: str
    other_name: str
    cohort: str
    festival: str
    starts_on: date
    ends_on: date
    completed_on: date
    address: str


def paper(certificates: Sequence[Certificate], *, made_at: datetime) -> bytes:
    """All of them in one file, A4 lying, in the language in use."""
    first = certificates[0]
    title = _("Certificate of completion")
    named = f"{title} · {first.name if len(certificates) == 1 else first.cohort}"
    sheet = pdf.sheet("A4", title=named, language=language(), made_at=made_at, lying=True)
    for n, one in enumerate(certificates):
        if n:
            sheet.add_page()
        _page(sheet, one)
    return pdf.finished(sheet)


def _page(sheet: FPDF, one: Certificate) -> None:
    sheet.set_draw_color(90)
    sheet.set_line_width(0.3)
    sheet.rect(12, 12, _WIDE - 24, _HIGH - 24)
    _gels(sheet)
    pdf.write(sheet, _LEFT, 28, "P.A.N", 15, wide=_COLUMN, bold=True)
    y = pdf.write(sheet, _LEFT, 48, _("Certificate of completion"), 24, wide=_COLUMN, bold=True)
    _write(sheet, said(sheet, one, high=_SIGNED - 5 - y), y)
    _write(sheet, signed(sheet, one), _SIGNED)
    _check(sheet, one)


@dataclass(frozen=True, slots=True)
class Line:
    """Some words, `gap` millimetres below those before them."""

    gap: float
    text: str
    size: float
    bold: bool = False
    grey: bool = False

    def high(self, sheet: FPDF) -> float:
        """What it takes of the page, with the gap."""
        return self.gap + pdf.height(sheet, self.text, self.size, wide=_COLUMN, bold=self.bold)


def said(sheet: FPDF, one: Certificate, *, high: float) -> list[Line]:
    """Who has completed what, and when; long names in smaller letters, so that all keeps to `high` millimetres."""
    other = [Line(1, one.other_name, 13, grey=True)] if one.other_name not in ("", one.name) else []
    lines = [
        Line(14, one.name, _size(sheet, one.name), bold=True),
        *other,
        Line(10, _("has completed the class named below."), 13),
        Line(5, one.cohort, 18, bold=True),
        Line(1, f"{_date(one.starts_on)} – {_date(one.ends_on)}", 11, grey=True),
    ]
    return _fitted(sheet, lines, high)


def signed(sheet: FPDF, one: Certificate) -> list[Line]:
    """The day and the festival, within the frame."""
    lines = [Line(0, _date(one.completed_on), 12), Line(1, one.festival, 15, bold=True)]
    return _fitted(sheet, lines, _HIGH - 14 - _SIGNED)


def _fitted(sheet: FPDF, lines: list[Line], high: float) -> list[Line]:
    while sum(line.high(sheet) for line in lines) > high:
        lines = [replace(line, gap=line.gap * _STEP, size=line.size * _STEP) for line in lines]
    return lines


def _write(sheet: FPDF, lines: Sequence[Line], y: float) -> None:
    for line in lines:
        y = pdf.write(sheet, _LEFT, y + line.gap, line.text, line.size, wide=_COLUMN, bold=line.bold, grey=line.grey)


def _date(value: date) -> str:
    """A date as papers say it, without the day of the week."""
    if language() == "ko":
        return f"{value.year}년 {value.month}월 {value.day}일"
    return f"{value.day} {value:%B %Y}"


def _gels(sheet: FPDF) -> None:
    """The lamps of the festival along the upper edge, as on its posters."""
    for n, colour in enumerate(_GELS):
        sheet.set_fill_color(*colour)
        sheet.ellipse(_WIDE - 78 + n * 9.5, 27, 8, 8, style="F")


def _size(sheet: FPDF, name: str) -> float:
    """As large as the name fits on one line; the longest are broken, and made smaller with everything else."""
    size = _LARGEST
    while size > _SMALLEST:
        sheet.set_font("Text", "B", size)
        if sheet.get_string_width(name) <= _COLUMN - 4:
            break
        size -= 1
    return size


def _check(sheet: FPDF, one: Certificate) -> None:
    """The square to check it by, and the same in letters."""
    left = _WIDE - _LEFT - _QR - 8
    rows = [[bool(module) for module in row] for row in segno.make(one.address, error="m", micro=False).matrix]
    pdf.square(sheet, rows, left + 8, 128, _QR)
    y = pdf.write(sheet, left - 14, 166, _("Number"), 9, wide=_QR + 22, grey=True, align="R")
    y = pdf.write(sheet, left - 14, y, one.number, 12, wide=_QR + 22, bold=True, align="R")
    pdf.write(sheet, left - 44, y + 1, one.address, 8, wide=_QR + 52, grey=True, align="R")
