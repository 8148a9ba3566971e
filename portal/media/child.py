"""Runs one command in a limited child process: bounded time, CPU, memory and disk; no network, no neighbour's file."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO

MIB = 1024**2
CHILDREN = Path(__file__).parent / "children"
LAUNCHER = CHILDREN / "limited.py"
MOST_OUTPUT = MIB
ERRORS_FILE = "errors.txt"
YOUNG_SECONDS = 5
_ROOM = 2 * MIB
_NO_ROOM = (os.strerror(errno.ENOSPC), os.strerror(errno.EDQUOT))


@dataclass(frozen=True, slots=True)
class Limits:
    """What one job may use; sizes in bytes, `seconds` by the wall clock."""

    seconds: float
    cpu_seconds: int
    memory: int = 2048 * MIB
    file_size: int = 64 * MIB
    open_files: int = 64


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a child ended: `code` is negative for a signal, `output` and `errors` are cut to a bounded length.

    `no_room` says that it failed for want of disk: nothing is wrong with the file it read.
    """

    code: int
    output: bytes
    errors: str
    timed_out: bool
    no_room: bool = False

    @property
    def ok(self) -> bool:
        """The child ended by itself and reported success."""
        return self.code == 0 and not self.timed_out

    @property
    def exhausted(self) -> bool:
        """The child was stopped by one of its limits rather than by the file's contents."""
        return self.timed_out or -self.code in (signal.SIGXCPU, signal.SIGXFSZ)


class Killed(Exception):
    """Somebody outside ended the child (a system short of memory, a hand): that says nothing about the file."""


def script(name: str, *arguments: str) -> list[str]:
    """The command of one of our child scripts, run by path so that it works from wheel and checkout alike."""
    return [sys.executable, "-I", str(CHILDREN / f"{name}.py"), *arguments]


@cache
def fences() -> dict[str, bool]:
    """Which kernel fences this host offers a child: `network` and `files`; a worker tells it as it starts."""
    command = [sys.executable, "-I", "-S", str(LAUNCHER), "--fences"]
    answer: dict[str, bool] = json.loads(subprocess.run(command, capture_output=True, check=True, timeout=20).stdout)
    return answer


def run(
    command: Sequence[str],
    *,
    limits: Limits,
    job: Path,
    reads: Sequence[Path] = (),
    on_line: Callable[[str], None] | None = None,
) -> Outcome:
    """Runs `command` in the directory `job` and waits; the child may read `reads` and write only inside `job`.

    Each line of its standard output is handed to `on_line`; whatever that raises ends the child and is raised on.
    Raises Killed when the child was ended by neither its limits nor itself.
    """
    with (job / ERRORS_FILE).open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(LAUNCHER), _rights(command, limits, job, reads), *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=job,
            env={"LC_ALL": "C.UTF-8"},
            start_new_session=True,
        )
    expired = threading.Event()
    timer = threading.Timer(limits.seconds, _expire, (process, expired))
    timer.daemon = True
    timer.start()
    try:
        output = _listen(process.stdout, on_line)
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    finally:
        timer.cancel()
        timer.join()
        _end(process)
    if process.returncode == -signal.SIGKILL and not expired.is_set():
        raise Killed(Path(command[0]).name)
    told = _tail(job / ERRORS_FILE)
    full = process.returncode != 0 and _full(job, told)
    return Outcome(process.returncode, output, told, expired.is_set(), full)


def _rights(command: Sequence[str], limits: Limits, job: Path, reads: Sequence[Path]) -> str:
    rights = {
        "parent": os.getpid(),
        "cpu_seconds": limits.cpu_seconds,
        "memory": limits.memory,
        "file_size": limits.file_size,
        "open_files": limits.open_files,
        "programs": [sys.prefix, sys.base_prefix, str(CHILDREN), command[0]],
        "reads": [str(path.resolve()) for path in reads],
        "job": str(job.resolve()),
    }
    return json.dumps(rights)


def _listen(stream: IO[bytes] | None, on_line: Callable[[str], None] | None) -> bytes:
    kept: list[bytes] = []
    size = 0
    while stream and (line := stream.readline(MOST_OUTPUT)):
        if on_line:
            on_line(line.decode("utf-8", "replace").rstrip())
        elif size < MOST_OUTPUT:
            kept.append(line)
            size += len(line)
    return b"".join(kept)


def _expire(process: subprocess.Popen[bytes], expired: threading.Event) -> None:
    expired.set()
    os.killpg(process.pid, signal.SIGKILL)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends what is left of the child's session, grandchildren included, then reaps the child."""
    # Until it is reaped a dead child keeps its id, so this group cannot be anybody else's.
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdout:
        process.stdout.close()


def _full(job: Path, errors: str) -> bool:
    # On a full disk the child's last words found no room either.
    return shutil.disk_usage(job).free < _ROOM or any(words in errors for words in _NO_ROOM)


def _tail(path: Path, most: int = 2000) -> str:
    with path.open("rb") as errors:
        errors.seek(max(0, path.stat().st_size - most))
        return errors.read().decode("utf-8", "replace").strip()


@contextmanager
def job_directory(root: Path) -> Iterator[Path]:
    """A private directory for one job, gone afterwards; held by a lock that dies with this process."""
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = root / secrets.token_hex(12)
    path.mkdir(mode=0o700)
    held = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    fcntl.flock(held, fcntl.LOCK_EX)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        os.close(held)


def sweep_jobs(root: Path) -> int:
    """Removes the directories whose process was killed, and tells how many: their lock is free."""
    if not root.is_dir():
        return 0
    return sum(_remove_if_left(path) for path in root.iterdir())


def _remove_if_left(path: Path) -> bool:
    try:
        held = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    except FileNotFoundError:
        return False
    try:
        # A directory this young may not have been locked yet by the process that made it.
        if time.time() - os.fstat(held).st_mtime < YOUNG_SECONDS:
            return False
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(path, ignore_errors=True)
    except BlockingIOError:
        return False
    finally:
        os.close(held)
    return True
