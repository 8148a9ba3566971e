"""How a letter to many stands, in words: what became of its mails says more than its state."""

from __future__ import annotations

from portal.broadcasts.queries import Fates
from portal.i18n import N_, translate
from portal.lifecycles import BroadcastState


def standing(state: BroadcastState, fates: Fates) -> tuple[str, str]:
    """(word in the language in use, kind of tag)."""
    word, kind = _standing(state, fates)
    return translate(word), kind


def _standing(state: BroadcastState, fates: Fates) -> tuple[str, str]:
    if state == BroadcastState.DRAFT:
        return N_("Draft"), ""
    if fates.held:
        return N_("In the outbox"), "warn"
    if fates.leaving:
        return N_("Leaving"), "info"
    if fates.reached:
        return (N_("Sent, not to everybody"), "warn") if fates.failed else (N_("Sent"), "ok")
    if fates.failed:
        return N_("Reached nobody"), "bad"
    # Mails are forgotten a year after their edition, and the letter still says that it was sent.
    return (N_("Sent"), "ok") if state == BroadcastState.SENT and not fates.gone else (N_("Cancelled"), "")
