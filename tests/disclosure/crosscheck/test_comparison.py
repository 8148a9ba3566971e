"""The cross-check X00 to X14: one file and one form for each finding, and one where there is none."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from portal import i18n
from portal.disclosure.crosscheck.comparison import Declared, crosscheck
from portal.disclosure.crosscheck.file_facts import FileFacts, facts_of
from portal.disclosure.crosscheck.models import Severity
from portal.disclosure.crosscheck.words import sentence_of
from portal.disclosure.figures import Tier

IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"
NONE = Declared(Tier.L1, (), fully_generated=False, sound_by_ai=False)
MOSTLY = Declared(Tier.L3, ("Sora",), fully_generated=False, sound_by_ai=True)
PLAIN = FileFacts(1, "film.mp4", clip=False, state="NO_MANIFEST")
SORA = FileFacts(
    2,
    "clip.mp4",
    clip=True,
    state="TRUSTED",
    signer="OpenAI",
    generator="Sora",
    agents=("Sora",),
    sources=frozenset({"trainedAlgorithmicMedia"}),
    at=datetime(2026, 2, 25, tzinfo=UTC),
)
GOOGLE = replace(SORA, signer="Google LLC", generator="Google Media Processing Services", agents=())
CAMERA = replace(PLAIN, state="TRUSTED", signer="A camera", sources=frozenset({"digitalCapture"}))


def found(file: FileFacts, declared: Declared) -> dict[str, Severity]:
    return {one.kind: one.severity for one in crosscheck(declared, [file])}


@pytest.mark.parametrize(
    ("kind", "severity", "file", "declared"),
    [
        ("X00", Severity.INFO, PLAIN, MOSTLY),
        ("X01", Severity.HIGH, SORA, NONE),
        ("X02", Severity.MEDIUM, replace(SORA, state="UNTRUSTED_SIGNER", signer=""), NONE),
        ("X02", Severity.MEDIUM, replace(SORA, state="EXPIRED_UNPROVEN", signer=""), NONE),
        ("X02", Severity.MEDIUM, replace(PLAIN, aigc=True), NONE),
        ("X02", Severity.MEDIUM, replace(PLAIN, tag_sources=frozenset({"compositeSynthetic"})), NONE),
        ("X03", Severity.LOW, replace(CAMERA, sources=frozenset({"composite"})), NONE),
        ("X03", Severity.LOW, replace(PLAIN, programs=("made with Kling",)), NONE),
        ("X04", Severity.MEDIUM, SORA, replace(MOSTLY, tools=("Kling",))),
        ("X04", Severity.MEDIUM, GOOGLE, MOSTLY),
        ("X05", Severity.MEDIUM, CAMERA, replace(MOSTLY, fully_generated=True)),
        ("X07", Severity.MEDIUM, replace(PLAIN, state="BROKEN"), MOSTLY),
        ("X08", Severity.HIGH, replace(SORA, state="BROKEN"), MOSTLY),
        ("X08", Severity.HIGH, replace(PLAIN, state="REVOKED"), MOSTLY),
        ("X09", Severity.INFO, replace(PLAIN, state="REMOTE_ONLY"), MOSTLY),
        ("X10", Severity.INFO, replace(PLAIN, state="MALFORMED"), MOSTLY),
        ("X11", Severity.LOW, SORA, replace(MOSTLY, deadline=datetime(2026, 2, 1, tzinfo=UTC))),
        ("X11", Severity.LOW, replace(SORA, at=datetime(2023, 1, 1, tzinfo=UTC)), MOSTLY),
        ("X12", Severity.POSITIVE, SORA, MOSTLY),
        ("X12", Severity.POSITIVE, GOOGLE, replace(MOSTLY, tools=("Veo 3",))),
        ("X13", Severity.MEDIUM, replace(SORA, sound=True), replace(MOSTLY, sound_by_ai=False)),
        ("X14", Severity.INFO, replace(CAMERA, training="allowed"), MOSTLY),
    ],
)
def test_a_difference_is_found_and_said_in_both_languages(
    kind: str, severity: Severity, file: FileFacts, declared: Declared
) -> None:
    differences = [one for one in crosscheck(declared, [file]) if one.kind == kind]
    assert [one.severity for one in differences] == [severity]
    said = set()
    for language in ("ko", "en"):
        with i18n.using(language):
            said.add(sentence_of(kind, differences[0].found, differences[0].declared))
    assert len(said) == 2
    assert all(file.name in sentence and "{" not in sentence for sentence in said)


@pytest.mark.parametrize(
    ("file", "declared", "kinds"),
    [
        (SORA, MOSTLY, {"X12"}),
        (SORA, NONE, {"X01", "X04"}),
        (replace(SORA, sound=True), MOSTLY, {"X12"}),
        (CAMERA, MOSTLY, set()),
        (CAMERA, NONE, set()),
        (replace(CAMERA, state="UNTRUSTED_SIGNER", signer=""), replace(MOSTLY, fully_generated=True), set()),
        (replace(SORA, clip=False), MOSTLY, set()),
        (replace(SORA, state="UNTRUSTED_SIGNER", signer="", agents=()), MOSTLY, set()),
        (SORA, replace(NONE, tier=None), {"X04"}),
        (replace(PLAIN, systems=("Kling 2.6",)), replace(MOSTLY, tools=("Kling",)), set()),
        (replace(SORA, generator="ChatGPT", agents=("GPT-4o",)), replace(MOSTLY, tools=("GPT Image",)), {"X12"}),
    ],
)
def test_nothing_else_is_found(file: FileFacts, declared: Declared, kinds: set[str]) -> None:
    assert set(found(file, declared)) == kinds


def test_a_name_in_an_untrusted_file_is_nobodys_signature() -> None:
    """A certificate of our own that says OpenAI: the finding names no signer, and X01 and X12 need a real one."""
    fake = facts_of(
        1,
        "clip.mp4",
        clip=True,
        made_with="",
        probed={"state": "UNTRUSTED_SIGNER", "generator": "OpenAI", "source_types": [f"{IPTC}digitalCapture"]},
    )
    assert found(fake, NONE) == {}
    assert fake.signed_tools == ()


def test_without_a_named_model_the_vendor_is_told() -> None:
    (difference,) = [one for one in crosscheck(MOSTLY, [GOOGLE]) if one.kind == "X04"]
    with i18n.using("en"):
        assert sentence_of("X04", difference.found, difference.declared) == (
            "The file clip.mp4 says: made with AI of Google, model unknown (signed by Google LLC, verified)."
            " Your form says: Sora."
        )


@pytest.mark.parametrize("probed", [{}, {"state": "NO_MANIFEST", "tags": None, "time": "yesterday"}, {"signer": None}])
def test_a_probe_of_any_age_can_be_read(probed: dict[str, object]) -> None:
    facts = facts_of(1, "film.mp4", clip=False, made_with="", probed=probed)
    assert facts.at is None
    assert found(facts, MOSTLY).keys() <= {"X00", "X10"}
