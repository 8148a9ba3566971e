"""A class list as CSV: read, checked line by line, with everything wrong said at once; nothing is stored here."""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from email_validator import EmailNotValidError, validate_email

from portal.i18n import N_, translate

COLUMNS = (
    "student_number", "name", "latin_family", "latin_given", "email", "team", "leader", "mentor", "born_on",
    "guardian", "guardian_email",
)  # fmt: skip
_KOREAN = {
    "학번": "student_number",
    "이름": "name",
    "성(영문)": "latin_family",
    "이름(영문)": "latin_given",
    "이메일": "email",
    "팀": "team",
    "팀장": "leader",
    "멘토": "mentor",
    "생년월일": "born_on",
    "보호자": "guardian",
    "보호자_이메일": "guardian_email",
}
MOST_STUDENTS = 1000
_LIMITS = dict.fromkeys(COLUMNS, 200) | {
    "student_number": 40, "latin_family": 100, "latin_given": 100, "email": 254, "mentor": 254, "guardian_email": 254,
}  # fmt: skip
_YES, _NO = (
    ("yes", "y", "1", "true", "예", "네", "o", "팀장", "leader"),
    ("", "no", "n", "0", "false", "아니오", "아니요", "x", "-"),
)
_SEPARATORS = ",;\t"
_FORMULA = ("=", "+", "@")
_DAY = re.compile(r"(\d{4})\s*[-./]\s*(\d{1,2})\s*[-./]\s*(\d{1,2})\s*\.?")


@dataclass(frozen=True, slots=True)
class Student:
    """One line of the list."""

    email: str
    native_name: str
    latin_family: str = ""
    latin_given: str = ""
    number: str = ""
    team: str = ""
    leader: bool = False
    mentor: str = ""
    born_on: date | None = None
    guardian: str = ""
    guardian_email: str = ""
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with a line; line 1 holds the headings, 0 means the file as a whole."""

    line: int
    code: str
    params: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """The fix, in the language in use."""
        return translate(self.code).format(**self.params)


@dataclass(frozen=True, slots=True)
class ClassList:
    """What a file says, and what is wrong with it."""

    students: tuple[Student, ...]
    mistakes: tuple[Mistake, ...]


def read(data: bytes) -> ClassList:
    """The list in a CSV file with a heading line, as spreadsheets write it: with commas, semicolons or tabs.

    A line is a row of the spreadsheet, whatever breaks its cells hold; empty ones do not count.
    """
    text = decoded(data)
    if text is None:
        return ClassList((), (Mistake(0, N_("Save the list as CSV in UTF-8.")),))
    try:
        rows = _rows(text)
    except csv.Error:
        return ClassList((), (Mistake(0, N_("This is not a CSV list. Save it as CSV and try again.")),))
    first, cells = rows[0] if rows else (1, [])
    headings = [_heading(cell) for cell in cells]
    if not {"name", "email"} <= set(headings):
        return ClassList((), (Mistake(first, N_("The first line must name the columns: at least name and email.")),))
    doubled = [name for name in COLUMNS if headings.count(name) > 1]
    if doubled:
        sentence = N_("The first line names these columns more than once: {columns}.")
        return ClassList((), (Mistake(first, sentence, {"columns": ", ".join(doubled)}),))
    if len(rows) - 1 > MOST_STUDENTS:
        return ClassList((), (Mistake(0, N_("A list holds at most {n} students."), {"n": MOST_STUDENTS}),))
    return _read_rows(headings, rows[1:])


def _rows(text: str) -> list[tuple[int, list[str]]]:
    """The rows that are not empty, with their numbers; raises csv.Error."""
    headings = next((line for line in text.splitlines() if line.strip(_SEPARATORS + " ")), "")
    separator = max(_SEPARATORS, key=headings.count)
    rows = csv.reader(io.StringIO(text), delimiter=separator, strict=True)
    return [(line, row) for line, row in enumerate(rows, start=1) if any(cell.strip() for cell in row)]


def write(students: Iterable[Student]) -> str:
    """The same list as CSV, for the form that follows the preview."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for one in students:
        names = [one.number, one.native_name, one.latin_family, one.latin_given, one.email]
        team = [one.team, "1" if one.leader else "", one.mentor]
        writer.writerow([*names, *team, one.born_on or "", one.guardian, one.guardian_email])
    return out.getvalue()


