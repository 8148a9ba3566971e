"""The parameters of each policy as fields of a plain form: what they are called, how they are drawn and read back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from portal.disclosure.codes import Base, Basis, ConsentStatus, Degree, PerformerKind, Scope
from portal.disclosure.figures import Tier
from portal.disclosure.phrases import TIERS, name_of
from portal.disclosure.rules.outcomes import Outcome
from portal.disclosure.rules.policies import DEFINITIONS, read_policies
from portal.errors import Invalid
from portal.i18n import N_, translate

MOST_RULES = 40


# A posted form: all values of each field.
Posted = Mapping[str, Sequence[str]]


class Kind(StrEnum):
    """How a parameter is drawn."""

    PERCENT = "percent"
    COUNT = "count"
    FLAG = "flag"
    ONE = "one"
    SEVERAL = "several"
    WORDS = "words"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter: its name in the JSON, its label, how it is drawn, and the codes one may choose from."""

    name: str
    label: str
    kind: Kind
    codes: tuple[StrEnum | str, ...] = ()


@dataclass(frozen=True, slots=True)
class Drawn:
    """A parameter of one row, ready to be drawn; `value` is text, a list of codes or whether it is ticked."""

    id: str
    label: str
    kind: str
    value: Any
    options: list[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Row:
    """One policy of the form; `problem` is the sentence about it, if any."""

    place: int
    code: str
    title: str
    severity: str
    params: list[Drawn]
    problem: tuple[str, str] | None


_SCOPES = (
    Param("scopes", N_("In"), Kind.SEVERAL, tuple(Scope)),
    Param("degrees", N_("How far"), Kind.SEVERAL, tuple(Degree)),
)
_ON = Param("on", N_("Counted"), Kind.ONE, ("V", "G"))
_PROOF = (ConsentStatus.DECLARED, ConsentStatus.DOC, ConsentStatus.VERIFIED)
PARAMS: Mapping[str, tuple[Param, ...]] = {
    "P01": (Param("min_bp", N_("At least"), Kind.PERCENT), _ON),
    "P02": (Param("bp", N_("At most"), Kind.PERCENT), _ON),
    "P03": _SCOPES,
    "P04": _SCOPES,
    "P05": (
        Param("required", N_("Has to be there"), Kind.SEVERAL, tuple(Base)),
        Param("forbidden", N_("May not be there"), Kind.SEVERAL, tuple(Base)),
    ),
    "P06": (Param("tiers", N_("Levels taken"), Kind.SEVERAL, tuple(tier.name for tier in Tier)),),
    "P07": (
        Param("least", N_("Proof at least"), Kind.ONE, _PROOF),
        Param("guardian", N_("A parent or guardian signs for a minor"), Kind.FLAG),
    ),
    "P08": (Param("kinds", N_("Not taken"), Kind.SEVERAL, tuple(PerformerKind)),),
    "P10": (Param("most", N_("AI in the script at most"), Kind.ONE, tuple(Degree)),),
    "P11": (Param("max_bp", N_("At most"), Kind.PERCENT),),
    "P12": (Param("bases", N_("Not taken"), Kind.SEVERAL, tuple(Basis)),),
    "P13": (
        Param("clips", N_("Raw clips at least"), Kind.COUNT),
        Param("recording_counts", N_("A recording of the process counts as well"), Kind.FLAG),
    ),
    "P15": (Param("names", N_("Tools, with commas between"), Kind.WORDS),),
    "P16": (Param("states", N_("States, with commas between"), Kind.WORDS),),
    "P17": (Param("day", N_("Until"), Kind.DAY),),
}
TITLES: Mapping[str, str] = {
    "P01": N_("Least share of AI in the picture"),
    "P02": N_("Largest share of AI in the picture"),
    "P03": N_("AI has to be used"),
    "P04": N_("AI may not be used"),
    "P05": N_("What the picture is made from"),
    "P06": N_("Levels of the label"),
    "P07": N_("Consent of people shown with AI"),
    "P08": N_("Replicas not taken"),
    "P09": N_("No replica of minors"),
    "P10": N_("Script by people"),
    "P11": N_("Acting by people"),
    "P12": N_("Rights to sources"),
    "P13": N_("Evidence of how it was made"),
    "P14": N_("The film tells its audience"),
    "P15": N_("Tools not taken"),
    "P16": N_("Credentials found in the file"),
    "P17": N_("Changes until a day"),
}
_SEVERITIES = {
    Outcome.FAIL: N_("Not taken"),
    Outcome.NEEDS_REVIEW: N_("An organizer looks at it"),
    Outcome.WARN: N_("A notice"),
}
_PERCENT = re.compile(r"[0-9]{1,3}([.,][0-9]{1,2})?")
_ON_WORDS = {"V": N_("Generated and altered"), "G": N_("Generated alone")}


def blank(code: str) -> dict[str, Any]:
    """A policy to start from, with the defaults of its parameters; KeyError where there is no such policy."""
    defaults = {name: _plain(default) for name, (_reader, default) in DEFINITIONS[code].params.items()}
    return {"code": code, **{name: value for name, value in defaults.items() if value is not None}}


def _plain(default: Any) -> Any:
    return list(default) if isinstance(default, tuple) else default


def titles() -> list[tuple[str, str]]:
    """All policies with what they are about, for the list to choose from."""
    return [(code, f"{code} {translate(title)}") for code, title in TITLES.items()]


def severities() -> list[tuple[str, str]]:
    """What an unmet policy may mean."""
    return [(outcome.value, translate(text)) for outcome, text in _SEVERITIES.items()]


def rows(rules: Sequence[Mapping[str, Any]]) -> list[Row]:
    """The policies as rows of the form, each with the first thing that is wrong with it."""
    wrong = dict(problems(rules))
    return [_row(place, rule, wrong.get(place)) for place, rule in enumerate(rules)]


def problems(rules: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, tuple[str, str]]]:
    """(place, (id of the field, sentence)) for each policy that cannot be read."""
    for place, rule in enumerate(rules):
        try:
            read_policies([rule])
        except Invalid as problem:
            name = problem.field.rpartition(".")[2]
            yield place, (_anchor(rule, name, place), problem.message)


