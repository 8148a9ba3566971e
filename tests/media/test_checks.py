"""The verdict names the exact figure and the way out, in both languages."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from portal.i18n import using
from portal.media.checks import Rule, check, flaws
from portal.media.edges import Edges
from portal.media.findings import SENTENCES, Finding, Refused, verdict
from portal.media.inspection import Facts
from portal.media.probe import Film
from portal.media.sound import Sound
from portal.media.stretches import Stretch

FILM = Film("mov", "h264", "yuv420p", 1212.4, 1920, 1080, 0, "24", False, "aac", 2, 1212.4)
FACTS = Facts(FILM, Sound(-23.0, -3.0))


def told(
    rule: Rule | None = None, *, sound: Sound | None = None, edges: Edges | None = None, **film: object
) -> list[str]:
    """The codes of what there is to say about the film with these things changed."""
    facts = Facts(replace(FILM, **film), sound or FACTS.sound, edges or Edges())  # type: ignore[arg-type]
    return [finding.code for finding in check(facts, rule or Rule()).findings]


def test_a_fitting_film_is_accepted_without_a_word() -> None:
    held = check(FACTS, Rule(max_seconds=1212, min_seconds=60, min_height=1080))
    assert held.accepted
    assert held.notices == []


def test_too_long_says_how_much_to_cut() -> None:
    [reason] = check(FACTS, Rule(max_seconds=1200)).reasons
    assert (reason.figure, reason.rule, reason.severity) == (1212, 1200, "fix")
    with using("en"):
        assert reason.sentence == "It runs 20 min 12 s. This category takes films up to 20 min. Cut 12 s."
    with using("ko"):
        assert reason.sentence == "20분 12초예요. 이 부문은 20분까지 받아요. 12초만큼 줄여 주세요."


def test_an_upright_film_is_measured_by_its_shorter_side() -> None:
    assert told(Rule(min_height=720), width=720, height=1280) == []
    [reason] = check(Facts(replace(FILM, width=640, height=1136)), Rule(min_height=720)).reasons
    assert reason == Finding("too_low", {"width": 640, "height": 1136, "lines": 640, "limit": 720})
    assert (reason.figure, reason.rule) == (640, 720)


def test_closing_credits_do_not_count() -> None:
    assert not check(FACTS, Rule(max_seconds=1200)).accepted
    held = check(FACTS, Rule(max_seconds=1200), credits_from=1195.8)
    assert held.accepted
    assert held.notices == [Finding("credits", {"length": 1195, "whole": 1212})]
    assert not check(FACTS, Rule(min_seconds=1200), credits_from=1195.8).accepted


def test_too_short() -> None:
    assert [reason.code for reason in check(FACTS, Rule(min_seconds=1213)).reasons] == ["too_short"]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"channels": 0}, "no_sound"),
        ({"channels": 6}, "surround"),
        ({"sound_seconds": 1200.0}, "sound_ends"),
        ({"interlaced": True}, "interlaced"),
        ({"vfr": True}, "vfr"),
        ({"rate": "12"}, "odd_rate"),
        ({"hdr": "pq"}, "hdr"),
        ({"sound": Sound(None, None)}, "silent"),
        ({"sound": Sound(-40.0, -20.0)}, "quiet"),
        ({"sound": Sound(-8.0, -1.5)}, "loud"),
        ({"sound": Sound(-14.0, 0.3)}, "peak"),
        ({"sound": Sound(-23.0, -3.0, (Stretch(10.0, 40.0),))}, "silence"),
        ({"edges": Edges(black_start=2.5)}, "black_start"),
        ({"edges": Edges(black_end=2.5)}, "black_end"),
    ],
)
def test_notices_stop_nobody(changed: dict[str, Any], code: str) -> None:
    assert told(Rule(max_seconds=1212), **changed) == [code]
    assert verdict([Finding(code)]) == "notice"


def test_what_is_usual_is_not_worth_a_word() -> None:
    assert told(rate="24000/1001", sound_seconds=1211.0, edges=Edges(1.9, 2.0), sound=Sound(-14.0, -1.0)) == []


def test_only_a_look_at_every_picture_shows_black_and_frozen_stretches() -> None:
    dark = [Stretch(0.0, 3.0), Stretch(100.0, 104.0), Stretch(200.0, 206.0), Stretch(1210.0, 1212.3)]
    found = flaws(FILM, dark, [Stretch(200.5, 205.9), Stretch(300.0, 307.5), Stretch(400.0, 403.0)])
    assert [(one.code, one.figures["length"]) for one in found] == [
        ("black_start", 3.0),
        ("black_end", 2.3),
        ("black", 6.0),
        ("frozen", 7.5),
    ]


def test_the_longest_few_are_told_in_their_order() -> None:
    still = [Stretch(100.0 * n, 100.0 * n + 5 + n) for n in range(8)]
    assert [one.figures["at"] for one in flaws(FILM, [], still)] == [300.0, 400.0, 500.0, 600.0, 700.0]


def test_the_gravest_finding_is_the_verdict() -> None:
    assert verdict([]) == "ok"
    assert verdict([Finding("hdr"), Finding("too_long")]) == "fix"
    assert verdict([Finding("too_long"), Finding("unreadable"), Finding("hdr")]) == "refuse"


def test_a_finding_survives_its_row() -> None:
    finding = Refused("cut_off", found=3.0, length=60.0).finding
    assert Finding.from_json(finding.to_json()) == finding


@pytest.mark.parametrize("code", SENTENCES)
def test_every_sentence_can_be_said_in_both_languages(code: str) -> None:
    figures = dict.fromkeys(re.findall(r"\{(\w+)\}", SENTENCES[code]), 7)
    with using("en"):
        english = Finding(code, figures).sentence
    with using("ko"):
        korean = Finding(code, figures).sentence
    assert english != korean
    assert re.search("[가-힣]", korean)
    assert "{" not in english + korean
