"""What a guardian's word is called, and how it is marked."""

from __future__ import annotations

from portal.i18n import N_, translate
from portal.lifecycles import GuardianState

_G = GuardianState
_NAMES = {
    _G.ASKED: (N_("Asked"), "info"),
    _G.SIGNED: (N_("Signed by link"), "ok"),
    _G.PAPER: (N_("Signed on paper"), "ok"),
    _G.REFUSED: (N_("Guardian refused"), "bad"),
    _G.REVOKED: (N_("Guardian took it back"), "bad"),
}


def state_name(state: GuardianState) -> tuple[str, str]:
    """(words in the language in use, kind of tag)."""
    name, kind = _NAMES[state]
    return translate(name), kind
