"""The states of rounds and decisions in words, with the tag that shows them."""

from __future__ import annotations

from portal.i18n import N_, translate

_ROUNDS = {
    "setup": (N_("Being set up"), ""),
    "assigning": (N_("Working out the plan"), "info"),
    "proposed": (N_("Plan proposed"), "warn"),
    "open": (N_("Judging"), "ok"),
    "paused": (N_("Paused"), "warn"),
    "closed": (N_("Closed"), "solid"),
    "decided": (N_("Decided"), "solid"),
    "announced": (N_("Announced"), "solid"),
}
_OUTCOMES = {
    "selected": N_("Selected"),
    "reserve": N_("Reserve"),
    "not_selected": N_("Not selected"),
}


def round_state(state: str) -> tuple[str, str]:
    """(word, kind of tag) for a round's state."""
    word, kind = _ROUNDS[state]
    return translate(word), kind


def outcome_text(outcome: str) -> str:
    """A decision in a word."""
    return translate(_OUTCOMES[outcome])
