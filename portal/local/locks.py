"""What the lock files say and which of them an environment satisfies; standard library only."""

from __future__ import annotations

import hashlib
import re
import sys
from pathlib import Path

RUN = "requirements.lock"
TEST = "requirements-dev.lock"
_PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==", re.MULTILINE)


def fingerprint(root: Path, lock: str) -> str:
    """One line that changes with the lock's bytes, the interpreter's version, or the place of the checkout."""
    digest = hashlib.sha256((root / lock).read_bytes()).hexdigest()
    return f"{lock} {digest} python{sys.version_info.major}.{sys.version_info.minor} {root}"


def pin(text: str, package: str) -> str:
    """The block of a lock file that pins `package`, hashes included; empty when there is none."""
    starts = [(match["name"], match.start()) for match in _PIN.finditer(text)]
    ends = [start for _, start in starts[1:]] + [len(text)]
    return next((text[start:end] for (name, start), end in zip(starts, ends, strict=False) if name == package), "")


class Record:
    """The note inside an environment of the locks it was last synchronised with."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def satisfies(self, root: Path, lock: str) -> bool:
        """Whether the environment holds exactly what `lock` says (the test lock holds all of the run lock)."""
        return fingerprint(root, lock) in self._lines()

    def chosen(self, lock: str) -> str:
        """The lock to synchronise with: an environment once used for tests keeps its test tools."""
        return TEST if any(line.startswith(f"{TEST} ") for line in self._lines()) else lock

    def write(self, root: Path, lock: str) -> None:
        """Note that the environment now holds `lock`."""
        locks = (RUN, TEST) if lock == TEST else (RUN,)
        self._path.write_text("".join(f"{fingerprint(root, name)}\n" for name in locks), encoding="utf-8")

    def begin(self, lock: str) -> None:
        """Note that the environment is being changed to `lock`: until `write` it satisfies nothing."""
        self._path.write_text(f"{lock} unfinished\n", encoding="utf-8")

    def _lines(self) -> list[str]:
        return self._path.read_text(encoding="utf-8").splitlines() if self._path.exists() else []
