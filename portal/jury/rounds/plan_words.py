"""What the round planner found, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from portal.i18n import N_, number, translate

_NAMED = {
    "nips": N_("Reviewers of a conference (NIPS 2014)"),
    "cannes": N_("Critics of a festival (Cannes)"),
}


def plan(stages: Sequence[Sequence[int]]) -> str:
    """A plan's stages: so many jurors for every film, then so many more for the best."""
    (_, first), *more = stages
    words = [translate(N_("{n} for every film")).format(n=first)]
    words += [translate(N_("{n} more for the best {films}")).format(n=each, films=films) for films, each in more]
    return ", ".join(words)


def basis(name: str) -> str | None:
    """Where variance shares come from that are no round's own; None for a round's."""
    return translate(_NAMED[name]) if name in _NAMED else None


def named() -> list[tuple[str, str]]:
    """The well-known fields."""
    return [(name, translate(word)) for name, word in _NAMED.items()]


def sentence(comparison: dict[str, Any]) -> str:
    """Which plan and why, with how sure that is."""
    if comparison["recommended"] is None:
        return translate(N_("The hours do not reach every film once. Allow for more hours, or list fewer films."))
    best, reason = comparison["forecasts"][comparison["recommended"]], comparison["reason"]
    if reason["against"] is None:
        return translate(N_("These hours allow for one plan alone: {plan}.")).format(plan=plan(best["stages"]))
    other = comparison["forecasts"][reason["against"]]
    words = _REASONS[reason["code"]]
    return translate(words).format(
        plan=plan(best["stages"]),
        against=plan(other["stages"]),
        places=number(comparison["places"]),
        percent=_percent(best["precision"]),
        other=_percent(other["precision"]),
        gain=_percent(abs(reason["gain"]), 1),
        error=_percent(2 * reason["gain_error"], 1),
        spread=_percent(best["spread"]),
    )


_REASONS = {
    "contested_films_gain": N_(
        "{plan}: of the {places} places, {percent} % go to the truly best films, against {other} % in the same hours"
        " with {against}. The gain of {gain} points is known to ±{error}; from one festival to the next"
        " the share varies by ±{spread} points."
    ),
    "no_clear_gain": N_(
        "{plan}: {percent} % of the {places} places go to the truly best films. No other way of spending the same"
        " hours is clearly better; {against} differs by {gain} points (±{error})."
    ),
}


def _percent(share: float, digits: int = 0) -> str:
    return number(100 * share, digits)
