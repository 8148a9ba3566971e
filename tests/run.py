"""The whole proof: style, types, then every test. `python -m tests.run [--only-tests] [pytest arguments]`.

A later step runs even when an earlier one failed; the exit status tells whether all of them passed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_CHECKS = {
    "lint": ["ruff", "check", "--quiet", "."],
    "format": ["ruff", "format", "--check", "--quiet", "."],
    "types": ["mypy", "--strict", "portal", "workers"],
}
# One more than there are cores: a test that kills a server or waits for a sweep leaves its core to another.
_PROCESSES = min(4, (os.cpu_count() or 1) + 1)
_PYTEST = ["pytest", "-n", str(_PROCESSES), "--dist", "worksteal", "-q"]
_WHOLE = ["--everything", "-p", "tests.lines"]


def main(arguments: Sequence[str]) -> int:
    """Run the steps and return 0 when every one of them passed."""
    chosen = [argument for argument in arguments if argument != "--only-tests"]
    checks = {} if "--only-tests" in arguments else _CHECKS
    steps = {**checks, "tests": [*_PYTEST, *(chosen or _WHOLE)]}
    failed = [name for name, arguments in steps.items() if not _passes(name, arguments)]
    if failed:
        print(f"FAILED: {', '.join(failed)}")
    return int(bool(failed))


def _passes(name: str, module: Sequence[str]) -> bool:
    print(f"== {name}", flush=True)
    started = time.monotonic()
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    passed = subprocess.run([sys.executable, "-m", *module], cwd=ROOT, env=environment, check=False).returncode == 0
    if name != "tests":  # pytest's own last line stays the last
        print(f"{'passed' if passed else 'FAILED'} in {time.monotonic() - started:.1f} s", flush=True)
    return passed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
