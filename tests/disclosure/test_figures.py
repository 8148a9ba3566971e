"""Tiers, shares, phases, badges and codes of a ledger."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.disclosure.codes import Base, Degree, Scope
from portal.disclosure.figures import Figures, Interval, Tier, band_of, measure, tier_of
from tests.disclosure.seed import LEAD, film, part, seconds, slider

BASES = [frozenset(base) for base in ({Base.LIVE}, {Base.ANIM}, {Base.ARCH}, {Base.NONE}, {Base.LIVE, Base.ANIM})]
SHARES = st.integers(0, 10_000)


def figures(*parts: dict[str, object], **changes: object) -> Figures:
    return measure(film(*parts, **changes))


@pytest.mark.parametrize(
    ("degrees", "share", "base", "tier"),
    [
        ("N N N N N N N N", seconds(0), "LIVE", "L0"),
        ("P N E N N N N N", seconds(0), "LIVE", "L1"),
        ("N N N N N N G G", seconds(0), "LIVE", "L1"),
        ("N N N N G N N N", seconds(0), "LIVE", "L2"),
        ("N N G N N N N N", seconds(50), "LIVE", "L2"),
        ("N N G N N N N N", seconds(51), "LIVE", "L3"),
        ("N N G N N N N N", seconds(40, 11), "LIVE", "L3"),
        ("N N G N N N N N", slider(45), "NONE", "L2"),
        ("N N G N N N N N", slider(46), "NONE", "L3"),
        ("N N G N N N N N", slider(50), "NONE", "L3"),
        ("N N G N N N N N", slider(95), "NONE", "L3"),
        ("N N G N N N N N", slider(99), "NONE", "L3"),
        ("N N G N N N N N", slider(100), "NONE", "L4"),
        ("N N G N N N N N", seconds(94), "NONE", "L3"),
        ("N N G N N N N N", seconds(95), "NONE", "L4"),
        ("N N G N N N N N", seconds(95), "ANIM", "L3"),
    ],
)
def test_tier(degrees: str, share: dict[str, object], base: str, tier: str) -> None:
    assert figures(part(degrees, share=share, base=[base])).tier.name == tier


def test_raising_any_degree_never_lowers_the_tier() -> None:
    shares = [0, 2500, 5000, 5001, 9499, 9500, 10_000]
    for base, low, high in product(BASES, shares, shares):
        generated, visible = Interval(low, low), Interval(max(low, high), max(low, high))
        for scope in Scope:
            for others in Degree:
                grid = dict.fromkeys(Scope, others)
                tiers = [tier_of(grid | {scope: degree}, generated, visible, base) for degree in Degree]
                assert tiers == sorted(tiers)


@given(
    SHARES, SHARES, SHARES, SHARES, st.sampled_from(BASES), st.lists(st.sampled_from(Degree), min_size=8, max_size=8)
)
def test_raising_a_share_never_lowers_the_tier(
    low: int, more: int, visible: int, wider: int, base: frozenset[Base], degrees: list[Degree]
) -> None:
    grid = dict(zip(Scope, degrees, strict=True))
    generated, higher = sorted((low, more))
    seen, all_seen = sorted((visible, wider))
    before = tier_of(grid, Interval(generated, generated), Interval(0, seen), base)
    assert tier_of(grid, Interval(higher, higher), Interval(0, all_seen), base) >= before


@pytest.mark.parametrize("length", [1, 7, 101, 3599])
def test_slider_percent_is_exact_whatever_the_length(length: int) -> None:
    found = figures(part(share=slider(85, 5), picture_s=length))
    assert (found.generated, found.altered) == (Interval(8000, 9000), Interval(0, 1000))
    assert found.visible == Interval(8000, 10_000)


def test_slider_ends_are_exact_and_the_rest_is_clipped() -> None:
    assert figures(part(share=slider(0, 100))).generated == Interval(0, 0)
    assert figures(part(share=slider(0, 100))).altered == Interval(10_000, 10_000)
    assert figures(part(share=slider(2, 98))).generated == Interval(0, 700)
    assert figures(part(share=slider(2, 98))).visible == Interval(9300, 10_000)


def test_segments_decide_where_they_are_listed() -> None:
    segments = [
        {"in_s": 0, "out_s": 10, "degree": "G"},
        {"in_s": 10, "out_s": 15, "degree": "M"},
        {"in_s": 15, "out_s": 90, "degree": "E"},
    ]
    found = figures(part(share={"method": "TIMECODES", "segments": segments}))
    assert (found.generated.lo, found.altered.lo) == (1000, 500)


def test_one_estimated_part_makes_the_whole_an_estimate() -> None:
    whole = figures(part(share=seconds(50)), part(share=slider(50)))
    assert whole.method == "SLIDER"
    assert whole.generated == Interval(4750, 5250)


def test_a_draft_without_anything_has_figures() -> None:
    assert figures({}).tier is Tier.L0
    assert measure(film(parts=[])).tier is Tier.L0


@pytest.mark.parametrize(
    ("degrees", "phases"),
    [
        ("N N N N N N N N", [0, 0, 0, 0, 0]),
        ("P E P E P E P E", [1, 1, 1, 1, 1]),
        ("M N M M N M N M", [2, 2, 2, 2, 2]),
        ("G G N G N G G N", [3, 3, 3, 3, 3]),
    ],
)
def test_phases_take_the_higher_of_two_scopes(degrees: str, phases: list[int]) -> None:
    assert list(figures(part(degrees)).phases.values()) == phases


@pytest.mark.parametrize(
    ("performer", "badges"),
    [
        (LEAD, ["REPLICA_CONSENTED"]),
        (LEAD | {"consent": "DOC"}, ["REPLICA_CONSENTED"]),
        (LEAD | {"consent": "DECLARED"}, []),
        (LEAD | {"consent": "REVOKED"}, []),
        (LEAD | {"kind": "REP_DEC", "consent": "ESTATE"}, ["REPLICA_ESTATE"]),
        (LEAD | {"kind": "ALTER"}, []),
        ({"kind": "SYN"}, ["SYN_PERFORMER"]),
    ],
)
def test_performer_badges(performer: dict[str, object], badges: list[str]) -> None:
    assert list(figures(part(performers=[performer])).badges) == badges


def test_one_replica_without_consent_takes_the_badge_from_all() -> None:
    found = figures(part(performers=[LEAD, LEAD | {"name": "B", "consent": "NONE"}]))
    assert found.badges == ()


@pytest.mark.parametrize(
    ("degrees", "badges"),
    [
        ("M N N N N N N N", ["AI_SCRIPT"]),
        ("P N N M M N N N", []),
        ("N N N G G N N N", ["SYN_VOICE", "SYN_MUSIC"]),
    ],
)
def test_scope_badges(degrees: str, badges: list[str]) -> None:
    assert list(figures(part(degrees)).badges) == badges


def test_realistic_marks_the_parts_that_have_generated_material() -> None:
    whole = figures(part(), part("P N N N N N N N", share=seconds(0)), realistic=True)
    assert ["REALISTIC" in found.badges for found in (whole, *whole.parts)] == [True, True, False]


@pytest.mark.parametrize(
    ("degrees", "base", "icon"),
    [
        ("P N N N N N N N", "LIVE", "none"),
        ("N N M N N N N N", "LIVE", "Partially AI-Modified"),
        ("N N M N N N N N", "ARCH", "Partially AI-Modified"),
        ("N N M N N N N N", "ANIM", "basic AI"),
    ],
)
def test_eu_icon(degrees: str, base: str, icon: str) -> None:
    assert figures(part(degrees, base=[base])).eu_icon == icon


def test_generated_subtitles_count_as_generative_for_human_provenance() -> None:
    assert figures(part("P N N N N N N N", share=seconds(0))).hpf == "Assistive AI"
    assert figures(part("P N N N N N N G", share=seconds(0))).hpf == "Generative AI"
    assert figures(part("N N N N N N N N", share=seconds(0))).hpf == "No AI Used"


@pytest.mark.parametrize(
    ("degrees", "base", "share", "code"),
    [
        ("N N N N N N N N", ["LIVE"], 0, "digitalCapture"),
        ("N N N N N N N N", ["ANIM"], 0, "digitalCreation"),
        ("N N N N N N N N", ["ARCH"], 0, "positiveFilm"),
        ("N N N N N N N N", ["LIVE", "ARCH"], 0, "compositeCapture"),
        ("N N N N N N N N", ["LIVE", "ANIM"], 0, "humanEdits"),
        ("P N N N N N N N", ["LIVE"], 0, "humanEdits"),
        ("N N E N N N N N", ["LIVE"], 0, "algorithmicallyEnhanced"),
        ("N N M N N N N N", ["ANIM"], 40, "compositeWithTrainedAlgorithmicMedia"),
        ("N N M N N N N N", ["LIVE"], 90, "compositeWithTrainedAlgorithmicMedia"),
        ("N N M N N N N N", ["ANIM"], 90, "compositeSynthetic"),
        ("N N G N N N N N", ["NONE"], 100, "trainedAlgorithmicMedia"),
    ],
)
def test_digital_source_type(degrees: str, base: list[str], share: int, code: str) -> None:
    assert figures(part(degrees, base=base, share=seconds(share))).dst == code


def test_bands_of_screen_time() -> None:
    assert [band_of(ratio) for ratio in (0, 5000, 5001, 9000, 9001)] == [
        "part",
        "part",
        "more than half",
        "more than half",
        ">90 %",
    ]
