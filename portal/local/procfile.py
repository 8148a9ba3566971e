"""Reads the Procfile: one `name: command` line for each process of the portal."""

from __future__ import annotations

import re
from pathlib import Path

_LINE = re.compile(r"^(?P<name>[a-z][a-z0-9_-]*):\s*(?P<command>\S.*?)\s*$")


def read(path: Path) -> dict[str, str]:
    """Commands by process name, in the file's order. Raises ValueError on a line that is neither, nor a comment."""
    commands: dict[str, str] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        match = _LINE.match(line)
        if match is None or match["name"] in commands:
            raise ValueError(f"{path}:{number}: expected `name: command`, each name once")
        commands[match["name"]] = match["command"]
    return commands
