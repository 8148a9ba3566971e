"""Invitations in words: how one stands, and how long it still waits."""

from __future__ import annotations

from datetime import datetime

from portal import clock
from portal.i18n import N_, ngettext, translate

STATES = {
    "confirmed": (N_("Coming"), "ok"),
    "invited": (N_("Awaiting an answer"), "info"),
    "declined": (N_("Not coming"), "bad"),
    "lapsed": (N_("No answer"), "warn"),
}


def state_text(state: str) -> tuple[str, str]:
    """(word, kind of tag)."""
    word, kind = STATES[state]
    return translate(word), kind


def left_text(answer_by: datetime) -> str:
    """How long somebody may still answer, in whole days."""
    days = (answer_by - clock.now()).days
    if days < 1:
        return translate(N_("less than a day left"))
    return ngettext("{n} day left", "{n} days left", days).format(n=days)
