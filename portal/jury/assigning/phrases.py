"""Plans in words: states, rules, what stands in the way, the ways out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from portal.i18n import N_, _, ngettext, translate

_STATES = {
    "wanted": (N_("Being worked out"), "info"),
    "proposed": (N_("Waits for publication"), "warn"),
    "infeasible": (N_("Impossible as asked"), "bad"),
    "failed": (N_("Failed"), "bad"),
    "published": (N_("Published"), "ok"),
    "dropped": (N_("Laid aside"), ""),
}
_KINDS = {"full": N_("Whole plan"), "repair": N_("Repair")}
_RULES = {
    "floor": N_("Fairness floor: no film far below its own best jury"),
    "band": N_("Equal hours for all jurors"),
    "native:": N_("A juror who speaks the language of the film"),
    "employer:": N_("At most one juror of a company"),
    "eligible jurors": N_("Enough jurors without a conflict"),
    "fixed pairs": N_("Pairs set by hand or begun"),
    "minimum minutes": N_("Least minutes of each juror"),
    "maximum minutes": N_("Most minutes of each juror"),
    "whole films": N_("Films cannot be cut into parts"),
}
_PARTS = {
    "genre": N_("Genre"),
    "language": N_("Language"),
    "category": N_("Category"),
    "wish": N_("Own wish"),
}
_OBSTACLES = {
    "hours_full": N_("hours are full"),
    "conflict": N_("conflict of interest"),
    "other_film": N_("serves other films better"),
    "seated": N_("is on this film, too"),
}


def run_state(state: str) -> tuple[str, str]:
    """(words, kind of tag)."""
    word, kind = _STATES[state]
    return translate(word), kind


def run_kind(kind: str) -> str:
    """Whole plan or repair."""
    return translate(_KINDS[kind])


def rule_name(name: str, panels: Mapping[str, str]) -> str:
    """A rule by its name in the instance; `panels` are names by code."""
    if name in _RULES:
        return translate(_RULES[name])
    kind, _colon, which = name.partition(":")
    if kind == "panel":
        return _("Panel {name}: its share of every film").format(name=panels.get(which, which))
    if kind == "native":
        return _("A juror who speaks {language}").format(language=which)
    return _("At most one juror of {company}").format(company=which) if kind == "employer" else name


def part_name(part: str) -> str:
    """A part of the fit."""
    return translate(_PARTS.get(part, part))


def obstacle(name: str) -> str:
    """What stands against a better juror."""
    return translate(_OBSTACLES.get(name, name))


def shortfall(certificate: Mapping[str, Any]) -> str:
    """How much is missing, with its unit."""
    n = max(1, round(certificate["shortfall"] + 0.499))
    if certificate["unit"] == "viewings":
        return ngettext("{n} viewing is missing", "{n} viewings are missing", n).format(n=n)
    return ngettext("{n} minute is missing", "{n} minutes are missing", n).format(n=n)


def way_out(way: Mapping[str, Any], panels: Mapping[str, str]) -> str:
    """A way out as the button that takes it."""
    n = max(1, round(way["amount"] + 0.499))
    who = ", ".join(way["subjects"][:6]) + (" …" if len(way["subjects"]) > 6 else "")
    if way["action"] == "raise_max_minutes":
        return ngettext("Allow up to {n} minute more: {who}", "Allow up to {n} minutes more: {who}", n).format(
            n=n, who=who
        )
    if way["action"] == "lower_min_minutes":
        return ngettext("Ask for up to {n} minute less: {who}", "Ask for up to {n} minutes less: {who}", n).format(
            n=n, who=who
        )
    if way["action"] == "lower_demand":
        films = len(way["subjects"])
        return ngettext("Fewer jurors for {n} film: {who}", "Fewer jurors for {n} films: {who}", films).format(
            n=films, who=who
        )
    if way["action"] == "drop_rule":
        return _("Leave this rule aside: {rule}").format(rule=rule_name(way["subjects"][0], panels))
    if way["action"] == "add_jurors":
        return ngettext("Seat {n} more juror", "Seat {n} more jurors", n).format(n=n)
    return ngettext("{n} more viewing per film", "{n} more viewings per film", n).format(n=n)
