"""States and moves of a guardian's consent."""

from __future__ import annotations

from enum import StrEnum

from portal.lifecycles.machine import Lifecycle, moves


class GuardianState(StrEnum):
    ASKED = "asked"
    SIGNED = "signed"
    PAPER = "paper"
    REFUSED = "refused"
    REVOKED = "revoked"


_G = GuardianState
GUARDIAN = Lifecycle(
    "guardian",
    moves(
        (_G.ASKED, (_G.SIGNED, _G.PAPER, _G.REFUSED, _G.REVOKED)),
        (_G.SIGNED, (_G.REVOKED,)),
        (_G.PAPER, (_G.REVOKED,)),
    ),
)
