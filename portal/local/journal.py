"""Keeps each process's output in a file of its own and lets only warnings and worse through to the terminal."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from portal import clock

_LARGEST = 10 * 1024 * 1024
_START = re.compile(r'^(\[?\d{4}-\d\d-\d\d|\{")')
# gunicorn and Celery, then Python, then structlog's readable and JSON forms
_LOUD = re.compile(
    r'\b(WARNING|ERROR|CRITICAL)\b|^Traceback |\[(warning|error|critical) *\]|"level": ?"(warning|error|critical)"'
)


class Journal:
    """One process's log file. Bytes go in as they come; whole lines come out."""

    def __init__(self, path: Path, show: Callable[[str], None]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._show = show
        self._rest = b""
        self._loud = False

    def feed(self, data: bytes) -> None:
        """Take what the process wrote."""
        *pieces, self._rest = (self._rest + data).split(b"\n")
        lines = [piece.decode("utf-8", "replace") for piece in pieces]
        self._write(lines)
        for line in filter(self._is_loud, lines):
            self._show(line)

    def note(self, text: str) -> None:
        """Write a line of the supervisor's own, which begins a new record."""
        self._loud = False
        self._write([text])

    def tail(self, count: int) -> list[str]:
        """The newest lines."""
        text = self.path.read_text(encoding="utf-8", errors="replace") if self.path.exists() else ""
        return text.splitlines()[-count:]

    def _write(self, lines: list[str]) -> None:
        self._rotate()
        moment = clock.now().isoformat(timespec="seconds")
        with self.path.open("a", encoding="utf-8") as file:
            file.writelines(f"{moment} {line}\n" for line in lines)

    def _is_loud(self, line: str) -> bool:
        """A line is as loud as the record it belongs to, but a traceback's frames stay in the file."""
        if _LOUD.search(line):
            self._loud = True
        elif _START.match(line):
            self._loud = False
        return self._loud and not line.startswith(" ") and bool(line)

    def _rotate(self) -> None:
        if self.path.exists() and self.path.stat().st_size > _LARGEST:
            self.path.replace(self.path.with_suffix(".log.1"))
