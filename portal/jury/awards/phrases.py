"""The states of awards in words, with the tag that shows them."""

from __future__ import annotations

from datetime import datetime

from portal.i18n import N_, translate
from portal.lifecycles import AwardState

_STATES = {
    AwardState.PROVISIONAL: (N_("Provisional"), "warn"),
    AwardState.FINAL: (N_("Final"), "ok"),
    AwardState.REVOKED: (N_("Revoked"), "bad"),
}


def award_state(state: AwardState | None, announced_at: datetime | None = None) -> tuple[str, str]:
    """(word, kind of tag) for an award; one that was given and not announced says so."""
    if state is None:
        return translate(N_("Not given")), ""
    if state == AwardState.PROVISIONAL and announced_at is None:
        return translate(N_("Given, not announced")), "info"
    word, kind = _STATES[state]
    return translate(word), kind
