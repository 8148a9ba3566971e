"""Certificates of completion as PDF: a page for each student, with the number by which anybody can check it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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
    y = pdf.write(sheet, _LEFT, y + 14, one.name, _size(sheet, one.name), wide=_COLUMN, bold=True)
    if one.other_name and one.other_name != one.name:
        y = pdf.write(sheet, _LEFT, y + 1, one.other_name, 13, wide=_COLUMN, grey=True)
    y = pdf.write(sheet, _LEFT, y + 10, _("has completed the class named below."), 13, wide=_COLUMN)
    y = pdf.write(sheet, _LEFT, y + 5, one.cohort, 18, wide=_COLUMN, bold=True)
    span = f"{_date(one.starts_on)} – {_date(one.ends_on)}"
    pdf.write(sheet, _LEFT, y + 1, span, 11, wide=_COLUMN, grey=True)
    y = pdf.write(sheet, _LEFT, 166, _date(one.completed_on), 12, wide=_COLUMN)
    pdf.write(sheet, _LEFT, y + 1, one.festival, 15, wide=_COLUMN, bold=True)
    _check(sheet, one)


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
    """As large as the name fits on one line; the longest are broken at the smallest size."""
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
