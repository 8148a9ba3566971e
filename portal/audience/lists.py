"""Lists of people as CSV, pasted or uploaded: read, checked line by line, with everything wrong said at once. Pure.

A line is `name, address[, party[, access needs]]`; a heading line is left out, tabs are taken for commas.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from portal.audience.terms import LARGEST_PARTY
from portal.i18n import N_
from portal.school.roster import Mistake, clean, is_address

MOST_LINES = 1000
_HEADINGS = {"name", "이름", "성명"}
_LIMITS = (200, 254, 3, 300)
_PARTIES = {str(n) for n in range(1, LARGEST_PARTY + 1)}


@dataclass(frozen=True, slots=True)
class Line:
    """One person of a list; `email` may be empty where the list allows it."""

    name: str
    email: str
    party: int = 1
    access_needs: str = ""


@dataclass(frozen=True, slots=True)
class People:
    """What a list says, and what is wrong with it."""

    lines: tuple[Line, ...]
    mistakes: tuple[Mistake, ...]


def read(text: str, *, needs_address: bool) -> People:
    """The people of a list, and its mistakes by line; a list with mistakes is to be mended, not used."""
    try:
        rows = list(csv.reader(io.StringIO(text.replace("\t", ",")), strict=True))
    except csv.Error:
        return People((), (Mistake(0, N_("This is not a CSV list. Save it as CSV and try again.")),))
    if len(rows) > MOST_LINES:
        return People((), (Mistake(0, N_("A list holds at most {n} lines."), {"n": MOST_LINES}),))
    lines: list[Line] = []
    mistakes: list[Mistake] = []
    seen: set[str] = set()
    for number, row in enumerate(rows, start=1):
        cells = [clean(cell) for cell in row]
        if not any(cells) or (number == 1 and cells[0].lower() in _HEADINGS):
            continue
        wrong = list(_mistakes(number, cells, seen, needs_address=needs_address))
        mistakes += wrong
        if not wrong:
            lines.append(_line(cells))
            seen.add(lines[-1].email)
    return People(tuple(lines), tuple(mistakes))


def write(lines: Sequence[Line]) -> str:
    """The same list as CSV, for the form that follows the preview."""
    out = io.StringIO()
    csv.writer(out).writerows([one.name, one.email, one.party, one.access_needs] for one in lines)
    return out.getvalue()


def _cell(cells: Sequence[str], n: int) -> str:
    return cells[n] if n < len(cells) else ""


def _mistakes(line: int, cells: Sequence[str], seen: set[str], *, needs_address: bool) -> Iterator[Mistake]:
    if not cells[0]:
        yield Mistake(line, N_("Line {line}: the name is missing."), {"line": line})
    if any(len(cell) > limit for cell, limit in zip(cells, _LIMITS, strict=False)):
        yield Mistake(line, N_("Line {line}: a text is too long."), {"line": line})
    email = _cell(cells, 1)
    if (email or needs_address) and not is_address(email):
        yield Mistake(line, N_("Line {line}: {email} is not an e-mail address."), {"line": line, "email": email or "—"})
    elif email and email.lower() in seen:
        yield Mistake(line, N_("Line {line}: {email} is on the list twice."), {"line": line, "email": email})
    party = _cell(cells, 2)
    if party and party not in _PARTIES:
        yield Mistake(line, N_("Line {line}: a party has 1 to {n} people."), {"line": line, "n": LARGEST_PARTY})


def _line(cells: Sequence[str]) -> Line:
    return Line(cells[0], _cell(cells, 1).lower(), int(_cell(cells, 2) or 1), _cell(cells, 3))
