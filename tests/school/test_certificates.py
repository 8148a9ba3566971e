"""Certificates on paper: whatever anybody is called, no line is printed over another."""

from __future__ import annotations

from datetime import UTC, date, datetime

from portal import pdf
from portal.school import certificates
from portal.school.certificates import Certificate

DAY = date(2027, 1, 31)


def test_long_names_keep_to_their_part_of_the_page() -> None:
    sheet = pdf.sheet("A4", title="수료증", language="ko", made_at=datetime(2027, 1, 31, tzinfo=UTC), lying=True)
    sizes = []
    for name in ("한서윤", "가나다라마" * 40, "W" * 200, "아주 긴 이름 " * 25):
        words = {"name": name, "other_name": name[::-1], "cohort": name, "festival": name}
        days = {"starts_on": DAY, "ends_on": DAY, "completed_on": DAY}
        one = Certificate("PANC-7K3QX", **words, **days, address="https://pan.example")
        said, signed = certificates.said(sheet, one, high=100), certificates.signed(sheet, one)
        assert sum(line.high(sheet) for line in said) <= 100
        assert sum(line.high(sheet) for line in signed) <= 30
        sizes.append([line.size for line in (*said, *signed)])
    pdf.finished(sheet)
    assert sizes[0] == [34, 13, 13, 18, 11, 12, 15]
    assert min(map(min, sizes)) >= 6
