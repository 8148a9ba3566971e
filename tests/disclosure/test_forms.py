"""The form's shape: what comes in, what is wrong with it, and what is kept all the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from portal.disclosure import places
from portal.disclosure.answers import Answers, HumanPart, PersonShown, SharePicked, ToolUse
from portal.disclosure.codes import (
    Base,
    Basis,
    Contribution,
    Degree,
    Likeness,
    PerformerKind,
    Scope,
    ShareMethod,
    SourceKind,
)
from portal.disclosure.ledger import Segment, Source
from portal.entries.views.forms import DisclosureForm
from portal.web.forms import tidy
from tests.disclosure.declared import ACTRESS, SOUND

Fields = dict[str, str | list[str]]


@pytest.fixture(autouse=True)
def a_request() -> Iterator[None]:
    """Forms look for the request they belong to."""
    app = Flask(__name__)
    app.secret_key = "k" * 40
    with app.test_request_context("/", method="POST"):
        yield


def sent(fields: Fields) -> DisclosureForm:
    """A form as a browser sends these fields."""
    data: MultiDict[str, str] = MultiDict()
    for name, value in fields.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    form = DisclosureForm.posted(data)
    form.validate()
    return form


def as_sent(answers: Answers) -> Fields:
    """The fields a browser sends back when the form shows these answers."""
    form = DisclosureForm.showing(answers)
    fields: Fields = {
        "base": form.base.data,
        "length": form.length._value(),
        "method": form.method.data,
        "generated_pct": form.generated_pct._value(),
        "altered_pct": form.altered_pct._value(),
        "generated": form.generated._value(),
        "shots": form.shots.data,
        "altered": form.altered._value(),
        "realistic": form.realistic.data or "",
        "audience_disclosure": form.audience_disclosure.data,
        "human_statement": form.human_statement.data,
    }
    fields |= {f"degree-{scope}": degree.value for scope, degree in answers.degrees.items()}
    fields |= {"attested": "1"} if form.attested.data else {}
    for field in form.authorship.form:
        fields[field.name] = field.data or []
    for entry in (*form.tools.entries, *form.performers.entries, *form.sources.entries):
        for field in entry.form:
            if field.type == "BooleanField":
                fields |= {field.name: "1"} if field.data else {}
            else:
                fields[field.name] = field._value() if field.type == "Length" else field.data
    return fields


texts = st.text(st.characters(categories=["L", "N"]), max_size=20).map(tidy)
people = st.builds(
    lambda code, kind, name, times, likeness: PersonShown(
        code, kind, *((name, "역할", likeness) if kind is not PerformerKind.SYN else ("", "역할", ())), *times
    ),
    st.text("23456789ABCDEFGHJK", min_size=10, max_size=10),
    st.sampled_from([kind for kind in PerformerKind if kind is not PerformerKind.REP_DEC]),
    texts,
    st.tuples(st.integers(1, 5000), st.integers(0, 5000)).map(lambda pair: (max(pair), min(pair))),
    st.sets(st.sampled_from(Likeness)).map(lambda found: tuple(one for one in Likeness if one in found)),
)
lists_of_shots = st.lists(st.integers(0, 9000), min_size=2, max_size=8, unique=True).map(
    lambda cuts: tuple(
        Segment(start, end, Degree.G, 'a "b", c' if end % 2 else "")
        for start, end in pairwise(sorted(cuts))
        if start % 3
    )
)
answers = st.builds(
    Answers,
    base=st.sets(st.sampled_from(Base)).map(lambda found: tuple(one for one in Base if one in found)),
    degrees=st.dictionaries(st.sampled_from(Scope), st.sampled_from(Degree)),
    picture_s=st.one_of(st.none(), st.integers(1, 86_400)),
    share=st.one_of(
        st.builds(SharePicked, st.just(ShareMethod.SLIDER), st.integers(0, 100), st.integers(0, 100)),
        st.builds(SharePicked, st.just(ShareMethod.TIMECODES), st.integers(0, 9000), st.integers(0, 9000)),
        st.builds(SharePicked, st.just(ShareMethod.TIMECODES), st.just(0), st.just(0), lists_of_shots),
    ),
    tools=st.lists(st.builds(ToolUse, texts.filter(bool), texts), max_size=3).map(tuple),
    performers=st.lists(people, max_size=3, unique_by=lambda person: person.code).map(tuple),
    sources=st.lists(
        st.builds(Source, st.sampled_from(SourceKind), texts, texts, texts, st.sampled_from([None, *Basis])), max_size=2
    ).map(tuple),
    authorship=st.builds(
        lambda scope, given, text: (HumanPart(scope, given, text),) if given or text else (),
        st.sampled_from(Scope),
        st.sets(st.sampled_from(Contribution)).map(lambda found: tuple(one for one in Contribution if one in found)),
        texts,
    ),
    realistic=st.sampled_from([None, True, False]),
    audience_disclosure=texts,
    human_statement=texts,
    attested=st.booleans(),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(answers)
def test_what_a_form_shows_comes_back_unchanged(given_answers: Answers) -> None:
    form = sent(as_sent(given_answers))
    assert form.wrong_shapes() == {}
    assert form.answers(Answers()) == given_answers


@pytest.mark.parametrize(
    ("text", "seconds"), [("6:50", 410), ("0:06:50", 410), ("410", 410), ("1:00:00", 3600), ("", None)]
)
def test_lengths_as_people_write_them(text: str, seconds: int | None) -> None:
    assert sent({"length": text}).answers(Answers()).picture_s == seconds


@pytest.mark.parametrize("text", ["abc", "6:5x", "1:2:3:4", "-5", "99999999", "６:５０:１:1", "1e3"])
def test_other_lengths_are_told(text: str) -> None:
    form = sent({"length": text})
    assert set(form.wrong_shapes()) == {"length"}
    assert form.length._value() == text
    assert form.answers(replace(SOUND, picture_s=77)).picture_s == 77


@pytest.mark.parametrize("text", ["101", "-1", "ten", "1.5", "²"])
def test_other_percentages_are_told(text: str) -> None:
    assert set(sent({"method": "SLIDER", "generated_pct": text}).wrong_shapes()) == {"generated_pct"}


def test_a_wrong_section_leaves_the_others_alone() -> None:
    form = sent({**as_sent(SOUND), "length": "abc", "human_statement": "새 문장"})
    found = form.answers(SOUND)
    assert (found.picture_s, found.human_statement) == (SOUND.picture_s, "새 문장")


def test_empty_rows_are_dropped_and_the_rest_is_renumbered() -> None:
    form = sent({"tools-0-name": "", "tools-4-name": "Brush", "tools-9-name": "Easel", "drop": ""})
    assert [entry.name for entry in form.tools.entries] == ["tools-0", "tools-1"]
    assert form.answers(Answers()).tools == (ToolUse("Brush"), ToolUse("Easel"))


def test_the_row_named_by_the_button_is_dropped() -> None:
    form = sent({"tools-0-name": "Brush", "tools-1-name": "Easel", "drop": "tools-0"})
    assert form.answers(Answers()).tools == (ToolUse("Easel"),)


def test_a_known_tool_is_used_where_it_usually_is_unless_told_otherwise() -> None:
    form = sent({"tools-0-name": "Suno", "tools-1-name": "suno 5", "tools-1-scopes": "VOI"})
    assert [tool.scopes for tool in form.answers(Answers()).tools] == [(Scope.MUS,), (Scope.VOI,)]


def test_more_ai_time_than_screen_time_is_told_in_its_row() -> None:
    person = {"kind": "ALTER", "name": "김", "code": ACTRESS.code, "appear": "1:00", "synth": "2:00"}
    form = sent({f"performers-0-{name}": value for name, value in person.items()})
    assert set(form.wrong_shapes()) == {"performers-0-synth"}
    assert form.answers(replace(Answers(), performers=(ACTRESS,))).performers == (ACTRESS,)


def test_somebody_who_does_not_exist_has_no_name() -> None:
    person = {"kind": "SYN", "name": "가상 인물", "code": ACTRESS.code, "likeness": ["FACE"], "minor": "1"}
    form = sent({f"performers-0-{name}": value for name, value in person.items()})
    assert form.answers(Answers()).performers == (PersonShown(ACTRESS.code, PerformerKind.SYN),)


def test_a_forged_code_is_replaced() -> None:
    form = sent({"performers-0-kind": "ALTER", "performers-0-name": "김", "performers-0-code": "'; DROP TABLE"})
    assert len(form.answers(Answers()).performers[0].code) == 10


def test_forty_rows_are_the_most() -> None:
    form = sent({f"tools-{n}-name": f"도구 {n}" for n in range(60)})
    assert len(form.answers(Answers()).tools) == 40


def test_text_is_tidied() -> None:
    form = sent({"human_statement": "  가\u0000나\r\n다  ", "tools-0-name": "Kl\u0007ing\n2"})
    found = form.answers(Answers())
    assert (found.human_statement, found.tools[0].name) == ("가나\n다", "Kling 2")


@pytest.mark.parametrize(
    ("path", "field", "anchor"),
    [
        ("parts", "length", "length"),
        ("parts.0.picture_s", "length", "length"),
        ("parts.0.base", "base", "base-LIVE"),
        ("parts.0.degrees", "degrees", "degree-SCR-N"),
        ("parts.0.degrees.VOI", "degree-VOI", "degree-VOI-N"),
        ("parts.0.share", "share", "generated_pct"),
        ("parts.0.tools", "tools", "tools"),
        ("parts.0.tools.2.scopes", "tools-2-scopes", "tools-2-scopes-SCR"),
        ("parts.0.performers.1.synth_s", "performers-1-synth", "performers-1-synth"),
        ("parts.0.performers.1.likeness", "performers-1-likeness", "performers-1-likeness-FACE"),
        ("realistic", "realistic", "realistic-yes"),
        ("attestation", "attested", "attested"),
        ("human_statement", "human_statement", "human_statement"),
        ("parts.0.share.segments.3", "shots", "shots"),
        ("parts.0.sources.1.basis", "sources-1-basis", "sources-1-basis"),
        ("parts.0.authorship.2", "authorship", "authorship-h"),
        ("parts.1.base", "main", "main"),
    ],
)
def test_every_complaint_has_its_place_on_the_form(path: str, field: str, anchor: str) -> None:
    assert places.field_of(path) == field
    assert places.anchor_of(field) == anchor
