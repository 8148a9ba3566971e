"""Between the answers and the fields of their form: what each field starts from, and what its section says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from portal import signing
from portal.disclosure import shots, tools
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
from portal.disclosure.ledger import Source

CODE = re.compile(r"[2-9A-Z]{10}")


def shown(answers: Answers) -> dict[str, Any]:
    """What the form's fields start from."""
    estimated = answers.share.method is ShareMethod.SLIDER
    amounts = (answers.share.generated, answers.share.altered)
    return {
        "base": [base.value for base in answers.base],
        "degree": {scope.value: degree.value for scope, degree in answers.degrees.items()},
        "length": answers.picture_s,
        "method": answers.share.method.value,
        **dict(zip(("generated_pct", "altered_pct"), amounts if estimated else (0, 0), strict=True)),
        **dict(zip(("generated", "altered"), (None, None) if estimated else amounts, strict=True)),
        "shots": shots.written(answers.share.shots),
        "tools": [{"name": tool.name, "version": tool.version, "scopes": list(tool.scopes)} for tool in answers.tools],
        "performers": [_person_data(person) for person in answers.performers],
        "sources": [_source_data(source) for source in answers.sources],
        "authorship": dict(_authorship_data(answers.authorship)),
        "realistic": {True: "yes", False: "no", None: ""}[answers.realistic],
        "audience_disclosure": answers.audience_disclosure,
        "human_statement": answers.human_statement,
        "attested": answers.attested,
    }


def _person_data(person: PersonShown) -> dict[str, Any]:
    return {
        "code": person.code,
        "kind": person.kind.value,
        "name": person.name,
        "part": person.part,
        "likeness": list(person.likeness),
        "appear": person.appear_s or None,
        "synth": person.synth_s if person.appear_s else None,
        "minor": person.minor,
        "deceased": person.deceased,
        "public_credit": person.public_credit,
    }


def _source_data(source: Source) -> dict[str, Any]:
    return {
        "kind": source.kind.value,
        "title": source.title,
        "holder": source.holder,
        "licence": source.licence,
        "basis": source.basis.value if source.basis else "",
    }


def _authorship_data(entries: Sequence[HumanPart]) -> Iterator[tuple[str, Any]]:
    for entry in entries:
        yield f"{entry.scope}_by", list(entry.contributions)
        yield f"{entry.scope}_text", entry.text


def _degrees(form: Any) -> dict[Scope, Degree]:
    answers = {scope: form.degree.form[scope.value].data for scope in Scope}
    return {scope: Degree(code) for scope, code in answers.items() if code in Degree.__members__}


def _share(form: Any) -> SharePicked:
    if form.method.data == ShareMethod.TIMECODES:
        listed = form.shots_read().segments
        sums = (0, 0) if listed else (form.generated.data or 0, form.altered.data or 0)
        return SharePicked(ShareMethod.TIMECODES, *sums, listed)
    return SharePicked(ShareMethod.SLIDER, form.generated_pct.data or 0, form.altered_pct.data or 0)


def _tool(row: Any) -> ToolUse:
    """A tool of the curated table is used where it usually is, unless the row says otherwise."""
    ticked = tuple(scope for scope in Scope if scope in row.scopes.data)
    return ToolUse(row.name.data, row.version.data, ticked or tools.usual_scopes(row.name.data))


def _source(row: Any) -> Source:
    basis = Basis(row.basis.data) if row.basis.data else None
    return Source(SourceKind(row.kind.data), row.title.data, row.holder.data, row.licence.data, basis)


def _authorship(form: Any) -> tuple[HumanPart, ...]:
    told = (_human(scope, form.authorship.form) for scope in Scope)
    return tuple(entry for entry in told if entry.contributions or entry.text)


def _human(scope: Scope, form: Any) -> HumanPart:
    ticked = form[f"{scope}_by"].data or ()
    given = tuple(one for one in Contribution if one in ticked)
    return HumanPart(scope, given, form[f"{scope}_text"].data or "")


def _person(row: Any) -> PersonShown:
    kind = PerformerKind(row.kind.data)
    real = kind is not PerformerKind.SYN
    return PersonShown(
        code=row.code.data if CODE.fullmatch(row.code.data or "") else signing.random_code(),
        kind=kind,
        name=row.name.data if real else "",
        part=row.part.data or "",
        likeness=tuple(part for part in Likeness if part in row.likeness.data) if real else (),
        appear_s=row.appear.data or 0,
        synth_s=row.synth.data or 0,
        minor=real and row.minor.data,
        deceased=real and (row.deceased.data or kind is PerformerKind.REP_DEC),
        public_credit=real and row.public_credit.data,
    )


# Each section of the answers, read from a form whose fields of that section are of the right shape.
READERS: Mapping[str, Callable[[Any], Any]] = {
    "base": lambda form: tuple(base for base in Base if base in (form.base.data or ())),
    "degrees": _degrees,
    "picture_s": lambda form: form.length.data,
    "share": _share,
    "tools": lambda form: tuple(_tool(entry.form) for entry in form.tools.entries),
    "performers": lambda form: tuple(_person(entry.form) for entry in form.performers.entries),
    "sources": lambda form: tuple(_source(entry.form) for entry in form.sources.entries),
    "authorship": _authorship,
    "realistic": lambda form: {"yes": True, "no": False}.get(form.realistic.data or ""),
    "audience_disclosure": lambda form: form.audience_disclosure.data or "",
    "human_statement": lambda form: form.human_statement.data or "",
    "attested": lambda form: bool(form.attested.data),
}
