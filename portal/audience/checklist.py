"""The check-in list as CSV: for paper at the door when the network is away. Pure.

Cells that a spreadsheet would take for a formula get an apostrophe in front; the file starts with a byte order mark,
without which Korean Excel shows nonsense.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def guarded(value: object) -> str:
    """The value as a cell no spreadsheet runs."""
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def as_csv(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """The table as text."""
    sheet = StringIO()
    writer = csv.writer(sheet)
    writer.writerow(headings)
    writer.writerows([guarded(value) for value in row] for row in rows)
    return "\ufeff" + sheet.getvalue()
