"""Charts draw what they are given, say it in words, and keep strangers' text as text."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest
from markupsafe import Markup

from portal.web import chart_samples, charts
from portal.web.drawing import Scale, steps

DRAWN = {
    "trend": charts.trend(chart_samples.TREND),
    "ranking": charts.ranking(chart_samples.RANKING),
    "ai_use": charts.ai_use(chart_samples.SHARES),
    "funnel": charts.funnel(chart_samples.FUNNEL),
    "histogram": charts.histogram(chart_samples.HISTOGRAM),
}


def _drawings(markup: Markup) -> list[ET.Element]:
    return list(ET.fromstring(f"<all>{markup}</all>"))


def _texts(drawing: ET.Element) -> list[str]:
    return [element.text or "" for element in drawing.iter("text")]


@pytest.mark.parametrize("name", DRAWN)
def test_a_chart_comes_wide_and_narrow_with_its_finding(name: str) -> None:
    wide, narrow = _drawings(DRAWN[name])
    assert "chart--w" in wide.attrib["class"]
    assert "chart--n" in narrow.attrib["class"]
    assert wide.attrib["role"] == "img"
    assert wide.attrib["aria-label"] == narrow.attrib["aria-label"] != ""


@pytest.mark.parametrize("name", DRAWN)
def test_a_chart_stays_inside_its_sheet(name: str) -> None:
    for drawing in _drawings(DRAWN[name]):
        _, _, width, height = map(float, drawing.attrib["viewBox"].split())
        for circle in drawing.iter("circle"):
            assert 0 <= float(circle.attrib["cx"]) <= width
            assert 0 <= float(circle.attrib["cy"]) <= height
        for rect in drawing.iter("rect"):
            assert float(rect.attrib["x"]) + float(rect.attrib["width"]) <= width + 0.1
            assert float(rect.attrib["width"]) >= 0


@pytest.mark.parametrize("name", DRAWN)
def test_a_chart_needs_no_style(name: str) -> None:
    assert "style" not in DRAWN[name]


def test_names_of_films_stay_text() -> None:
    film = charts.Ranked(1, "<script>알림</script>", 7, 7, 6.5, 7.5, 90)
    drawn = charts.ranking(charts.Ranking("“<b>”", [film], 1, "본선", ("a", "b", "c")))
    assert "<script>" not in drawn
    assert "&lt;script&gt;" in drawn
    assert "<b>" not in drawn


def test_the_cut_stands_after_the_last_chosen_place() -> None:
    wide, _ = _drawings(DRAWN["ranking"])
    cut = next(float(rect.attrib["y"]) for rect in wide.iter("rect") if rect.attrib["class"] == "cutline")
    heights = {text.text: float(text.attrib["y"]) for text in wide.iter("text")}
    assert heights["24"] < cut < heights["25"] + 10


@pytest.mark.parametrize(("chance", "standing"), [(75, "in"), (74, "mid"), (30, "mid"), (29, "out")])
def test_standing_follows_the_chance(chance: int, standing: str) -> None:
    assert charts.Ranked(1, "", 7, 7, 6, 8, chance).standing == standing


def test_shares_are_as_wide_as_they_are_large() -> None:
    wide, _ = _drawings(DRAWN["ai_use"])
    widths = [float(rect.attrib["width"]) for rect in wide.iter("rect")][:4]
    assert widths == sorted(widths, reverse=True)
    assert widths[0] / widths[1] == pytest.approx(52 / 31, rel=0.02)


def test_small_shares_carry_no_number_that_would_not_fit() -> None:
    wide, _ = _drawings(DRAWN["ai_use"])
    assert "5%" not in _texts(wide)
    assert "12%" in _texts(wide)


def test_the_table_twin_has_every_number_of_the_chart() -> None:
    assert chart_samples.TREND.rows()[-1] == ("12월 4일", "412", "298")
    assert chart_samples.RANKING.rows()[0] == ("22 여름밤의 프레임", "7.70", "7.40", "7.04–7.76", "82%")
    assert chart_samples.SHARES.rows()[1] == ("영상", "18%", "17%", "24%", "41%")
    assert chart_samples.FUNNEL.rows()[1] == ("파일 검사 통과", "398", "열리지 않음 14")


def test_a_narrow_chart_names_three_steps_at_most() -> None:
    steps_named = [(n, f"{n}일") for n in range(6)]
    wide, narrow = _drawings(charts.trend(charts.Trend("", range(6), range(6), steps_named)))
    assert [text for text in _texts(wide) if text.endswith("일")] == [name for _, name in steps_named]
    assert [text for text in _texts(narrow) if text.endswith("일")] == ["0일", "3일", "5일"]


def test_an_empty_edition_still_draws() -> None:
    nothing = charts.Trend("아직 출품이 없어요.", now=[0, 0], before=[0, 0], ticks=[(0, "오늘")])
    assert len(_drawings(charts.trend(nothing))) == 2
    assert charts.spark([0, 0])
    assert charts.pace(0, 0, 0, "n", "0편")
    assert charts.funnel(charts.Bars("없음", [("접수", 0, "")]))


def test_pace_never_leaves_its_bar() -> None:
    [drawing] = _drawings(charts.pace(40, 33, 50, "ok", "33편 가운데 40편"))
    for rect in drawing.iter("rect"):
        assert float(rect.attrib["x"]) + float(rect.attrib["width"]) <= 200


def test_seats_fill_the_hall_exactly() -> None:
    [drawing] = _drawings(charts.seats([277, 15, 8], 300, "300석"))
    last = list(drawing.iter("rect"))[-1]
    assert float(last.attrib["x"]) + float(last.attrib["width"]) == pytest.approx(299, abs=0.2)


@pytest.mark.parametrize(
    ("top", "expected"),
    [(0, [0, 1]), (3, [0, 1, 2, 3]), (412, [0, 100, 200, 300, 400, 500]), (501, [0, 200, 400, 600])],
)
def test_grid_lines_are_round_and_enclose_the_top(top: float, expected: list[int]) -> None:
    assert steps(top) == expected


def test_a_scale_without_span_does_not_divide_by_zero() -> None:
    assert Scale(5, 5, 0, 100)(5) == 0


def test_sparks_are_decoration() -> None:
    assert re.search(r'class="spark".*aria-hidden="true"', charts.spark([1, 2, 3]))
