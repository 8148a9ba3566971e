"""A hall's seats row by row, from the front: written as lines of text, and counted. Pure.

A line is `A 12 1,2`: row A has 12 seats, of which seats 1 and 2 are accessible. A plan is stored as
`{"row": "A", "seats": 12, "accessible": [1, 2]}` for each row.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from portal.errors import Invalid
from portal.i18n import N_, ngettext

Plan = list[dict[str, Any]]
MOST_ROWS, MOST_IN_A_ROW = 100, 200
_LINE = re.compile(
    r"^(?P<row>[^\s,]{1,6})[ \t]+(?P<seats>\d{1,4})(?:[ \t]+(?P<accessible>\d{1,4}(?:[ \t]*[, ][ \t]*\d{1,4})*))?$"
)


def parsed(text: str) -> Plan:
    """The plan a text describes, empty for no lines; raises Invalid naming the line."""
    plan: Plan = []
    for n, line in enumerate((one.strip() for one in text.splitlines()), start=1):
        if line:
            plan.append(_row(n, line))
    if len(plan) > MOST_ROWS:
        raise Invalid("plan", N_("A plan can have at most {most} rows."), most=MOST_ROWS)
    seen: set[str] = set()
    for row in plan:
        if row["row"] in seen:
            raise Invalid("plan", N_("Row {row} is there twice."), row=row["row"])
        seen.add(row["row"])
    return plan


def _row(n: int, line: str) -> dict[str, Any]:
    found = _LINE.match(line)
    if found is None:
        sentence = N_("Line {n} can't be read. Write the row, its seats and the accessible ones: A 12 1,2")
        raise Invalid("plan", sentence, n=n)
    row, seats = found["row"].upper(), int(found["seats"])
    if not 1 <= seats <= MOST_IN_A_ROW:
        raise Invalid("plan", N_("Row {row}: a row has 1 to {most} seats."), row=row, most=MOST_IN_A_ROW)
    accessible = sorted({int(seat) for seat in re.findall(r"\d+", found["accessible"] or "")})
    for seat in accessible:
        if not 1 <= seat <= seats:
            raise Invalid("plan", N_("Row {row} has no seat {seat}."), row=row, seat=seat)
    return {"row": row, "seats": seats, "accessible": accessible}


def text(plan: Sequence[Mapping[str, Any]]) -> str:
    """The plan as lines of text, as `parsed` reads them."""
    return "\n".join(
        " ".join(filter(None, (row["row"], str(row["seats"]), ",".join(map(str, row["accessible"]))))) for row in plan
    )


def seats(plan: Sequence[Mapping[str, Any]]) -> int:
    """How many seats a plan has."""
    return sum(row["seats"] for row in plan)


def accessible(plan: Sequence[Mapping[str, Any]]) -> int:
    """How many of them are accessible."""
    return sum(len(row["accessible"]) for row in plan)


def told(plan: Sequence[Mapping[str, Any]]) -> str:
    """The plan in one sentence."""
    rows = ngettext("{n} row", "{n} rows", len(plan)).format(n=len(plan))
    places = ngettext("{n} seat", "{n} seats", seats(plan)).format(n=seats(plan))
    reachable = ngettext("{n} accessible", "{n} accessible", accessible(plan)).format(n=accessible(plan))
    return " · ".join((rows, places, reachable))