def _anchor(rule: Mapping[str, Any], name: str, place: int) -> str:
    param = next((one for one in PARAMS.get(rule.get("code", ""), ()) if one.name == name), None)
    if param is not None and param.kind is Kind.SEVERAL:
        return f"{name}-{place}-{_code(param.codes[0])}"
    return f"{name}-{place}"


def _row(place: int, rule: Mapping[str, Any], problem: tuple[str, str] | None) -> Row:
    code = str(rule["code"])
    params = [_drawn(place, param, rule.get(param.name, blank(code).get(param.name))) for param in PARAMS.get(code, ())]
    severity = str(rule.get("severity", Outcome.FAIL))
    return Row(place, code, translate(TITLES[code]), severity, params, problem)


def _drawn(place: int, param: Param, value: Any) -> Drawn:
    hint = (None,) if param.kind is Kind.SEVERAL else ()
    options = [(_code(code), _words_for(code), *hint) for code in param.codes]
    return Drawn(f"{param.name}-{place}", translate(param.label), param.kind, _shown(param.kind, value), options)


def _code(code: StrEnum | str) -> str:
    return code.value if isinstance(code, StrEnum) else code


def _words_for(code: StrEnum | str) -> str:
    if isinstance(code, StrEnum):
        return name_of(code)
    return translate(_ON_WORDS.get(code) or TIERS[Tier[code]])


def _shown(kind: Kind, value: Any) -> Any:
    if kind is Kind.PERCENT and isinstance(value, int):
        return f"{Decimal(value) / 100:f}"
    if kind is Kind.WORDS and isinstance(value, list):
        return ", ".join(value)
    if kind in (Kind.SEVERAL, Kind.FLAG):
        return value or ([] if kind is Kind.SEVERAL else False)
    return "" if value is None else str(value)


def posted(form: Posted) -> list[dict[str, Any]]:
    """The policies as the form was sent; what cannot be read stays the text it was, for `rows` to complain about."""
    codes = form.get("code", ())[:MOST_RULES]
    return [_sent(form, place, code) for place, code in enumerate(codes) if code in TITLES]


def _sent(form: Posted, place: int, code: str) -> dict[str, Any]:
    rule: dict[str, Any] = {"code": code}
    for param in PARAMS.get(code, ()):
        rule[param.name] = _read(form, f"{param.name}-{place}", param.kind)
    severity = _text(form, f"severity-{place}") or Outcome.FAIL
    return rule if severity == Outcome.FAIL else {**rule, "severity": severity}


def _read(form: Posted, name: str, kind: Kind) -> Any:
    if kind is Kind.SEVERAL:
        return list(form.get(name, ()))[:20]
    text = _text(form, name)
    match kind:
        case Kind.PERCENT:
            return _basis_points(text)
        case Kind.COUNT:
            return int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else text
        case Kind.FLAG:
            return bool(text)
        case Kind.WORDS:
            return [word.strip() for word in text.split(",") if word.strip()]
    return text


def _text(form: Posted, name: str) -> str:
    return next(iter(form.get(name, ())), "").strip()[:500]


def _basis_points(text: str) -> int | str:
    """50.01 as 5001; text that is no percentage with at most two decimals comes back as it is."""
    if _PERCENT.fullmatch(text) is None:
        return text
    return int(Decimal(text.replace(",", ".")) * 100)
