"""The label in words."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_file
from hypothesis import given
from hypothesis import strategies as st

from portal import disclosure, i18n
from portal.disclosure.codes import Scope
from portal.disclosure.figures import Interval, measure
from portal.disclosure.label import Declaration, card_label, percent, percent_range, public_label
from portal.disclosure.phrases import choices, phase_levels
from tests.disclosure.seed import LEAD, film, part, seconds, slider


@given(st.integers(0, 10_000))
def test_percent_stays_within_one_and_on_its_side_of_the_edges(bp: int) -> None:
    shown = percent(bp)
    assert abs(shown * 100 - bp) < 100
    assert (shown > 50) == (bp > 5000)
    assert (shown >= 95) == (bp >= 9500)
    assert (shown == 0) == (bp == 0)
    assert (shown == 100) == (bp == 10_000)


def test_percent_rounds_half_up_elsewhere() -> None:
    assert [percent(bp) for bp in (620, 650, 8664, 9292)] == [6, 7, 87, 93]


def test_a_range_is_shown_only_where_there_is_one() -> None:
    assert percent_range(Interval(8664, 8664)) == "87%"
    assert percent_range(Interval(8000, 9000)) == "80–90%"


@pytest.mark.parametrize(
    ("degrees", "share", "korean", "english"),
    [
        ("N N N N N N N N", 0, "AI 사용 안 함", "No AI used"),
        ("P N N N N N N N", 0, "AI 보조", "AI-assisted: no AI-made picture, sound or script in the film"),
        ("N N M N N N N N", 40, "일부 AI", "Contains AI-made or AI-altered parts"),
        ("N N M N N N N N", 90, "대부분 AI", "Mostly AI-made"),
        ("N N G N N N N N", 100, "전체 AI 영상", "Picture fully AI-generated"),
    ],
)
def test_headlines(degrees: str, share: int, korean: str, english: str) -> None:
    figures = measure(film(part(degrees, share=seconds(share), base=["NONE"])))
    assert public_label(figures).headline == korean
    with i18n.using("en"):
        assert public_label(figures).headline == english


def test_phases_name_craft_and_level() -> None:
    phases = public_label(measure(film(part("P G G M N N N E")))).phases
    assert phases == (
        ("대본", 1, "AI 보조"),
        ("영상", 3, "AI 생성"),
        ("음성", 2, "함께"),
        ("음악", 0, "사람"),
        ("편집", 1, "AI 보조"),
    )


def test_a_card_says_the_same_as_the_full_label() -> None:
    figures = measure(film(part("P G G M G N N E"), realistic=True))
    stored = {craft.value: n for craft, n in figures.phases.items()}
    card, full = card_label(int(figures.tier), stored, [badge.value for badge in figures.badges]), public_label(figures)
    assert (card.tier, card.headline, card.phases, card.badges) == (full.tier, full.headline, full.phases, full.badges)
    assert {(phase.n, phase.level) for phase in card.phases} <= set(phase_levels())


def test_an_estimate_says_so() -> None:
    with i18n.using("en"):
        numbers = public_label(measure(film(part(share=slider(40))))).numbers
    assert numbers == "35–45% of picture time generated, 0% altered (the creator's estimate)"


def test_declaration_and_verified_clips_close_the_text() -> None:
    figures = measure(film())
    with i18n.using("en"):
        label = public_label(figures, Declaration(2, date(2026, 11, 22), verified_clips=1))
        silent = public_label(figures, Declaration(2, date(2026, 11, 22)))
    assert label.text.splitlines()[-2:] == [
        "Declared by the creator, revision 2, Sun 22 Nov 2026",
        "File credentials verified for 1 source clip",
    ]
    assert "credentials" not in silent.text


def test_a_name_is_public_only_with_public_credit() -> None:
    with i18n.using("en"):
        named = public_label(measure(film(part(performers=[LEAD]))))
        unnamed = public_label(measure(film(part(performers=[LEAD | {"public_credit": False}]))))
    assert "AI-made part of Actress A's screen time: more than 90%." in named.text
    assert "Actress A" not in unnamed.text
    assert "More than 90% of one performer's screen time is AI-made." in unnamed.text


def test_choices_are_in_the_order_of_the_grid() -> None:
    assert [code for code, _ in choices(Scope)] == ["SCR", "IMG", "VID", "VOI", "MUS", "SFX", "EDT", "LOC"]
    assert choices(Scope)[0] == ("SCR", "대본·대사")


def test_every_sentence_of_the_package_is_in_korean_with_the_same_placeholders() -> None:
    catalog = i18n.catalog("ko")
    for path in Path(disclosure.__path__[0]).glob("*.py"):
        for _, messages, _, _ in extract_from_file("python", path, keywords={"_": None, "N_": None, "translate": None}):
            english = str(messages)
            korean = catalog.gettext(english)
            assert korean != english or english == "AI", f"{path.name}: {english}"
            assert set(re.findall(r"{\w+}", korean)) == set(re.findall(r"{\w+}", english)), english
