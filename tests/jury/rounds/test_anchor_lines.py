"""What scores mean is typed as lines; each mistake is named by its field."""

from __future__ import annotations

import pytest

from portal.errors import Invalid
from portal.jury.rounds.anchor_lines import read, written
from portal.jury.rounds.anchors import ANCHORS


@pytest.mark.parametrize("code", ANCHORS)
def test_what_is_written_is_read_again(code: str) -> None:
    lines = [written(ANCHORS[code], language) for language in ("ko", "en")]
    assert read(*lines) == ANCHORS[code]


def test_numbers_may_be_set_off_in_any_usual_way() -> None:
    found = read("2: 둘\n\n8) 여덟\n10 열", "10 ten\n8 - eight\n2. two")
    assert found == {
        "2": {"ko": "둘", "en": "two"},
        "8": {"ko": "여덟", "en": "eight"},
        "10": {"ko": "열", "en": "ten"},
    }
    assert read("", "") == {}


@pytest.mark.parametrize(
    ("ko", "en", "field", "says"),
    [
        ("좋다", "", "anchors_ko", "Begin each line"),
        ("11 좋다", "", "anchors_ko", "Begin each line"),
        ("0 없다", "", "anchors_ko", "Begin each line"),
        ("8", "", "anchors_ko", "Begin each line"),
        ("8 좋다", "", "anchors_en", "both languages"),
        ("", "8 good", "anchors_ko", "both languages"),
        ("8 좋다\n8 더", "8 good", "anchors_ko", "twice"),
        ("8 좋다", "8 " + "g" * 201, "anchors_en", "Shorten"),
    ],
)
def test_what_is_wrong_is_named(ko: str, en: str, field: str, says: str) -> None:
    with pytest.raises(Invalid) as caught:
        read(ko, en)
    assert caught.value.field == field
    assert says in caught.value.code
