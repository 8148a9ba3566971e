"""An order as a form sends it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.jury.tiebreak.ordering import read

CODES = ["A", "B", "C", "D"]


def sent(*numbers: str, **more: str) -> dict[str, str]:
    return {f"place-{code}": number for code, number in zip(CODES, numbers, strict=False)} | more


@pytest.mark.parametrize(
    ("form", "codes"),
    [
        (sent("1", "2", "3", "4"), "ABCD"),
        (sent("4", "3", "2", "1"), "DCBA"),
        (sent("1", "2", "3", "1"), "DABC"),
        (sent("1", "1", "3", "4"), "BACD"),
        (sent("x", "-2", "", "4"), "ABCD"),
        (sent("99999", "2", "3", "4"), "ABCD"),
        (sent("9", "2", "3", "4"), "BCDA"),
        ({}, "ABCD"),
        ({"up": "C"}, "ACBD"),
        ({"down": "C"}, "ABDC"),
        ({"up": "A"}, "ABCD"),
        ({"down": "D"}, "ABCD"),
        ({"up": "not mine"}, "ABCD"),
    ],
)
def test_what_a_form_asks_for(form: dict[str, str], codes: str) -> None:
    assert "".join(read(form, CODES).codes) == codes


def test_only_its_button_hands_in() -> None:
    assert read({"final": "1"}, CODES).final
    assert not read({"final": "1", "up": "B"}, CODES).final
    assert not read({}, CODES).final


@given(st.dictionaries(st.sampled_from([f"place-{code}" for code in CODES] + ["up", "down", "final"]), st.text()))
def test_whatever_is_sent_no_film_is_lost_or_doubled(form: dict[str, str]) -> None:
    assert sorted(read(form, CODES).codes) == CODES
