"""A table whose rows become cards on a phone has no heading there: each cell carries its column's name itself."""

import re
from collections.abc import Iterator, Sequence

from markupsafe import Markup, escape

_TAG = re.compile(r"<(?P<tag>t[rdh])(?P<attributes>(?:\s[^>]*)?)>(?P<empty>\s*</t[dh]>)?")
_SPAN = re.compile(r'\bcolspan="(\d+)"')

Column = str | tuple[str, dict[str, object]]


def labelled(rows: Markup, columns: Sequence[Column]) -> Markup:
    """The rows with `data-label`, the name of its column, on every `<td>` that holds something.

    Cells over several columns, and those of columns whose name is hidden, keep to themselves.
    """
    return Markup("".join(_pieces(rows, [_name(column) for column in columns])))  # noqa: S704 - rows are markup


def _name(column: Column) -> str:
    text, how = (column, {}) if isinstance(column, str) else column
    return "" if how.get("hidden") else text


def _pieces(rows: str, names: list[str]) -> Iterator[str]:
    end = column = 0
    for found in _TAG.finditer(rows):
        yield rows[end : found.start()]
        width = _width(found)
        name = names[column] if width == 1 and column < len(names) else ""
        yield _tag(found, name)
        column = column + width if width else 0
        end = found.end()
    yield rows[end:]


def _width(found: re.Match[str]) -> int:
    """How many columns a cell takes; none is a new row."""
    if found["tag"] == "tr":
        return 0
    spans = _SPAN.search(found["attributes"])
    return int(spans[1]) if spans else 1


def _tag(found: re.Match[str], name: str) -> str:
    if found["tag"] != "td" or found["empty"] or not name:
        return found[0]
    return f'<td{found["attributes"]} data-label="{escape(name)}">'
