"""The supervisor with real processes: it starts, restarts, stops, and leaves nothing behind however it ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import pytest

from portal import leash

T = TypeVar("T")

WEB = """
    import http.server, os, sys
    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200 if self.path == "/health" else 404)
            self.end_headers()
            self.wfile.write(b"ok")
    print("2026-11-22 INFO web starts", flush=True)
    http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Page).serve_forever()
"""
WORKER = """
    import os, pathlib, subprocess, sys, time
    data = pathlib.Path(os.environ["PORTAL_DATA"])
    film = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
    print("2026-11-22 WARNING a film is late", flush=True)
    (data / "worker.new").write_text(f"{os.getpid()} {film.pid} {os.environ['PORTAL_BROKER_URL']}")
    (data / "worker.new").replace(data / "worker.pids")
    time.sleep(600)
"""
DRIVER = """
    import pathlib, sys
    from portal.local import supervisor
    data, port, procfile = sys.argv[1:]
    ready = lambda: print("on ready", flush=True)
    sys.exit(supervisor.serve({"PORTAL_DATA": data}, int(port), ready, procfile=pathlib.Path(procfile)))
"""


def wait_for(look: Callable[[], T], seconds: float = 30) -> T:
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)
    return found


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


class Running:
    """A supervisor in a process of its own, over a Procfile written for the test."""

    def __init__(self, folder: Path, port: int = 0, **programs: str) -> None:
        self.data = folder / "var"
        self.procfile = folder / "Procfile"
        lines = []
        for name, source in programs.items():
            program = folder / f"{name}.py"
            program.write_text(textwrap.dedent(source))
            lines.append(f"{name}: {sys.executable} {program}\n")
        self.procfile.write_text("".join(lines))
        self.port = port or free_port()
        self.process = self.start()

    def start(self) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", textwrap.dedent(DRIVER), str(self.data), str(self.port), str(self.procfile)]
        environment = {name: value for name, value in os.environ.items() if name != "PORTAL_BROKER_URL"}
        return subprocess.Popen(
            command,
            env=environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            preexec_fn=leash.die_with_parent(signal.SIGTERM),  # noqa: PLW1509 - killed tests leave nothing
        )

    def worker(self) -> tuple[int, int, str]:
        """The worker's number, its child's, and the broker it was given."""
        worker, film, broker = wait_for(lambda: self._read("worker.pids")).split()
        return int(worker), int(film), broker

    def pids(self) -> list[int]:
        """Every process below the supervisor."""
        return descendants(self.process.pid)

    def await_ready(self) -> list[str]:
        assert self.process.stdout
        return [self.process.stdout.readline(), self.process.stdout.readline()]

    def _read(self, name: str) -> str:
        path = self.data / name
        return path.read_text() if path.exists() else ""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def descendants(pid: int) -> list[int]:
    with suppress(FileNotFoundError, ProcessLookupError):
        children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        return children + [deeper for child in children for deeper in descendants(child)]
    return []


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    portal = Running(tmp_path, web=WEB, worker=WORKER)
    try:
        yield portal
    finally:
        portal.process.terminate()
        portal.process.communicate(timeout=30)


def test_says_ready_once_the_portal_answers(running: Running) -> None:
    assert running.await_ready() == ["on ready\n", f"Ready: http://127.0.0.1:{running.port}/\n"]


@pytest.mark.redis
def test_gives_the_embedded_broker_to_every_process(running: Running) -> None:
    broker = running.worker()[2]
    assert broker == f"redis+socket://{running.data}/valkey/broker.sock"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_everything(running: Running, number: signal.Signals) -> None:
    running.await_ready()
    running.worker()
    pids = running.pids()
    running.process.send_signal(number)
    assert running.process.wait(timeout=30) == 0
    assert len(pids) == 5  # broker, mailbox, web, worker, film
    assert [pid for pid in pids if alive(pid)] == []


def test_restarts_what_dies_and_clears_away_its_children(running: Running) -> None:
    running.await_ready()
    worker, film, _ = running.worker()
    os.kill(worker, signal.SIGKILL)
    wait_for(lambda: running.worker()[0] != worker)
    assert not alive(film)
    assert "worker ended by SIGKILL" in (running.data / "log" / "worker.log").read_text()


def test_leaves_no_process_behind_when_killed(running: Running) -> None:
    running.await_ready()
    direct = [pid for pid in running.pids() if pid != running.worker()[1]]
    film = running.worker()[1]
    running.process.kill()
    running.process.wait()
    wait_for(lambda: not any(alive(pid) for pid in direct))
    os.kill(film, signal.SIGKILL)  # a child in a session of its own is its worker's business


def test_writes_logs_and_shows_only_warnings(running: Running) -> None:
    running.await_ready()
    running.worker()
    running.process.terminate()
    shown = running.process.communicate(timeout=30)[1]
    assert "worker: 2026-11-22 WARNING a film is late" in shown
    assert "web starts" not in shown
    assert "INFO web starts" in (running.data / "log" / "web.log").read_text()


def test_refuses_a_folder_that_is_in_use(running: Running) -> None:
    running.await_ready()
    other = running.start()
    shown = other.communicate(timeout=30)[1]
    assert other.returncode == 1
    assert shown == f"another portal is running on {running.data}; stop it, or choose a folder with PORTAL_DATA\n"


def test_refuses_a_busy_port(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = Running(tmp_path, port, web=WEB)
        shown = refused.process.communicate(timeout=30)[1]
    assert refused.process.returncode == 1
    assert shown == f"port {port} cannot be used (Address already in use); choose another with --port N\n"


def test_gives_up_on_a_portal_that_does_not_start(tmp_path: Path) -> None:
    broken = Running(tmp_path, web="raise SystemExit('no database here')")
    shown = broken.process.communicate(timeout=60)[1]
    assert broken.process.returncode == 1
    assert "web does not start" in shown
    assert "no database here" in shown
