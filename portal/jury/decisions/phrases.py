"""Quotas and outcomes in words."""

from __future__ import annotations

from babel import Locale

from portal.i18n import N_, language, ngettext, number, pick, translate
from portal.jury.decisions.models import QuotaKind
from portal.jury.decisions.queries import Kinds, Shown
from portal.jury.decisions.quotas import Bound, Standing

SHOWN = {
    Shown.ALL: N_("All"),
    Shown.UNDECIDED: N_("Undecided"),
    Shown.SELECTED: N_("Selected"),
    Shown.RESERVE: N_("Reserve"),
    Shown.NOT_SELECTED: N_("Not selected"),
}


def quota_name(bound: Bound, kinds: Kinds) -> str:
    """What a quota counts."""
    match bound.kind:
        case QuotaKind.MINUTES:
            return translate(N_("Minutes in all"))
        case QuotaKind.COUNTRY:
            return country_name(bound.key)
        case QuotaKind.SCHOOL if not bound.key:
            return translate(N_("Films of any class"))
        case _:
            names = kinds.name(bound.kind.value, bound.key)
            return pick(*names) if names else bound.key


def country_name(code: str) -> str:
    """A country in the language in use."""
    return str(Locale(language()).territories.get(code, code))


def bound_text(bound: Bound) -> str:
    """`at least 3, at most 8`."""
    parts = []
    if bound.at_least is not None:
        parts.append(translate(N_("at least {n}")).format(n=number(bound.at_least)))
    if bound.at_most is not None:
        parts.append(translate(N_("at most {n}")).format(n=number(bound.at_most)))
    return ", ".join(parts)


def figure_text(standing: Standing) -> str:
    """What the selection comes to: films, or minutes."""
    if standing.bound.kind == QuotaKind.MINUTES:
        return translate(N_("{n} min")).format(n=number(standing.figure))
    return ngettext("{n} film", "{n} films", standing.figure).format(n=number(standing.figure))


def verdict(standing: Standing) -> tuple[str, str]:
    """(word, kind of tag) for a quota as it stands."""
    if standing.short:
        return translate(N_("Too few")), "warn"
    if standing.over:
        return translate(N_("Too many")), "warn"
    return translate(N_("Kept")), "ok"
