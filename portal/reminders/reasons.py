"""Why a reminder was cancelled."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """The reason ended, a later reminder was due as well, its time was over, or somebody of the office said so."""

    ENDED = "ended"
    OVERTAKEN = "overtaken"
    LATE = "late"
    BY_HAND = "by_hand"
