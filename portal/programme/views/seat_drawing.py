"""A hall's seat plan as a drawing seen from above."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from portal.programme import seat_plan
from portal.web.drawing import Sheet

_SEAT, _STEP, _MARGIN = 8, 11, 26


def drawing(plan: Sequence[Mapping[str, Any]]) -> Markup:
    """The plan, the screen at the top, accessible seats round; its label says what `seat_plan.told` says."""
    widest = max((row["seats"] for row in plan), default=1)
    sheet = Sheet(2 * _MARGIN + widest * _STEP, _MARGIN + len(plan) * _STEP)
    sheet.rect((_MARGIN, 4), widest * _STEP, 4, "seats__screen", 2)
    for n, row in enumerate(plan):
        y = _MARGIN + n * _STEP
        left = _MARGIN + (widest - row["seats"]) * _STEP / 2
        sheet.text((_MARGIN - 8, y + _SEAT - 1), row["row"], "end", "seats__row")
        reachable = set(row["accessible"])
        for seat in range(1, row["seats"] + 1):
            kind, radius = ("seats__open", 4) if seat in reachable else ("seats__seat", 2)
            sheet.rect((round(left + (seat - 1) * _STEP, 1), y), _SEAT, _SEAT, kind, radius)
    return sheet.svg("seats", seat_plan.told(plan))
