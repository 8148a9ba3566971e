"""Makes `.venv` equal to a lock file and starts again inside it; standard library only.

A checkout holds the lock files beside the package. Without them the portal was installed as a wheel,
and whoever installed it has chosen its packages.
"""

from __future__ import annotations

import fcntl
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from portal.local import apt, browser, locks

ROOT = Path(__file__).resolve().parents[2]
MARKER = "PORTAL_PREPARED"


class SetupFailed(Exception):
    """The environment cannot be made; the message says what somebody can do about it."""


def prepare(arguments: Sequence[str], root: Path = ROOT) -> None:
    """Return inside an environment that satisfies the lock for `arguments`; re-executes itself when needed."""
    if not (root / locks.RUN).exists() or os.environ.pop(MARKER, None) == str(root):
        return
    lock = locks.TEST if list(arguments[:1]) == ["test"] else locks.RUN
    try:
        _require_python()
        environment = Environment(root)
        environment.ensure(lock)
        if lock == locks.TEST:
            _ensure_browser()
    except SetupFailed as failure:
        sys.exit(f"portal: {failure}")
    except KeyboardInterrupt:
        sys.exit(130)
    if Path(sys.prefix) != environment.folder:
        _enter(environment, arguments, root)


def _enter(environment: Environment, arguments: Sequence[str], root: Path) -> None:
    python = str(environment.python)
    os.execve(python, [python, "-m", "portal", *arguments], {**os.environ, MARKER: str(root)})


def _ensure_browser() -> None:
    if browser.find():
        return
    _say(f"Installing {browser.PACKAGE} for the browser tests")
    if not (apt.install(browser.PACKAGE) and browser.find()):
        raise SetupFailed(
            "the browser tests need Chromium. Install it, or name one in "
            f"{browser.VARIABLE}, and run this again:\n  {apt.line(browser.PACKAGE)}"
        )


class Environment:
    """The virtual environment of one checkout."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / ".venv"
        self.python = self.folder / "bin" / "python"
        self._uv = self.folder / "uv"
        self._record = locks.Record(self.folder / ".lock")

    def ensure(self, lock: str) -> None:
        """Make the environment hold `lock`; costs one hash when it already does."""
        if self._ready(lock):
            return
        with _alone(self.root):
            if not self._ready(lock):  # another start may have done the work while this one waited
                self._make(self._record.chosen(lock))

    def _ready(self, lock: str) -> bool:
        return self._record.satisfies(self.root, lock) and self.python.exists()

    def _make(self, lock: str) -> None:
        started = time.monotonic()
        _say(f"Setting up .venv from {lock} (about a minute the first time)")
        if not self._usable():
            self._create()
        self._record.begin(lock)
        self._synchronise(lock)
        self._record.write(self.root, lock)
        _say(f"Set up in {time.monotonic() - started:.1f} s")

    def _usable(self) -> bool:
        """Whether this environment was made here (its scripts name its path), runs, and is the version at hand."""
        script = self.folder / "bin" / "pip"
        if not (self.python.exists() and script.exists() and str(self.folder) in script.read_text(encoding="utf-8")):
            return False
        probe = [str(self.python), "-c", "import sys, pip; print(*sys.version_info[:2])"]
        answer = subprocess.run(probe, capture_output=True, text=True, check=False)
        return answer.stdout.strip() == "{} {}".format(*sys.version_info[:2])

    def _create(self) -> None:
        package = "python{}.{}-venv".format(*sys.version_info[:2])
        if importlib.util.find_spec("ensurepip") is None and not apt.install(package):
            raise SetupFailed(f"Python's venv module is not complete here. Run this once:\n  {apt.line(package)}")
        interpreter = getattr(sys, "_base_executable", sys.executable)
        _run([interpreter, "-m", "venv", "--clear", self.folder], "the virtual environment could not be made")

    def _synchronise(self, lock: str) -> None:
        try:
            self._install_uv()
            self._sync_with_uv(lock)
        except SetupFailed:
            _say("uv could not do it; pip does the same in a minute or two")
            _run([*self._pip(), "-r", self.root / lock], "the locked packages could not be installed")

    def _pip(self) -> list[str | Path]:
        return [self.python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]

    def _install_uv(self) -> None:
        """Put the pinned uv into a folder of its own: a sync removes everything that its lock does not name."""
        pin = locks.pin((self.root / locks.TEST).read_text(encoding="utf-8"), "uv")
        if not pin:
            raise SetupFailed(f"{locks.TEST} pins no uv")
        requirement = self._uv / "requirement.txt"
        if requirement.exists() and requirement.read_text(encoding="utf-8") == pin:
            return
        shutil.rmtree(self._uv, ignore_errors=True)
        self._uv.mkdir()
        draft = self._uv / "wanted.txt"
        draft.write_text(pin, encoding="utf-8")
        _run([*self._pip(), "--no-deps", "--target", self._uv, "-r", draft], "uv could not be installed")
        draft.rename(requirement)

    def _sync_with_uv(self, lock: str) -> None:
        uv: list[str | Path] = [self._uv / "bin" / "uv", "pip", "sync", "--quiet", "--require-hashes"]
        settings = {"UV_LINK_MODE": "copy", "UV_PYTHON_DOWNLOADS": "never"}
        command = [*uv, "--python", self.python, self.root / lock]
        _run(command, "uv could not install the locked packages", settings)


def _require_python() -> None:
    if sys.version_info < (3, 11):  # noqa: UP036 - this line is for those who come with an older one
        raise SetupFailed("Python 3.11 or newer is needed; this is {}.{}".format(*sys.version_info[:2]))


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """One set-up at a time in a checkout; the lock is on the folder itself, so nothing is left behind."""
    descriptor = os.open(root, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _run(command: Sequence[str | Path], complaint: str, settings: dict[str, str] | None = None) -> None:
    finished = subprocess.run(command, env={**os.environ, **(settings or {})}, stdout=2, check=False)
    if finished.returncode:
        raise SetupFailed(complaint)


def _say(text: str) -> None:
    print(f"portal: {text}", file=sys.stderr, flush=True)
