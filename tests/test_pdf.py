"""Papers: the same bytes for the same text, both fonts within, heads that repeat, pages that count."""

from __future__ import annotations

import re
import zlib
from datetime import UTC, datetime

from portal import pdf
from portal.pdf import Heading, Paragraph, Table

AT = datetime(2027, 2, 19, 6, 30, tzinfo=UTC)
BLOCKS = [
    Heading("심사 회의록", 1),
    Paragraph("한서윤, KIM Sun-rye: 80 % 구간 6.10 – 7.90"),
    Heading("결정"),
    Table(("자리", "작품"), [(str(n), f"작품 {n}") for n in range(120)], (20, 80)),
]


def _made() -> bytes:
    return pdf.document(BLOCKS, title="심사 회의록", language="ko", made_at=AT)


def test_the_same_paper_is_the_same_bytes() -> None:
    assert _made() == _made()


def test_a_long_table_runs_over_pages_with_both_fonts() -> None:
    made = _made()
    assert made.startswith(b"%PDF-")
    pages = len(re.findall(rb"/Type /Page\b", made))
    assert pages >= 3
    assert len(re.findall(rb"/FontFile2", made)) == 2
    assert b"D:20270219063000" in made
    heads = [
        zlib.decompress(part) for part in re.findall(rb"stream\n(.*?)\nendstream", made, re.DOTALL) if part[:1] == b"x"
    ]
    drawn = [page for page in heads if page.count(b" Tj") + page.count(b" TJ") > 5]
    assert len(drawn) == pages, "every page has its head and its rows"


def test_a_long_title_leaves_the_page_number_on_the_page() -> None:
    paper = pdf.sheet("A4", title="", language="ko", made_at=AT)
    paper.set_font("Text", size=8)
    assert pdf.fitting(paper, "짧은 제목", 100) == "짧은 제목"
    for title in ("가" * 200, "A very long title indeed, " * 10):
        cut = pdf.fitting(paper, title, 100)
        assert cut.endswith("…")
        assert 95 < paper.get_string_width(cut) <= 100
    pdf.finished(paper)  # lets go of the fonts
