"""A ticket on paper: an A4 page to fold once, and a card for the wallet."""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING

from portal import pdf
from portal.audience.passes import Pass
from portal.audience.tickets import qr_rows
from portal.i18n import language, translate

if TYPE_CHECKING:
    from fpdf import FPDF
    from PIL import Image, ImageDraw, ImageFont

_ = translate
_WIDE, _HIGH, _FOLD = 210.0, 297.0, 148.5
_LEFT, _TEXT, _QR = 18.0, 102.0, 64.0
# A card of 85.6 × 54 mm (ISO 7810, ID-1) at 300 dots to the inch
CARD = (1011, 638)
_PAD = 44
_INK, _DIM, _LINE = "#10171b", "#55626a", "#ccd4d8"


def folded(ticket: Pass, *, address: str, made_at: datetime) -> bytes:
    """The ticket as a PDF: above the fold what the door wants to see, below it what its holder wants to know."""
    paper = pdf.sheet("A4", title=f"{ticket.title} · {ticket.code}", language=language(), made_at=made_at)
    _edge(paper, ticket, 16)
    _words(paper, ticket)
    pdf.square(paper, qr_rows(address), _WIDE - 18 - _QR, 30, _QR)
    paper.set_dash_pattern(dash=1.5, gap=2)
    paper.set_draw_color(120)
    paper.line(10, _FOLD, _WIDE - 10, _FOLD)
    paper.set_dash_pattern()
    _say(paper, _LEFT, _FOLD - 6, _("Fold here"), 8, grey=True)
    _below(paper, ticket)
    return pdf.finished(paper)


def _edge(paper: FPDF, ticket: Pass, y: float) -> None:
    _say(paper, _LEFT, y, "P.A.N", 13, bold=True)
    paper.set_xy(_LEFT, y)
    paper.set_font("Text", size=9)
    paper.cell(_WIDE - 2 * _LEFT, 6, ticket.code, align="R")


def _words(paper: FPDF, ticket: Pass) -> None:
    y = _say(paper, _LEFT, 32, ticket.when, 15, bold=True)
    y = _say(paper, _LEFT, y + 1, ticket.title, 25, bold=True) + 5
    facts = (
        (_("Place of the screening"), f"{ticket.venue} · {ticket.hall}"),
        (_("Doors"), ticket.doors),
        (_("Seats"), ticket.seats),
        (_("Name"), ticket.holder),
    )
    for name, value in facts:
        y = _say(paper, _LEFT, y, name, 9, grey=True)
        y = _say(paper, _LEFT, y, value, 13) + 2.5


def _below(paper: FPDF, ticket: Pass) -> None:
    y = _say(paper, _LEFT, _FOLD + 12, ticket.title, 15, bold=True, wide=174) + 2
    for film in ticket.films[:14]:
        y = _say(paper, _LEFT, y, film, 10.5, wide=174) + 0.8
    place = " · ".join(part for part in (ticket.venue, ticket.hall, ticket.address) if part)
    sentences = (
        place,
        ticket.at_the_door,
        _("If you cannot come, give the seats back with the link in your mail: somebody waits for them."),
    )
    y += 5
    for sentence in sentences:
        y = _say(paper, _LEFT, y, sentence, 10, wide=174) + 1.5


def _say(paper: FPDF, x: float, y: float, text: str, size: float, *, wide: float = _TEXT, **how: bool) -> float:
    """Write text from (x, y) and return where the next may begin."""
    return pdf.write(paper, x, y, text, size, wide=wide, bold=how.get("bold", False), grey=how.get("grey", False))


@cache
def _font(size: int, bold: bool) -> ImageFont.FreeTypeFont:
    from PIL import ImageFont

    return ImageFont.truetype(str(pdf.FONTS / f"Pretendard-{'SemiBold' if bold else 'Regular'}.ttf"), size)


def card(ticket: Pass, *, address: str) -> bytes:
    """The ticket at the size of a bank card, as a PNG: for a phone's photographs or a printer."""
    from PIL import Image, ImageDraw  # a page needs no picture library

    wide, high = CARD
    picture = Image.new("RGB", CARD, "white")
    pen = ImageDraw.Draw(picture)
    code = _code_picture(address, high - 2 * _PAD)
    picture.paste(code, (wide - _PAD - code.width, (high - code.height) // 2))
    room = wide - code.width - 3 * _PAD
    pen.text((_PAD, _PAD - 8), "P.A.N", fill=_INK, font=_font(34, True))
    y = _PAD + 62
    y = _lines(pen, y, ticket.when, 36, room, bold=True, most=2) + 6
    y = _lines(pen, y, ticket.title, 50, room, bold=True, most=2) + 12
    for text in (f"{ticket.hall} · {_('Doors')} {ticket.doors}", ticket.seats, ticket.holder):
        y = _lines(pen, y, text, 30, room, most=2)
    pen.text((_PAD, high - _PAD - 22), ticket.code, fill=_DIM, font=_font(24, False))
    pen.rectangle((0, 0, wide - 1, high - 1), outline=_LINE)
    kept = BytesIO()
    picture.save(kept, "PNG", dpi=(300, 300), optimize=True)
    return kept.getvalue()


def _code_picture(address: str, side: int) -> Image.Image:
    from PIL import Image

    rows = qr_rows(address)
    small = Image.new("1", (len(rows), len(rows)), 1)
    small.putdata([not dark for row in rows for dark in row])
    times = min(side, 500) // len(rows)
    return small.resize((len(rows) * times, len(rows) * times), Image.Resampling.NEAREST)


def _lines(
    pen: ImageDraw.ImageDraw, y: int, text: str, size: int, room: int, *, bold: bool = False, most: int = 1
) -> int:
    """Text broken to the room there is, at most so many lines; returns where the next may begin."""
    font = _font(size, bold)
    for line in _broken(text, font, room)[:most]:
        pen.text((_PAD, y), line, fill=_INK, font=font)
        y += round(size * 1.3)
    return y


def _broken(text: str, font: ImageFont.FreeTypeFont, room: int) -> list[str]:
    """Lines that fit: broken between words, or inside one that is longer than a line."""
    lines = [""]
    for word in re.findall(r"\S+\s*", text):
        if font.getlength((lines[-1] + word).rstrip()) > room and lines[-1]:
            lines.append("")
        for letter in word:
            if font.getlength((lines[-1] + letter).rstrip()) > room:
                lines.append("")
            lines[-1] += letter
    return lines
