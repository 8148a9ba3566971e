"""A category's rules on AI use, in the words of the call page."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from portal import i18n
from portal.disclosure.codes import Scope
from portal.disclosure.phrases import name_of
from portal.disclosure.rules.policies import Policy, read_policies
from portal.i18n import N_, translate

_SENTENCES = {
    "P01": N_("At least {percent} of the picture is made with AI."),
    "P02": N_("At most {percent} of the picture is made with AI."),
    "P03": N_("AI is used in at least one of these: {scopes}."),
    "P04": N_("AI is not used in: {scopes}."),
    "P05": N_("The picture has the base the regulations name."),
    "P06": N_("Only films of the AI levels the regulations name."),
    "P07": N_("Everybody whose face or voice is recognisable has agreed."),
    "P08": N_("Certain digital replicas are not allowed."),
    "P09": N_("No digital replica of a minor."),
    "P10": N_("The script is written by people."),
    "P11": N_("The leading parts are played by people."),
    "P12": N_("The sources of the AI work are known and named."),
    "P13": N_("Evidence of the work: a source clip or a recording of the making."),
    "P14": N_("The audience is told within the film that AI was used."),
    "P15": N_("Certain tools are not allowed."),
    "P16": N_("The file's own record of origin must not contradict the declaration."),
    "P17": N_("The declaration can be amended until a date."),
}


def ai_rules(data: list[Any]) -> list[str]:
    """One sentence for each policy of a category, in the language in use."""
    return [_sentence(policy) for policy in read_policies(data)]


def _sentence(policy: Policy) -> str:
    words = {name: show(policy.params[name]) for name, show in _SHOWN.items() if name in policy.params}
    fields = {"percent": words.get("min_bp") or words.get("bp") or "", "scopes": words.get("scopes", "")}
    return translate(_SENTENCES[policy.code]).format(**fields)


def _percent(points: int) -> str:
    return f"{i18n.number(points / 100, 0 if points % 100 == 0 else 2)}%"


def _scopes(scopes: Iterable[Scope]) -> str:
    chosen = set(scopes)
    return ", ".join(name_of(scope) for scope in Scope if scope in chosen)


_SHOWN: dict[str, Callable[[Any], str]] = {"min_bp": _percent, "bp": _percent, "scopes": _scopes}
