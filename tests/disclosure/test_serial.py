"""Reading, writing and fingerprinting of a ledger."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.disclosure import canonical as chain
from portal.disclosure import codes
from portal.disclosure.canonical import GENESIS, Revision, canonical, fingerprint, first_break
from portal.disclosure.command import label_file
from portal.disclosure.ledger import (
    Authorship,
    Ledger,
    Part,
    Performer,
    Segment,
    Share,
    Source,
    Terms,
    Tool,
    Use,
)
from portal.disclosure.serial import from_json, to_json
from portal.errors import Invalid
from tests.disclosure.seed import SEED, film, part

LINE = st.text(st.characters(categories=("L", "N")), max_size=8).map(lambda text: unicodedata.normalize("NFC", text))
NUMBER = st.integers(-9, 9999)
YES = st.none() | st.booleans()


def some(kind: Any) -> Any:
    return st.frozensets(st.sampled_from(kind))


def one(kind: Any) -> Any:
    return st.sampled_from(kind)


def several(items: Any) -> Any:
    return st.lists(items, max_size=2).map(tuple)


SHARES = st.builds(
    Share,
    one(codes.ShareMethod),
    st.none() | NUMBER,
    st.none() | NUMBER,
    st.none() | NUMBER,
    st.none() | NUMBER,
    several(st.builds(Segment, NUMBER, NUMBER, one(codes.Degree), LINE)),
)
TERMS = st.builds(
    Terms,
    LINE,
    st.none() | one(codes.SignerCapacity),
    LINE,
    some(codes.Medium),
    st.frozensets(LINE),
    st.none() | st.dates(),
    st.none() | st.dates(),
    YES,
    YES,
)
PERFORMERS = st.builds(
    Performer,
    one([kind for kind in codes.PerformerKind if kind != "SYN"]),
    LINE,
    LINE,
    some(codes.Likeness),
    st.none() | NUMBER,
    st.none() | NUMBER,
    st.booleans(),
    st.booleans(),
    st.none() | one(codes.ConsentStatus),
    st.none() | TERMS,
    st.booleans(),
)
USES = st.dictionaries(one(codes.Scope), st.tuples(one(codes.Degree), LINE)).map(
    lambda found: tuple(Use(scope, *found[scope]) for scope in codes.Scope if scope in found)
)
PARTS = st.builds(
    Part,
    LINE,
    LINE,
    LINE,
    several(LINE),
    st.none() | NUMBER,
    some(codes.Base),
    USES,
    st.none() | SHARES,
    several(st.builds(Tool, LINE, LINE, some(codes.Scope), YES)),
    several(PERFORMERS),
    several(st.builds(Source, one(codes.SourceKind), LINE, LINE, LINE, st.none() | one(codes.Basis))),
    several(st.builds(Authorship, one(codes.Scope), some(codes.Contribution), LINE)),
)
LEDGERS = st.builds(Ledger, LINE, several(PARTS), YES, st.none() | NUMBER, LINE, LINE)


@given(LEDGERS)
def test_every_ledger_survives_the_round_trip_through_text(ledger: Ledger) -> None:
    assert from_json(json.loads(canonical(to_json(ledger)))) == ledger


def test_the_neutral_form_of_the_specification_comes_back_as_it_was() -> None:
    plain = to_json(from_json(SEED))
    assert plain["parts"][0]["degrees"] == SEED["parts"][0]["degrees"]
    assert plain["parts"][0]["share"] == SEED["parts"][0]["share"]
    assert (
        plain["parts"][0]["performers"][0] | {"likeness": ["FACE", "BODY", "VOICE"]}
        == SEED["parts"][0]["performers"][0]
    )


def test_a_synthetic_performer_needs_no_word_about_consent() -> None:
    assert film(part(performers=[{"kind": "SYN"}])).performers[0].consent == "NOT_REQ"


def test_unknown_keys_and_missing_values_are_let_through() -> None:
    assert from_json({"directors": 6}) == Ledger()
    assert from_json({"parts": [{"degrees": {"SCR": None}, "share": None}]}) == Ledger(parts=(Part(),))


def test_text_is_composed_and_has_plain_line_feeds() -> None:
    ledger = film(title=" e\u0301\u1112\u1161\u11ab ", audience_disclosure="a\r\nb\rc")
    assert (ledger.title, ledger.audience_disclosure) == ("\u00e9한", "a\nb\nc")


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ([], "ledger"),
        ({"parts": {}}, "parts"),
        ({"parts": ["P1"]}, "parts.0"),
        ({"parts": [{}] * 501}, "parts"),
        ({"title": 7}, "title"),
        ({"title": "\ud800"}, "title"),
        ({"title": "A" * 20_001}, "title"),
        ({"realistic": "yes"}, "realistic"),
        ({"parts": [{"picture_s": 840.0}]}, "parts.0.picture_s"),
        ({"parts": [{"picture_s": True}]}, "parts.0.picture_s"),
        ({"parts": [{"picture_s": 10**9}]}, "parts.0.picture_s"),
        ({"parts": [{"base": ["CGI"]}]}, "parts.0.base.0"),
        ({"parts": [{"base": "LIVE"}]}, "parts.0.base"),
        ({"parts": [{"degrees": {"SCR": "X"}}]}, "parts.0.degrees.SCR"),
        ({"parts": [{"degrees": {"ABC": "G"}}]}, "parts.0.degrees"),
        ({"parts": [{"share": {"method": "GUESS"}}]}, "parts.0.share.method"),
        ({"parts": [{"share": {}}]}, "parts.0.share.method"),
        (
            {"parts": [{"share": {"method": "TIMECODES", "segments": [{"out_s": 1, "degree": "G"}]}}]},
            "parts.0.share.segments.0.in_s",
        ),
        ({"parts": [{"performers": [{"kind": {}}]}]}, "parts.0.performers.0.kind"),
        (
            {"parts": [{"performers": [{"kind": "ALTER", "terms": {"ends": "2027"}}]}]},
            "parts.0.performers.0.terms.ends",
        ),
        ({"parts": [{"performers": [{"kind": "ALTER", "terms": {"territory": [1]}}]}]}, None),
    ],
)
def test_a_wrong_value_is_named(data: Any, field: str | None) -> None:
    with pytest.raises(Invalid) as caught:
        from_json(data)
    assert caught.value.message
    if field:
        assert caught.value.field == field


def test_canonical_bytes_do_not_depend_on_order_or_composition() -> None:
    assert canonical({"b": 1, "a": ["e\u0301", None, True]}) == '{"a":["é",null,true],"b":1}'.encode()


@pytest.mark.parametrize("value", [1.5, {"a": {1, 2}}, b"bytes"])
def test_what_has_no_canonical_form_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        canonical(value)


def revisions() -> list[Revision]:
    stored: list[Revision] = []
    for body in (b'{"a":1}', b'{"a":2}', b'{"a":1}'):
        stored.append(Revision(body, fingerprint(body), stored[-1].sha256 if stored else GENESIS))
    return stored


def test_a_chain_holds_until_one_byte_changes() -> None:
    stored = revisions()
    assert first_break(stored) is None
    forged = b'{"a":3}'
    assert first_break([stored[0], stored[1]._replace(body=forged), stored[2]]) == 1
    assert first_break([stored[0], stored[1]._replace(body=forged, sha256=fingerprint(forged)), stored[2]]) == 2


def test_a_chain_shows_what_is_missing() -> None:
    first, second, third = revisions()
    assert first_break([second, third]) == 0
    assert first_break([first, third]) == 1
    assert chain.first_break([]) is None


@pytest.mark.parametrize("content", ["", "{", "[" * 100_000, '{"parts":[{"picture_s":NaN}]}', "\ud7ff"])
def test_a_file_that_is_no_ledger_is_told_so(tmp_path: Any, content: str) -> None:
    path = tmp_path / "ledger.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(Invalid):
        label_file(path)


def test_a_file_from_an_editor_with_a_byte_order_mark_is_read(tmp_path: Any) -> None:
    path = tmp_path / "ledger.json"
    path.write_text("\ufeff" + json.dumps(SEED), encoding="utf-8")
    assert label_file(path)["tier"] == "L3"
