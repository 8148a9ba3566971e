"""The policies P01 to P17, their reading, waivers, presets and the hold that stands above them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from portal import i18n
from portal.disclosure.ledger import Ledger
from portal.disclosure.rules.checks import Evidence
from portal.disclosure.rules.outcomes import Outcome, worst
from portal.disclosure.rules.policies import DEFINITIONS, Waiver, evaluate, overall, public_hold, read_policies
from portal.disclosure.rules.presets import PRESETS, name_of_preset, preset
from portal.errors import Invalid
from tests.disclosure.seed import LEAD, film, part, seconds, slider


def outcome(policy: dict[str, Any], ledger: Ledger, evidence: Evidence | None = None) -> str:
    return evaluate(read_policies([policy]), ledger, evidence)[0].outcome.value


def with_lead(**changes: Any) -> Ledger:
    return film(part(performers=[LEAD | changes]))


FORTY = film(part(share=seconds(30, 10)))
ESTIMATE = film(part(share=slider(40)))
SYNTHETIC = film(part(performers=[{"kind": "SYN"}]))
SOURCED = film(part(sources=[{"kind": "BOOK", "basis": "LICENSED"}]))
UNSOURCED = film(part(sources=[{"kind": "BOOK"}]))
GUARDED = {"signer_capacity": "GUARDIAN"}


@pytest.mark.parametrize(
    ("policy", "ledger", "expected"),
    [
        ({"code": "P01", "min_bp": 4000}, FORTY, "PASS"),
        ({"code": "P01", "min_bp": 4001}, FORTY, "FAIL"),
        ({"code": "P01", "min_bp": 3001, "on": "G"}, FORTY, "FAIL"),
        ({"code": "P01", "min_bp": 3600}, ESTIMATE, "FAIL"),
        ({"code": "P02", "bp": 4000}, FORTY, "PASS"),
        ({"code": "P02", "bp": 3999}, FORTY, "FAIL"),
        ({"code": "P02", "bp": 3000, "on": "G"}, FORTY, "PASS"),
        ({"code": "P02", "bp": 4400}, ESTIMATE, "FAIL"),
        ({"code": "P03", "scopes": ["VID", "MUS"]}, film(), "PASS"),
        ({"code": "P03", "scopes": ["MUS"]}, film(), "FAIL"),
        ({"code": "P03", "scopes": ["VID"], "degrees": ["M"]}, film(), "FAIL"),
        ({"code": "P04", "scopes": ["SCR"]}, film(), "PASS"),
        ({"code": "P04", "scopes": ["VID"]}, film(), "FAIL"),
        ({"code": "P05", "required": ["LIVE"]}, film(), "PASS"),
        ({"code": "P05", "required": ["ANIM"]}, film(), "FAIL"),
        ({"code": "P05", "forbidden": ["LIVE"]}, film(), "FAIL"),
        ({"code": "P06", "tiers": ["L2"]}, film(), "PASS"),
        ({"code": "P06", "tiers": ["L0", "L1"]}, film(), "FAIL"),
        ({"code": "P07", "least": "VERIFIED"}, with_lead(), "PASS"),
        ({"code": "P07", "least": "VERIFIED"}, with_lead(consent="ESTATE"), "PASS"),
        ({"code": "P07", "least": "VERIFIED"}, with_lead(consent="DOC"), "FAIL"),
        ({"code": "P07", "least": "DOC"}, with_lead(consent="DOC"), "PASS"),
        ({"code": "P07", "least": "DECLARED"}, with_lead(consent="REVOKED"), "FAIL"),
        ({"code": "P07", "least": "VERIFIED"}, with_lead(kind="ALTER", consent="PENDING"), "FAIL"),
        ({"code": "P07", "least": "VERIFIED"}, SYNTHETIC, "PASS"),
        ({"code": "P07", "least": "DOC", "guardian": True}, with_lead(minor=True), "FAIL"),
        ({"code": "P07", "least": "DOC", "guardian": True}, with_lead(minor=True, terms=GUARDED), "PASS"),
        ({"code": "P08", "kinds": ["REP_IND"]}, with_lead(), "PASS"),
        ({"code": "P08", "kinds": ["REP_EMP"]}, with_lead(), "FAIL"),
        ({"code": "P09"}, with_lead(), "PASS"),
        ({"code": "P09"}, with_lead(minor=True), "FAIL"),
        ({"code": "P10"}, film(part("P N G N N N N N")), "PASS"),
        ({"code": "P10"}, film(part("E N G N N N N N")), "FAIL"),
        ({"code": "P11", "max_bp": 9292}, with_lead(), "PASS"),
        ({"code": "P11", "max_bp": 9291}, with_lead(), "FAIL"),
        ({"code": "P11", "max_bp": 5000}, with_lead(kind="REP_BG"), "PASS"),
        ({"code": "P11", "max_bp": 5000}, with_lead(appear_s=None), "NEEDS_REVIEW"),
        ({"code": "P11", "max_bp": 5000}, SYNTHETIC, "FAIL"),
        ({"code": "P12"}, SOURCED, "PASS"),
        ({"code": "P12"}, UNSOURCED, "FAIL"),
        ({"code": "P12", "severity": "WARN"}, UNSOURCED, "WARN"),
        ({"code": "P14"}, film(audience_disclosure="In the end credits"), "PASS"),
        ({"code": "P14"}, film(), "FAIL"),
        ({"code": "P15", "names": ["Sora"]}, film(), "PASS"),
        ({"code": "P15", "names": ["KLING"]}, film(), "FAIL"),
    ],
)
def test_policy(policy: dict[str, Any], ledger: Ledger, expected: str) -> None:
    assert outcome(policy, ledger) == expected


@pytest.mark.parametrize(
    ("policy", "evidence", "expected"),
    [
        ({"code": "P13", "clips": 2}, Evidence(clips=2), "PASS"),
        ({"code": "P13", "clips": 2}, Evidence(clips=1), "FAIL"),
        ({"code": "P13", "clips": 2}, Evidence(process_recording=True), "PASS"),
        ({"code": "P13", "recording_counts": False}, Evidence(process_recording=True), "FAIL"),
        ({"code": "P16", "states": ["REVOKED"]}, Evidence(provenance_state="REVOKED"), "FAIL"),
        ({"code": "P16", "states": ["REVOKED"]}, Evidence(provenance_state="BROKEN"), "PASS"),
        ({"code": "P16", "states": ["REVOKED"]}, Evidence(), "PASS"),
        ({"code": "P16"}, Evidence(provenance_state="REVOKED"), "PASS"),
        ({"code": "P17", "day": "2026-12-04"}, Evidence(today=date(2026, 12, 4)), "PASS"),
        ({"code": "P17", "day": "2026-12-04"}, Evidence(today=date(2026, 12, 5)), "FAIL"),
        ({"code": "P17", "day": "2026-12-04"}, Evidence(), "PASS"),
    ],
)
def test_policy_on_evidence(policy: dict[str, Any], evidence: Evidence, expected: str) -> None:
    assert outcome(policy, film(), evidence) == expected


def test_an_unmet_policy_says_why_in_the_language_in_use() -> None:
    policies = read_policies([{"code": "P01", "min_bp": 5001}])
    with i18n.using("en"):
        english = evaluate(policies, FORTY)[0].message
    assert english == "At least 51% of the picture has to be AI-made; your answers show 40%."
    assert evaluate(policies, FORTY)[0].message == "이 부문은 AI 영상이 51% 이상이어야 해요. 지금 답변: 40%"


def test_a_waiver_leaves_a_warning_with_its_reason() -> None:
    waiver = Waiver("P01", by="Chair", reason="agreed with the jury", at=datetime(2026, 11, 22, tzinfo=UTC))
    policies = read_policies([{"code": "P01", "min_bp": 5001}, {"code": "P10"}])
    results = evaluate(policies, FORTY, waivers=[waiver])
    assert [(result.outcome, result.waiver) for result in results] == [("WARN", waiver), ("PASS", None)]
    assert overall(results) == "WARN"


def test_the_worst_outcome_counts() -> None:
    assert worst([Outcome.WARN, Outcome.FAIL, Outcome.NEEDS_REVIEW]) == "FAIL"
    assert worst([Outcome.WARN, Outcome.NEEDS_REVIEW]) == "NEEDS_REVIEW"
    assert worst([]) == "PASS"


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({}, "ai_rules"),
        ([{"code": "P99"}], "ai_rules.0.code"),
        (["P01"], "ai_rules.0.code"),
        ([{"code": ["P01"]}], "ai_rules.0.code"),
        ([{"code": "P09"}, {"code": "P01"}], "ai_rules.1.min_bp"),
        ([{"code": "P01", "min_bp": 10_001}], "ai_rules.0.min_bp"),
        ([{"code": "P01", "min_bp": True}], "ai_rules.0.min_bp"),
        ([{"code": "P01", "min_bp": 1, "on": "X"}], "ai_rules.0.on"),
        ([{"code": "P01", "min_bp": 1, "minimum": 2}], "ai_rules.0.minimum"),
        ([{"code": "P03", "scopes": "VID"}], "ai_rules.0.scopes"),
        ([{"code": "P03", "scopes": ["FILM"]}], "ai_rules.0.scopes"),
        ([{"code": "P06", "tiers": ["L9"]}], "ai_rules.0.tiers"),
        ([{"code": "P07", "least": "NONE"}], "ai_rules.0.least"),
        ([{"code": "P13", "clips": -1}], "ai_rules.0.clips"),
        ([{"code": "P17", "day": "soon"}], "ai_rules.0.day"),
        ([{"code": "P09", "severity": "BAD"}], "ai_rules.0.severity"),
    ],
)
def test_a_mistake_in_the_data_is_named(data: Any, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_policies(data)
    assert caught.value.field == field


def test_every_policy_of_the_specification_is_defined() -> None:
    assert list(DEFINITIONS) == [f"P{number:02d}" for number in range(1, 18)]


@pytest.mark.parametrize("name", PRESETS)
def test_presets_can_be_read_and_have_a_name(name: str) -> None:
    assert [policy.code for policy in preset(name)] == [item["code"] for item in PRESETS[name]]
    assert name_of_preset(name)


@pytest.mark.parametrize(
    ("name", "ledger", "expected"),
    [
        ("TRADITIONAL", film(part("P N E N N N N N", share=seconds(0))), "PASS"),
        ("HYBRID", FORTY, "PASS"),
        ("AI_MAJORITY", FORTY, "FAIL"),
        ("CANNES_LIKE", film(part(share=slider(50))), "FAIL"),
        ("AWARDS_SAFE", with_lead(synth_s=0), "PASS"),
        ("SCHOOL_U18", with_lead(kind="REP_IND"), "FAIL"),
        ("PAN_SHORT_FILM", film(part("P N N N N N N N", share=seconds(0))), "FAIL"),
        ("PAN_SHORT_FORM", with_lead(consent="DOC"), "PASS"),
        ("PAN_ADVERT", film(audience_disclosure="A line at the start"), "PASS"),
        ("PAN_ACTOR_IP", with_lead(), "NEEDS_REVIEW"),
        ("PAN_GROUP_IP", UNSOURCED, "FAIL"),
    ],
)
def test_presets(name: str, ledger: Ledger, expected: str) -> None:
    assert overall(evaluate(preset(name), ledger)) == expected


@pytest.mark.parametrize(
    ("consent", "reason"),
    [
        ("VERIFIED", None),
        ("ESTATE", None),
        ("DOC", None),
        ("DECLARED", "UNPROVEN"),
        ("PENDING", "UNPROVEN"),
        (None, "UNPROVEN"),
        ("NONE", "REFUSED"),
        ("REVOKED", "REFUSED"),
    ],
)
def test_an_unproven_likeness_keeps_a_film_out_of_public_view(consent: str | None, reason: str | None) -> None:
    hold = public_hold(with_lead(consent=consent))
    assert (hold.reason if hold else None) == reason


def test_one_refusal_outweighs_another_open_consent() -> None:
    hold = public_hold(
        film(part(performers=[LEAD | {"consent": "PENDING"}]), part(performers=[LEAD | {"consent": "NONE"}]))
    )
    assert hold is not None
    assert hold.reason == "REFUSED"
    assert public_hold(SYNTHETIC) is None
