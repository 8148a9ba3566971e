"""The worked example of the specification, figure by figure."""

from __future__ import annotations

import pytest

from portal import i18n
from portal.disclosure.command import label_report
from portal.disclosure.exports.shapes import flags
from portal.disclosure.figures import Figures, measure
from portal.disclosure.label import public_label
from portal.disclosure.rules.policies import evaluate, public_hold
from portal.disclosure.rules.presets import preset
from portal.disclosure.serial import from_json
from portal.disclosure.validation import check
from tests.disclosure.seed import LEAD, SEED


@pytest.fixture
def figures() -> Figures:
    return measure(from_json(SEED))


def test_shares_and_tiers_of_the_parts(figures: Figures) -> None:
    table = [(f.title, f.generated.lo, f.altered.lo, f.visible.lo, f.tier.name) for f in figures.parts]
    assert table == [
        ("P1", 5119, 2500, 7619, "L3"),
        ("P2", 10000, 0, 10000, "L4"),
        ("P3", 10000, 0, 10000, "L4"),
        ("P4", 10000, 0, 10000, "L4"),
        ("P5", 9207, 0, 9207, "L3"),
    ]


def test_the_whole_sums_seconds_before_it_divides(figures: Figures) -> None:
    assert figures.picture_s == 3385
    assert (figures.generated.lo, figures.generated.hi) == (8664, 8664)
    assert (figures.altered.lo, figures.altered.hi) == (620, 620)
    assert (figures.visible.lo, figures.visible.hi) == (9285, 9285)
    assert figures.tier.name == "L3"
    assert sorted(figures.base) == ["ANIM", "LIVE"]


def test_the_lead_is_more_than_ninety_percent_synthetic(figures: Figures) -> None:
    lead = figures.parts[0].appearances[0]
    assert (lead.ratio_bp, lead.band) == (9292, ">90 %")


def test_the_words_in_both_languages(figures: Figures) -> None:
    with i18n.using("en"):
        english = public_label(figures)
    with i18n.using("ko"):
        korean = public_label(figures)
    assert english.headline == "Mostly AI-made"
    assert english.numbers == "87% of picture time generated, 6% altered (from time-codes)"
    assert "1 of 5 parts works with filmed material." in english.sentences
    assert "Some scenes look real and are not." in english.sentences
    assert korean.headline == "대부분 AI"
    assert korean.numbers == "화면 시간 중 생성 87%, 변형 6% (타임코드 기준)"


def test_part_labels_stand_beside_the_label_of_the_whole(figures: Figures) -> None:
    with i18n.using("en"):
        parts = public_label(figures).parts
    assert [(part.title, int(part.label.tier)) for part in parts] == [
        ("P1", 3),
        ("P2", 4),
        ("P3", 4),
        ("P4", 4),
        ("P5", 3),
    ]


def test_what_other_bodies_would_say(figures: Figures) -> None:
    assert (figures.eu_icon, figures.hpf) == ("basic AI + text", "Generative AI")
    assert figures.dst == "compositeWithTrainedAlgorithmicMedia"
    assert flags(figures) == {"yt_altered": True, "oscar_script_ok": True, "oscar_acting_ok": False}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("CANNES_LIKE", {"P10": "PASS", "P11": "FAIL", "P02": "FAIL"}),
        ("AI_MAJORITY", {"P01": "PASS"}),
        ("HYBRID", {"P05": "PASS", "P01": "PASS", "P02": "FAIL"}),
        ("TRADITIONAL", {"P06": "FAIL"}),
        ("AWARDS_SAFE", {"P10": "PASS", "P11": "FAIL"}),
        ("AI_SECTION", {"P03": "PASS", "P13": "NEEDS_REVIEW", "P07": "PASS"}),
        ("SCHOOL_U18", {"P08": "PASS", "P09": "PASS", "P07": "PASS"}),
    ],
)
def test_the_presets(name: str, expected: dict[str, str]) -> None:
    assert {result.code: result.outcome for result in evaluate(preset(name), from_json(SEED))} == expected


def test_without_consent_the_policy_fails_and_the_film_is_hidden() -> None:
    lead = LEAD | {"consent": "PENDING"}
    ledger = from_json(SEED | {"parts": [SEED["parts"][0] | {"performers": [lead]}, *SEED["parts"][1:]]})
    results = {result.code: result for result in evaluate(preset("AI_SECTION"), ledger)}
    hold = public_hold(ledger)
    assert results["P07"].outcome == "FAIL"
    assert "Actress A" in results["P07"].message
    assert hold is not None
    assert hold.reason == "UNPROVEN"
    assert "REPLICA_CONSENTED" not in measure(ledger).badges
    assert public_hold(from_json(SEED)) is None


def test_nothing_is_wrong_with_it() -> None:
    assert check(from_json(SEED)) == []


def test_the_report_of_the_command() -> None:
    report = label_report(SEED)
    assert report["tier"] == "L3"
    assert report["generated_bp"] == [8664, 8664]
    assert report["altered_bp"] == [620, 620]
    assert report["badges"] == ["REPLICA_CONSENTED", "SYN_PERFORMER", "SYN_VOICE", "SYN_MUSIC", "REALISTIC"]
    assert report["phases"] == {"script": 1, "picture": 3, "voice": 3, "music": 3, "editing": 1}
    assert report["parts"][0]["performers"][0]["ratio_bp"] == 9292
    assert report["parts"][0]["performers"][0]["band"] == ">90 %"
    assert report["policies"]["CANNES_LIKE"]["P11"] == "FAIL"
    assert report["violations"] == []
