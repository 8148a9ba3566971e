"""The consent on paper: a page for each student, to be signed by hand where a link does not help."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from portal import i18n, pdf
from portal.i18n import N_, language, translate
from portal.school.guardians.words import SEPARATOR

if TYPE_CHECKING:
    from fpdf import FPDF

_ = translate
_LEFT, _WIDE = 20.0, 170.0
_LINES = (N_("Guardian's name"), N_("Relation to the student"), N_("Day of signing"), N_("Signature"))


@dataclass(frozen=True, slots=True)
class Form:
    """One page: the student, the class, and the words in both languages."""

    student: str
    cohort: str
    text: str


def paper(forms: Sequence[Form], *, title: str, made_at: datetime) -> bytes:
    """All pages as one PDF, A4."""
    sheet = pdf.sheet("A4", title=title, language=language(), made_at=made_at)
    for n, one in enumerate(forms):
        if n:
            sheet.add_page()
        _page(sheet, one)
    return pdf.finished(sheet)


def _page(sheet: FPDF, form: Form) -> None:
    y = pdf.write(sheet, _LEFT, 18, "P.A.N", 11, wide=_WIDE, bold=True)
    y = pdf.write(sheet, _LEFT, y + 4, _("Guardian's consent"), 20, wide=_WIDE, bold=True)
    y = pdf.write(sheet, _LEFT, y + 2, f"{form.student} · {form.cohort}", 12, wide=_WIDE)
    for spoken, words in zip(i18n.LANGUAGES, form.text.split(SEPARATOR), strict=True):
        y = pdf.write(sheet, _LEFT, y + 5, words, 10 if spoken == language() else 8.5, wide=_WIDE)
    for label in _LINES:
        y = _line(sheet, y + 9, _(label))


def _line(sheet: FPDF, y: float, label: str) -> float:
    pdf.write(sheet, _LEFT, y, label, 9, wide=50, grey=True)
    sheet.set_draw_color(90)
    sheet.line(_LEFT + 50, y + 5, _LEFT + _WIDE, y + 5)
    return y + 4
