"""A list of shots as one pastes it from an editor: one line each with in, out, degree and perhaps a note.

Times are mm:ss, hh:mm:ss or hh:mm:ss:ff (with a frame rate; `;ff` is drop-frame). They become whole seconds, halves
upwards, so that two shots that touch still touch; every line that cannot be read is told with its number.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from portal.disclosure.codes import Degree
from portal.disclosure.ledger import Segment
from portal.errors import Invalid
from portal.i18n import N_
from portal.i18n import translate as _

MOST_SHOTS = 500
MOST_NOTE = 200
_HOUR = 3600
_LONGEST_S = 24 * _HOUR
_LETTERS = {Degree.N: "N", Degree.E: "E", Degree.M: "M", Degree.G: "G"}
_WORDS = {
    Degree.N: ("n", "live", "none", "camera", "실사", "촬영", "수작업"),
    Degree.E: ("e", "enhanced", "보정"),
    Degree.M: ("m", "altered", "modified", "변형", "수정"),
    Degree.G: ("g", "generated", "생성"),
}
_DEGREES = {word: degree for degree, words in _WORDS.items() for word in words}


class Complaint(NamedTuple):
    """What is wrong with a line; lines count from 1, as an editor shows them."""

    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Shots:
    """The shots that could be read, in the order of the film, and what is wrong with the other lines."""

    segments: tuple[Segment, ...]
    complaints: tuple[Complaint, ...]


def read(text: str, *, fps: Fraction | None = None, length_s: int | None = None) -> Shots:
    """The shots of a pasted list; `fps` reads frames, `length_s` tells a count from 01:00:00 from a long film."""
    found: list[tuple[int, Segment]] = []
    complaints: list[Complaint] = []
    for line, cells in _rows(text):
        try:
            found.append((line, _segment(cells, fps)))
        except Invalid as problem:
            complaints.append(Complaint(line, problem.message))
    shots = sorted(_from_zero(found, length_s), key=lambda pair: pair[1].in_s)
    complaints += _overlaps(shots)
    if len(shots) > MOST_SHOTS:
        most = _("These are more than {most} lines. Join shots that touch.").format(most=MOST_SHOTS)
        complaints.append(Complaint(shots[MOST_SHOTS][0], most))
    return Shots(tuple(segment for _line, segment in shots), tuple(sorted(complaints)))


def written(segments: Sequence[Segment]) -> str:
    """The shots as lines that `read` takes back."""
    return "\n".join(_line(segment) for segment in segments)


def _line(segment: Segment) -> str:
    cells = [clock(segment.in_s), clock(segment.out_s), _LETTERS.get(segment.degree, "N")]
    note = segment.note.replace('"', '""')
    quoted = f'"{note}"' if set(note) & set(',;"\t') else note
    return ",".join([*cells, quoted] if note else cells)


def clock(seconds: int) -> str:
    """Seconds as a time-code, 1:05 or 1:02:05."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    lines = text.removeprefix("\ufeff").splitlines()
    separator = "\t" if "\t" in text else ";" if ";" in text and "," not in text else ","
    for number, line in enumerate(lines, start=1):
        cells = [cell.strip() for cell in next(csv.reader([line], delimiter=separator), [])]
        headings = number == 1 and not any(char.isdigit() for char in "".join(cells[:2]))
        if any(cells) and not headings:
            yield number, cells


def _segment(cells: Sequence[str], fps: Fraction | None) -> Segment:
    if len(cells) < 3:
        raise Invalid("shots", N_("Write in, out and degree, like 0:12,0:45,G."))
    start, end = _seconds(cells[0], fps), _seconds(cells[1], fps)
    degree = _DEGREES.get(cells[2].casefold())
    if degree is None:
        raise Invalid("shots", N_("\u201c{word}\u201d is no degree. Write N, E, M or G."), word=cells[2][:20])
    if start > end:
        raise Invalid("shots", N_("It ends before it starts."))
    if start == end:
        raise Invalid("shots", N_("It is shorter than a second. Join it with the shot beside it."))
    return Segment(start, end, degree, ", ".join(cell for cell in cells[3:] if cell)[:MOST_NOTE])


def _seconds(text: str, fps: Fraction | None) -> int:
    """A time-code in whole seconds."""
    drop = ";" in text
    fields = text.replace(";", ":").split(":")
    if not 2 <= len(fields) <= 4 or not all(one.isascii() and one.isdecimal() and len(one) < 4 for one in fields):
        raise Invalid("shots", N_("\u201c{time}\u201d is no time. Write 1:05, 0:01:05 or 00:01:05:12."), time=text[:20])
    frames = int(fields.pop()) if len(fields) == 4 else None
    values = [int(one) for one in fields]
    if any(value > 59 for value in values[1:]):
        raise Invalid("shots", N_("\u201c{time}\u201d has more than 59 seconds or minutes."), time=text[:20])
    whole = sum(value * 60**power for power, value in enumerate(reversed(values)))
    if whole > _LONGEST_S:
        raise Invalid("shots", N_("\u201c{time}\u201d lies outside of the film."), time=text[:20])
    exact = Fraction(whole) if frames is None else _with_frames(whole, frames, fps, drop=drop)
    return int(exact + Fraction(1, 2))


def _with_frames(whole: int, frames: int, fps: Fraction | None, *, drop: bool) -> Fraction:
    """The real time of a count of frames: drop-frame keeps to the clock, any other runs on at the film's rate."""
    if not fps:
        raise Invalid("shots", N_("Frames can be read once the film has arrived. Write the time without them."))
    nominal = int(fps + Fraction(1, 2))
    if frames >= nominal:
        raise Invalid("shots", N_("There are only {fps} frames in a second."), fps=nominal)
    return whole + Fraction(frames, nominal) if drop else (whole * nominal + frames) / fps


def _from_zero(found: Sequence[tuple[int, Segment]], length_s: int | None) -> list[tuple[int, Segment]]:
    """Editors like to start at 01:00:00:00; a film that is shorter than an hour shows that they did."""
    starts = [segment.in_s for _line, segment in found]
    if not starts or not length_s or length_s >= _HOUR or min(starts) < _HOUR:
        return list(found)
    return [(n, replace(one, in_s=one.in_s - _HOUR, out_s=one.out_s - _HOUR)) for n, one in found]


def _overlaps(shots: Sequence[tuple[int, Segment]]) -> Iterator[Complaint]:
    for (first, before), (line, after) in pairwise(shots):
        if after.in_s < before.out_s:
            yield Complaint(line, _("It starts before line {line} ends.").format(line=first))
