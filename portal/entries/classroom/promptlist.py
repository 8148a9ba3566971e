"""Many lines of a prompt log at once, from a CSV list or plain text, and the log as Markdown; nothing is stored."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from portal.i18n import N_
from portal.school.roster import Mistake

LONGEST = {"tool": 120, "prompt": 4000, "outcome": 500}
MOST_LINES = 1000
COLUMNS = tuple(LONGEST)
_KOREAN = {"도구": "tool", "프롬프트": "prompt", "결과": "outcome"}
_BLANK = re.compile(r"\n[ \t]*\n\s*")


@dataclass(frozen=True, slots=True)
class Line:
    """One prompt: the tool it was given to, its words, and what came of it."""

    tool: str
    prompt: str
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class PromptList:
    """What a text holds, and what is wrong with it."""

    lines: tuple[Line, ...]
    mistakes: tuple[Mistake, ...]


def read(text: str, tool: str = "") -> PromptList:
    """A CSV list whose first line names the columns, or else plain text with a prompt in each paragraph.

    `tool` is what plain text was given to, and what a list's empty cells mean.
    """
    whole = _clean(text)
    headings = _headings(whole)
    numbered = _rows(whole, headings, tool) if "prompt" in headings else _paragraphs(whole, tool)
    try:
        found = list(numbered)
    except csv.Error:
        return PromptList((), (Mistake(0, N_("This is not a CSV list. Save it as CSV and try again.")),))
    if not found:
        return PromptList((), (Mistake(0, N_("There is no prompt in it.")),))
    if len(found) > MOST_LINES:
        return PromptList((), (Mistake(0, N_("A log holds at most {n} prompts."), {"n": MOST_LINES}),))
    return PromptList(
        tuple(line for _, line in found), tuple(wrong for at, line in found for wrong in wrongs(line, at))
    )


def wrongs(line: Line, at: int) -> Iterator[Mistake]:
    """What keeps a prompt from the log, said of the line with that number."""
    if not line.prompt:
        yield Mistake(at, N_("Line {line}: the prompt is missing."), {"line": at})
    for name, most in LONGEST.items():
        if len(getattr(line, name)) > most:
            told: dict[str, str | int] = {"line": at, "column": name, "n": most}
            yield Mistake(at, N_("Line {line}: column {column} takes at most {n} characters."), told)


def _clean(text: str) -> str:
    composed = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    return "".join(char for char in composed if char in "\n\t" or unicodedata.category(char) != "Cc")


def _headings(whole: str) -> list[str]:
    first = whole.partition("\n")[0]
    cells = next(csv.reader([first]), []) if first.strip() else []
    names = [cell.strip().lower() for cell in cells]
    return [_KOREAN.get(name, name) for name in names]


def _rows(whole: str, headings: list[str], tool: str) -> Iterator[tuple[int, Line]]:
    reader = csv.reader(io.StringIO(whole), strict=True)
    next(reader)
    begins = reader.line_num + 1
    for row in reader:
        cells = {name: cell.strip() for name, cell in zip(headings, row, strict=False) if name in COLUMNS}
        if any(cells.values()):
            yield begins, Line(cells.get("tool") or tool, cells.get("prompt", ""), cells.get("outcome", ""))
        begins = reader.line_num + 1


def _paragraphs(whole: str, tool: str) -> Iterator[tuple[int, Line]]:
    at = 0
    for match in (*_BLANK.finditer(whole), None):
        block = whole[at : match.start() if match else len(whole)]
        if block.strip():
            lead = len(block) - len(block.lstrip())
            yield whole.count("\n", 0, at + lead) + 1, Line(tool, block.strip())
        at = match.end() if match else at


def markdown(title: str, lines: Iterable[tuple[Line, str]]) -> str:
    """The log as a document: each prompt with who wrote it, as indented code so that nothing in it is markup."""
    parts = [f"# {_one_line(title)}\n"]
    for n, (line, who) in enumerate(lines, start=1):
        heading = " · ".join(_escaped(part) for part in (line.tool, who) if part)
        parts += [f"\n## {n}. {heading}".rstrip() + "\n", f"\n{_indented(line.prompt)}\n"]
        if line.outcome:
            parts.append(f"\n→\n\n{_indented(line.outcome)}\n")
    return "".join(parts)


def _indented(text: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in text.split("\n"))


def _one_line(text: str) -> str:
    return _escaped(" ".join(text.split()))


def _escaped(text: str) -> str:
    return re.sub(r"([\\`*_{}\[\]<>#|!])", r"\\\1", text)
