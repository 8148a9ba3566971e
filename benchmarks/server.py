"""A WSGI application behind gunicorn as in the Procfile, and what its processes use."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from portal import paths
from portal.local import procfile

ROOT = Path(__file__).resolve().parents[1]
TICKS = os.sysconf("SC_CLK_TCK")
_PATIENCE = 60.0
Address = tuple[str, int]


@dataclass(frozen=True)
class Server:
    """A running server: where it listens, and the process that owns the workers."""

    address: Address
    master: int

    @property
    def workers(self) -> list[int]:
        """The processes that answer requests."""
        children = Path(f"/proc/{self.master}/task/{self.master}/children").read_text()
        return [int(pid) for pid in children.split()]

    def cpu_seconds(self) -> float:
        """User and system time of all workers so far."""
        return sum(_cpu_seconds(pid) for pid in self.workers)

    def megabytes(self) -> float:
        """Memory of the whole tier, shared pages counted once (PSS)."""
        return sum(_proportional_kilobytes(pid) for pid in (self.master, *self.workers)) / 1000


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _proportional_kilobytes(pid: int) -> int:
    found = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    return int(found[1]) if found else 0


@contextmanager
def served(application: str, environment: Mapping[str, str], health: str) -> Iterator[Server]:
    """The application behind the Procfile's own web command, on a free port, until the block ends."""
    port = _free_port()
    command = procfile.read(paths.PROCFILE)["web"].replace("portal.wsgi:app", application)
    process = subprocess.Popen(
        ["/bin/sh", "-c", f"exec {command}"],
        cwd=ROOT,
        env={**os.environ, **environment, "PORT": str(port), "PATH": _path(), "PYTHONPATH": str(ROOT)},
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _await(process, ("127.0.0.1", port), health)
        yield Server(("127.0.0.1", port), process.pid)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _path() -> str:
    return f"{Path(sys.executable).parent}:{os.environ.get('PATH', os.defpath)}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await(process: subprocess.Popen[bytes], address: Address, path: str) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not _answers(address, path):
        if process.poll() is not None or time.monotonic() > deadline:
            raise TimeoutError(f"no server at {address}")
        time.sleep(0.1)


def _answers(address: Address, path: str) -> bool:
    connection = http.client.HTTPConnection(*address, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