def decoded(data: bytes) -> str | None:
    """An uploaded list's text, in UTF-8 or the encodings Korean Excel writes; None where it is in none of them."""
    marked = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "cp949"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if "\0" in text else text
    return None


def _heading(cell: str) -> str:
    name = unicodedata.normalize("NFC", cell).strip().lower().replace(" ", "_")
    return _KOREAN.get(name, name)


def _read_rows(headings: list[str], rows: list[tuple[int, list[str]]]) -> ClassList:
    students: list[Student] = []
    mistakes: list[Mistake] = []
    seen: set[str] = set()
    for line, row in rows:
        cells = {name: clean(cell) for name, cell in zip(headings, row, strict=False) if name in COLUMNS}
        wrong = list(_mistakes(line, cells, seen))
        mistakes += wrong
        if not wrong:
            students.append(_student(line, cells))
        seen.add(cells.get("email", "").lower())
    return ClassList(tuple(students), tuple(mistakes))


def clean(cell: str) -> str:
    """A cell on one line, composed, without what cannot be seen."""
    composed = unicodedata.normalize("NFC", cell)
    return " ".join("".join(char if char.isprintable() else " " for char in composed).split())


def _mistakes(line: int, cells: Mapping[str, str], seen: set[str]) -> Iterator[Mistake]:
    if not cells.get("name"):
        yield Mistake(line, N_("Line {line}: the name is missing."), {"line": line})
    long = next((name for name, text in cells.items() if len(text) > _LIMITS[name]), None)
    if long:
        yield Mistake(line, N_("Line {line}: the text in column {column} is too long."), {"line": line, "column": long})
    formula = next((name for name, text in cells.items() if text.startswith(_FORMULA)), None)
    if formula:
        sentence = N_("Line {line}: column {column} holds a formula. Write the text itself.")
        yield Mistake(line, sentence, {"line": line, "column": formula})
    email = cells.get("email", "")
    if not is_address(email):
        yield _no_address(line, email)
    elif email.lower() in seen:
        yield Mistake(line, N_("Line {line}: {email} is on the list twice."), {"line": line, "email": email})
    yield from _unreadable(line, cells)


def _unreadable(line: int, cells: Mapping[str, str]) -> Iterator[Mistake]:
    for name in ("mentor", "guardian_email"):
        if cells.get(name) and not is_address(cells[name]):
            yield _no_address(line, cells[name])
    if cells.get("leader", "").lower() not in _YES + _NO:
        sentence = N_("Line {line}: write yes for the leader of the team, and nothing for the others.")
        yield Mistake(line, sentence, {"line": line})
    if cells.get("born_on") and read_day(cells["born_on"]) is None:
        sentence = N_("Line {line}: write the day of birth as 2012-03-05.")
        yield Mistake(line, sentence, {"line": line})


def _no_address(line: int, text: str) -> Mistake:
    return Mistake(line, N_("Line {line}: {email} is not an e-mail address."), {"line": line, "email": text or "—"})


def read_day(text: str) -> date | None:
    """A day as people write it, year first: 2012-03-05, 2012.3.5, 2012. 3. 5.; None where it is none."""
    found = _DAY.fullmatch(text.strip())
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def is_address(email: str) -> bool:
    """Whether mail could go there, as far as its form says."""
    try:
        validate_email(email, check_deliverability=False)
    except EmailNotValidError:
        return False
    return email.isascii()


def _student(line: int, cells: Mapping[str, str]) -> Student:
    return Student(
        email=cells["email"].lower(),
        native_name=cells["name"],
        latin_family=cells.get("latin_family", ""),
        latin_given=cells.get("latin_given", ""),
        number=cells.get("student_number", ""),
        team=cells.get("team", ""),
        leader=cells.get("leader", "").lower() in _YES,
        mentor=cells.get("mentor", "").lower(),
        born_on=read_day(cells.get("born_on", "")),
        guardian=cells.get("guardian", ""),
        guardian_email=cells.get("guardian_email", "").lower(),
        line=line,
    )
