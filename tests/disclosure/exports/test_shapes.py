"""The label for machines and for other people's forms."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import pytest
from pyld import jsonld

from portal import i18n
from portal.disclosure import source_types
from portal.disclosure.exports.jsonld import Page, context, describe, iso_duration, script_text
from portal.disclosure.exports.shapes import PARTS_HEADER, credits_card, flags, part_rows, xmp_sidecar
from portal.disclosure.figures import measure
from portal.disclosure.label import public_label
from portal.disclosure.ledger import Ledger
from portal.disclosure.serial import from_json
from tests.disclosure.seed import LEAD, SEED, film, part, slider

ORIGIN = "https://portal.example"
PAGE = Page(f"{ORIGIN}/works/seed", ORIGIN, f"{ORIGIN}/tdm-policy", 2, "ab" * 32)


def document(ledger: Ledger) -> dict[str, Any]:
    return describe(ledger, measure(ledger), PAGE)


@pytest.fixture
def seed() -> dict[str, Any]:
    return document(from_json(SEED))


def test_the_work(seed: dict[str, Any]) -> None:
    assert {key: value for key, value in seed.items() if key not in ("@context", "hasPart")} == {
        "@type": ["Movie", "VideoObject"],
        "@id": "https://portal.example/works/seed",
        "name": "Seed omnibus",
        "duration": "PT56M25S",
        "digitalSourceType": "https://schema.org/CompositeWithTrainedAlgorithmicMediaDigitalSource",
        "aid:dst": "dst:compositeWithTrainedAlgorithmicMedia",
        "aid:tier": "aid:L3",
        "aid:badges": ["REPLICA_CONSENTED", "SYN_PERFORMER", "SYN_VOICE", "SYN_MUSIC", "REALISTIC"],
        "aid:generatedShareBp": 8664,
        "aid:alteredShareBp": 620,
        "aid:shareMethod": "TIMECODES",
        "aid:revision": 2,
        "aid:sha256": "ab" * 32,
        "tdm:reservation": 1,
        "tdm:policy": "https://portal.example/tdm-policy",
    }


def test_a_part_with_its_uses_and_its_actor(seed: dict[str, Any]) -> None:
    first = seed["hasPart"][0]
    assert (first["@id"], first["duration"], first["aid:tier"]) == (f"{PAGE.url}/p1", "PT14M", "aid:L3")
    assert (first["aid:generatedShareBp"], first["aid:alteredShareBp"]) == (5119, 2500)
    assert first["aid:use"][2] == {
        "aid:scope": "aid:VID",
        "aid:degree": "aid:G",
        "aid:dst": "dst:trainedAlgorithmicMedia",
        "iptcExt:AISystemUsed": "Kling",
        "iptcExt:AISystemVersionUsed": "2.6",
    }
    assert first["aid:use"][0] == {"aid:scope": "aid:SCR", "aid:degree": "aid:P"}
    assert first["actor"] == {
        "@type": "PerformanceRole",
        "characterName": "Lead",
        "actor": {"@type": "Person", "name": "Actress A"},
        "aid:kind": "aid:REP_EMP",
        "aid:syntheticAppearanceBp": 9292,
        "aid:consent": "aid:VERIFIED",
    }


def test_a_name_is_left_out_without_public_credit() -> None:
    text = json.dumps(document(film(part(performers=[LEAD | {"public_credit": False}, LEAD | {"name": "B"}]))))
    assert "Actress A" not in text
    assert '"name": "B"' in text


def test_a_single_film_describes_itself_without_parts() -> None:
    single = document(film(part(share=slider(40))))
    assert "hasPart" not in single
    assert single["aid:use"][0]["aid:scope"] == "aid:VID"
    assert (single["aid:generatedShareBp"], single["aid:generatedShareLeastBp"]) == (4500, 3500)


def keys_and_names(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from keys_and_names(item)
    elif isinstance(value, list):
        for item in value:
            yield from keys_and_names(item)
    elif isinstance(value, str):
        yield value


def test_every_prefix_is_in_the_inline_context(seed: dict[str, Any]) -> None:
    body = {key: value for key, value in seed.items() if key != "@context"}
    used = {name.split(":")[0] for name in keys_and_names(body) if ":" in name and not name.startswith("http")}
    assert used == {"aid", "dst", "iptcExt", "tdm"}
    assert used < set(context(ORIGIN))
    assert isinstance(seed["@context"], dict)


def test_it_expands_without_asking_anybody(seed: dict[str, Any]) -> None:
    def fetch(url: str, options: dict[str, Any]) -> Any:
        raise AssertionError(f"asked for {url}")

    (work,) = jsonld.expand(seed, {"documentLoader": fetch})
    aid = f"{ORIGIN}/ns/ai-disclosure/1#"
    assert work["https://schema.org/digitalSourceType"] == [
        {"@id": "https://schema.org/CompositeWithTrainedAlgorithmicMediaDigitalSource"}
    ]
    assert work[f"{aid}dst"] == [{"@id": f"{source_types.IPTC}compositeWithTrainedAlgorithmicMedia"}]
    assert work[f"{aid}tier"] == [{"@id": f"{aid}L3"}]
    assert len(work["https://schema.org/hasPart"]) == 5
    assert len(jsonld.to_rdf(seed, {"documentLoader": fetch})["@default"]) > 100


def test_a_title_cannot_end_the_script_element() -> None:
    hostile = document(film(title="</script><script>alert(1)</script>&amp;"))
    text = script_text(hostile)
    assert not set("<>&") & set(text)
    assert json.loads(text) == hostile


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "PT0S"), (25, "PT25S"), (840, "PT14M"), (3385, "PT56M25S"), (3661, "PT1H1M1S"), (7200, "PT2H")],
)
def test_duration(seconds: int, text: str) -> None:
    assert iso_duration(seconds) == text


def test_a_source_type_without_a_schema_member_is_given_by_its_iptc_address() -> None:
    drawn = document(film(part("N N N N N N N N", base=["ANIM"], share=None, tools=[])))
    assert drawn["digitalSourceType"] == "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCreation"
    assert "aid:shareMethod" not in drawn
    assert "aid:use" not in drawn


def test_rows_have_the_columns_of_the_header() -> None:
    ledger = from_json(SEED)
    rows = [dict(zip(PARTS_HEADER, row, strict=True)) for row in part_rows(ledger, measure(ledger))]
    assert [(row["title"], row["tier"], row["base"], row["VID"]) for row in rows] == [
        ("P1", "L3", "LIVE", "G"),
        ("P2", "L4", "NONE", "G"),
        ("P3", "L4", "NONE", "G"),
        ("P4", "L4", "NONE", "G"),
        ("P5", "L3", "ANIM", "G"),
    ]
    assert rows[0]["tools"] == "Kling 2.6"


def test_flags_of_a_film_with_human_performers() -> None:
    human = film(part("N N G N N N N N", performers=[LEAD | {"synth_s": 0}]))
    assert flags(measure(human)) == {"yt_altered": False, "oscar_script_ok": True, "oscar_acting_ok": True}
    synthetic = film(part("G N G N N N N N", performers=[{"kind": "SYN"}]), realistic=True)
    assert flags(measure(synthetic)) == {"yt_altered": True, "oscar_script_ok": False, "oscar_acting_ok": False}


def test_the_credits_card_speaks_both_languages() -> None:
    figures = measure(from_json(SEED))
    with i18n.using("en"):
        english = public_label(figures)
    card = credits_card("Seed omnibus", public_label(figures), english)
    assert card.index("대부분 AI") < card.index("Mostly AI-made")


def test_the_sidecar_is_xml_whatever_a_tool_is_called() -> None:
    ledger = film(part(tools=[{"name": "<&>", "version": '"1"'}]))
    root = ElementTree.fromstring(xmp_sidecar(ledger, measure(ledger)).encode())
    space = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}"
    (description,) = root.iter("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}Description")
    assert description.get(f"{space}DigitalSourceType", "").endswith("/compositeWithTrainedAlgorithmicMedia")
    assert [item.text for item in root.iter("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}li")] == ['<&> "1"']
