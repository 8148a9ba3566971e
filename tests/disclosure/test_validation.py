"""V01 to V20: one ledger that keeps each rule and at least one that breaks it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from portal import i18n
from portal.disclosure.codes import Scope
from portal.disclosure.ledger import Ledger, Use
from portal.disclosure.problems import Facts, Problem
from portal.disclosure.validation import blocking, check
from tests.disclosure.seed import LEAD, film, part, seconds, slider

TERMS: dict[str, Any] = {
    "signer_name": "Actress A",
    "signer_capacity": "SELF",
    "scope_text": "Face and body in scenes 2 to 9, generated from a two-day reference shoot.",
    "media": ["FESTIVAL", "CINEMA", "TRAILER"],
    "territory": ["KR"],
    "starts": "2026-06-01",
    "ends": "2031-06-01",
}
FESTIVAL = Facts(festival_from=date(2027, 2, 18), festival_until=date(2027, 2, 24))


def found(ledger: Ledger, code: str, facts: Facts = FESTIVAL) -> list[Problem]:
    return [problem for problem in check(ledger, facts) if problem.code == code]


def with_lead(**changes: Any) -> Ledger:
    return film(part(performers=[LEAD | changes]))


def with_terms(**changes: Any) -> Ledger:
    return with_lead(terms=TERMS | changes)


def with_segments(*segments: tuple[int, int]) -> Ledger:
    listed = [{"in_s": start, "out_s": end, "degree": "G"} for start, end in segments]
    return film(part(share={"method": "TIMECODES", "segments": listed}))


def with_authorship(*contributions: str, degrees: str = "N N G N N N N N") -> Ledger:
    return film(part(degrees, authorship=[{"scope": "VID", "contributions": list(contributions)}]))


GOOD: Mapping[str, Ledger] = {
    "V01": film(part("N N N N N N N N", share=seconds(0), tools=[])),
    "V02": film(part("N G N N N N N N", share=slider(5))),
    "V03": with_segments((0, 10), (10, 20), (90, 100)),
    "V04": film(part(base=["NONE"], share=seconds(95))),
    "V05": film(part(base=["LIVE"], share=slider(95))),
    "V06": with_lead(appear_s=100, synth_s=100),
    "V07": film(part(performers=[LEAD, {"kind": "SYN"}])),
    "V08": film(
        part(
            "N N G M N N N N",
            performers=[LEAD],
            sources=[{"kind": "VOICE", "holder": "actress  A", "basis": "LICENSED"}],
        )
    ),
    "V09": with_terms(),
    "V10": with_lead(minor=True, terms=TERMS | {"signer_capacity": "GUARDIAN"}),
    "V11": with_lead(kind="REP_DEC", consent="ESTATE"),
    "V12": with_terms(),
    "V13": with_authorship("INPUT_WORK", "SELECT_ARRANGE"),
    "V14": film(part(sources=[{"kind": "BOOK", "title": "A book", "basis": "LICENSED"}])),
    "V15": film(part(tools=[{"name": "Kling", "scopes": ["VID"]}])),
    "V16": film(part(), part(), picture_s=202),
    "V17": film(part(picture_s=100)),
    "V18": film(realistic=False),
    "V19": film(title="낮달 (Daymoon)"),
    "V20": film(),
}

BAD: list[tuple[str, bool, str, Ledger]] = [
    ("V01", True, "parts.0.degrees", film(part("N N N N N N N N", share=seconds(0)))),
    ("V01", True, "parts.0.degrees", film(part("N N N N N N N N", tools=[]))),
    ("V01", True, "parts.0.tools", film(part("P N N N N N N N", share=seconds(0), tools=[]))),
    ("V02", True, "parts.0.share", film(part("N N G N N N N N", share=seconds(0)))),
    ("V02", True, "parts.0.share", film(part("N N G N N N N N", share=None))),
    ("V02", True, "parts.0.tools", film(part("N N M N N N N N", tools=[]))),
    ("V02", True, "parts.0.degrees", film(part("N N E N N N N N", share=slider(5)))),
    ("V03", True, "parts.0.share", film(part(share=seconds(60, 41)))),
    ("V03", True, "parts.0.share", film(part(share=seconds(-1, 41)))),
    ("V03", True, "parts.0.share", film(part(share=slider(60, 45)))),
    ("V03", True, "parts.0.picture_s", film(part(picture_s=None))),
    ("V03", True, "parts.0.share.segments.1", with_segments((0, 10), (9, 20))),
    ("V03", True, "parts.0.share.segments.1", with_segments((50, 60), (0, 10))),
    ("V03", True, "parts.0.share.segments.0", with_segments((90, 101))),
    ("V03", True, "parts.0.share.segments.0", with_segments((10, 10))),
    ("V03", True, "parts", film(parts=[])),
    ("V04", True, "parts.0.base", film(part(base=["NONE", "LIVE"]))),
    ("V04", True, "parts.0.base", film(part(base=[]))),
    ("V04", False, "parts.0.base", film(part(base=["NONE"], share=seconds(94)))),
    ("V05", True, "parts.0.share", film(part(base=["LIVE"], share=slider(100)))),
    ("V06", True, "parts.0.performers.0.synth_s", with_lead(appear_s=50, synth_s=51)),
    ("V06", True, "parts.0.performers.0.appear_s", with_lead(appear_s=101, synth_s=10)),
    ("V07", True, "parts.0.performers.0.name", with_lead(name="")),
    ("V07", True, "parts.0.performers.0.likeness", with_lead(likeness=[])),
    ("V07", True, "parts.0.performers.0.consent", with_lead(consent=None)),
    ("V07", True, "parts.0.performers.0.consent", with_lead(kind="ALTER", consent="NOT_REQ")),
    ("V07", True, "parts.0.performers.0.kind", film(part(performers=[{"kind": "SYN", "name": "A"}]))),
    ("V07", True, "parts.0.performers.0.kind", film(part(performers=[{"kind": "SYN", "consent": "DECLARED"}]))),
    (
        "V08",
        True,
        "parts.0.sources.0",
        film(
            part("N N G M N N N N", performers=[LEAD], sources=[{"kind": "VOICE", "holder": "B", "basis": "LICENSED"}])
        ),
    ),
    ("V09", True, "parts.0.performers.0.terms.scope_text", with_terms(scope_text="Everything")),
    ("V09", True, "parts.0.performers.0.terms.media", with_terms(media=["ONLINE"])),
    ("V09", True, "parts.0.performers.0.terms.territory", with_terms(territory=["JP"])),
    ("V09", True, "parts.0.performers.0.terms.ends", with_terms(ends="2027-02-20")),
    ("V09", True, "parts.0.performers.0.terms.ends", with_terms(starts="2027-02-20")),
    ("V10", True, "parts.0.performers.0.terms.signer_capacity", with_lead(minor=True)),
    (
        "V10",
        False,
        "parts.0.performers.0.consent",
        with_lead(minor=True, consent="DOC", terms=TERMS | {"signer_capacity": "GUARDIAN"}),
    ),
    ("V11", True, "parts.0.performers.0.terms.signer_capacity", with_lead(deceased=True)),
    ("V11", True, "parts.0.performers.0.terms.signer_capacity", with_lead(kind="REP_DEC")),
    ("V13", False, "parts.0.authorship.0", with_authorship("PROMPT_ONLY", "COMPOSE")),
    ("V13", False, "parts.0.authorship", with_authorship("PROMPT_ONLY")),
    ("V14", False, "parts.0.sources.0.basis", film(part(sources=[{"kind": "BOOK", "basis": "UNKNOWN"}]))),
    ("V14", False, "parts.0.sources.0.basis", film(part(sources=[{"kind": "BOOK"}]))),
    ("V15", False, "parts.0.tools.0.scopes", film(part(tools=[{"name": "Suno", "scopes": ["MUS", "VID"]}]))),
    ("V16", True, "picture_s", film(part(), part(), picture_s=203)),
    ("V18", True, "realistic", film(realistic=None)),
    ("V19", True, "title", film(title="A" * 201)),
    ("V19", True, "parts.0.tools.0.name", film(part(tools=[{"name": "Kling\x07", "scopes": ["VID"]}]))),
    ("V19", True, "parts.0.title", film(part(title="abc\u202egpj.exe"))),
    ("V19", True, "parts.0.notes.VID", film(part(notes={"VID": "two\nlines"}))),
    ("V19", True, "parts.0.authorship.0.text", film(part(authorship=[{"scope": "VID", "text": "A" * 141}]))),
]


@pytest.mark.parametrize("code", GOOD)
def test_a_ledger_that_keeps_the_rule(code: str) -> None:
    assert found(GOOD[code], code) == []


@pytest.mark.parametrize(("code", "is_blocking", "field", "ledger"), BAD)
def test_a_ledger_that_breaks_the_rule(code: str, is_blocking: bool, field: str, ledger: Ledger) -> None:
    assert (code, is_blocking, field) in [problem[:3] for problem in check(ledger, FESTIVAL)]


def test_v08_asks_for_nobody_when_the_voice_has_no_owner() -> None:
    assert found(film(part("N N G M N N N N", performers=[LEAD | {"likeness": ["FACE"]}])), "V08") == []


def test_v09_is_silent_without_terms_and_everywhere_is_everywhere() -> None:
    assert found(with_lead(), "V09") == []
    assert found(with_terms(territory=["WORLD"]), "V09") == []


@pytest.mark.parametrize(("consent", "problems"), [("DECLARED", 0), ("DOC", 1), ("VERIFIED", 1)])
def test_v12_the_submitter_proves_nothing_for_others(consent: str, problems: int) -> None:
    ledger = with_lead(consent=consent, terms=TERMS | {"signer_name": "Director D"})
    assert len(found(ledger, "V12", Facts(submitter="DIRECTOR  d"))) == problems


def test_v12_leaves_people_who_sign_for_themselves_alone() -> None:
    assert found(with_terms(), "V12", Facts(submitter="Actress A")) == []


def test_v13_speaks_of_authorship_only_when_every_generated_scope_is_prompted() -> None:
    assert found(with_authorship("PROMPT_ONLY", degrees="N G G N N N N N"), "V13") == []


@pytest.mark.parametrize(("probed", "problems"), [(98, 0), (97, 1), (119, 0), (120, 0), (121, 1), (None, 0)])
def test_v17_allows_two_seconds_and_the_credits(probed: int | None, problems: int) -> None:
    assert len(found(film(part(picture_s=100)), "V17", Facts(probed_s=probed))) == problems


def test_v18_is_not_asked_without_generated_material() -> None:
    assert found(film(part("P N E N N N N N", share=seconds(0)), realistic=None), "V18") == []


def test_v19_takes_several_lines_where_they_are_meant_and_refuses_decomposed_text() -> None:
    assert found(film(audience_disclosure="One\nTwo"), "V19") == []
    ledger = film()
    decomposed = replace(ledger.parts[0], uses=(Use(Scope.VID, ledger.parts[0].degrees[Scope.VID], "e\u0301"),))
    assert [problem.field for problem in found(replace(ledger, parts=(decomposed,)), "V19")] == ["parts.0.notes.VID"]


def test_v20_a_replaced_film_needs_a_new_disclosure() -> None:
    assert found(film(), "V20", Facts(disclosed_sha256="a", master_sha256="a")) == []
    assert found(film(), "V20", Facts(disclosed_sha256="a")) == []
    assert len(found(film(), "V20", Facts(disclosed_sha256="a", master_sha256="b"))) == 1


def test_an_empty_draft_is_reported_and_never_raises() -> None:
    codes = {problem.code for problem in check(film({}))}
    assert codes == {"V03", "V04"}
    assert blocking(check(film({}))) == check(film({}))


def test_messages_speak_the_language_in_use() -> None:
    ledger = film(part(base=["LIVE"], share=slider(100)))
    with i18n.using("en"):
        english = found(ledger, "V05")[0].message
    assert english.startswith("You filmed with a camera")
    assert found(ledger, "V05")[0].message.startswith("카메라로 촬영했다면")


def test_the_second_part_is_named_in_the_field() -> None:
    bad = part(base=["NONE", "ANIM"])
    assert [problem.field for problem in check(film(part(), bad)) if problem.blocking] == ["parts.1.base"]
