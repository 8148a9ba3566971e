"""Tables to take away: CSV that Korean Excel reads and that no spreadsheet runs as a formula."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from flask import Response

from portal.web.pages import attach

_FORMULA = tuple("=+-@\t\r＝＋－＠")


def harmless(value: Any) -> Any:
    """The cell's value; text that would start a formula gets a leading apostrophe."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def csv_download(name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """A CSV file in UTF-8 with its byte-order mark, streamed row by row."""
    response = Response(_lines(header, rows), content_type="text/csv; charset=utf-8")
    return attach(response, name)


def _lines(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    for row in itertools.chain([header], rows):
        writer.writerow([harmless(cell) for cell in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
