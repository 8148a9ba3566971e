"""The verdict names the exact figure and the way out, in both languages."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from portal.i18n import using
from portal.media.checks import Rule, check
from portal.media.findings import SENTENCES, Finding, Refused
from portal.media.probe import Film

FILM = Film("mov", "h264", "yuv420p", 1212.4, 1920, 1080, 0, "24", False, "aac", 2)


def test_a_fitting_film_is_accepted_without_a_word() -> None:
    verdict = check(FILM, Rule(max_seconds=1212, min_seconds=60, min_height=1080))
    assert verdict.accepted
    assert verdict.notices == []


def test_too_long_says_how_much_to_cut() -> None:
    verdict = check(FILM, Rule(max_seconds=1200))
    [reason] = verdict.reasons
    with using("en"):
        assert reason.sentence == "It runs 20 min 12 s. This section takes films up to 20 min. Cut 0 min 12 s."
    with using("ko"):
        assert reason.sentence == "20분 12초예요. 이 부문은 20분까지 받아요. 0분 12초만큼 줄여 주세요."


def test_an_upright_film_is_measured_by_its_shorter_side() -> None:
    assert check(replace(FILM, width=720, height=1280), Rule(min_height=720)).accepted
    [reason] = check(replace(FILM, width=640, height=1136), Rule(min_height=720)).reasons
    assert reason == Finding("too_low", {"width": 640, "height": 1136, "limit": 720})


def test_too_short() -> None:
    assert [reason.code for reason in check(FILM, Rule(min_seconds=1213)).reasons] == ["too_short"]


def test_notices_stop_nobody() -> None:
    verdict = check(replace(FILM, channels=0, interlaced=True), Rule())
    assert verdict.accepted
    assert [notice.code for notice in verdict.notices] == ["no_sound", "interlaced"]
    assert [notice.code for notice in check(replace(FILM, channels=6), Rule()).notices] == ["surround"]


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
