"""Between the answers and the fields of their form: what each field starts from, and what its section says."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from portal import signing
from portal.disclosure.answers import Answers, PersonShown, SharePicked, ToolUse
from portal.disclosure.codes import Base, Degree, Likeness, PerformerKind, Scope, ShareMethod

_CODE = re.compile(r"[2-9A-Z]{10}")


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
        "tools": [{"name": tool.name, "version": tool.version, "scopes": list(tool.scopes)} for tool in answers.tools],
        "performers": [_person_data(person) for person in answers.performers],
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


def _degrees(form: Any) -> dict[Scope, Degree]:
    answers = {scope: form.degree.form[scope.value].data for scope in Scope}
    return {scope: Degree(code) for scope, code in answers.items() if code in Degree.__members__}


def _share(form: Any) -> SharePicked:
    if form.method.data == ShareMethod.TIMECODES:
        return SharePicked(ShareMethod.TIMECODES, form.generated.data or 0, form.altered.data or 0)
    return SharePicked(ShareMethod.SLIDER, form.generated_pct.data or 0, form.altered_pct.data or 0)


def _tool(row: Any) -> ToolUse:
    return ToolUse(row.name.data, row.version.data, tuple(scope for scope in Scope if scope in row.scopes.data))


def _person(row: Any) -> PersonShown:
    kind = PerformerKind(row.kind.data)
    real = kind is not PerformerKind.SYN
    return PersonShown(
        code=row.code.data if _CODE.fullmatch(row.code.data or "") else signing.random_code(),
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
    "realistic": lambda form: {"yes": True, "no": False}.get(form.realistic.data or ""),
    "audience_disclosure": lambda form: form.audience_disclosure.data or "",
    "human_statement": lambda form: form.human_statement.data or "",
    "attested": lambda form: bool(form.attested.data),
}
