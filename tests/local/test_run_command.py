"""`run` with the real Procfile: from an empty folder to an answering portal, over a killed worker, to a clean stop."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal import leash
from tests.local.test_supervisor import alive, descendants, free_port, wait_for

pytestmark = [pytest.mark.sqlite, pytest.mark.redis]
_WEB_TIER_MEGABYTES = 200


class Portal:
    """A whole portal on a data folder of its own."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port = free_port()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
        command = "from portal.cli import main; main()"
        self.process = subprocess.Popen(
            [sys.executable, "-c", command, "run", "--empty", "--port", str(self.port)],
            env={**environment, "PORTAL_DATA": str(data)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            preexec_fn=leash.die_with_parent(signal.SIGTERM),  # noqa: PLW1509 - killed tests leave nothing
        )

    def await_ready(self) -> None:
        assert self.process.stdout
        shown = []
        for line in self.process.stdout:
            shown.append(line)
            if line == f"Ready: http://127.0.0.1:{self.port}/\n":
                return
        pytest.fail("".join(shown))

    def log(self, name: str) -> str:
        path = self.data / "log" / f"{name}.log"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def leader(self, name: str) -> int:
        """The process of a Procfile line."""
        pattern = {"web": "portal.wsgi:app", "media": "media@", "worker": "worker@", "beat": " beat "}[name]
        return next(pid for pid in descendants(self.process.pid) if pattern in command_of(pid))


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Portal]:
    running = Portal(tmp_path / "data")
    try:
        yield running
    finally:
        running.process.terminate()
        running.process.communicate(timeout=60)


def command_of(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()


def proportional_megabytes(pid: int) -> float:
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    return int(re.search(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE)[1]) / 1024  # type: ignore[index]


def test_an_empty_folder_becomes_a_portal_that_survives_and_stops(portal: Portal) -> None:
    portal.await_ready()
    with urllib.request.urlopen(f"http://127.0.0.1:{portal.port}/") as page:
        assert page.status == 200
    for name in ("worker", "media"):
        wait_for(lambda name=name: f"{name}@" in portal.log(name) and " ready." in portal.log(name), 60)
    wait_for(lambda: "sweep.all" in portal.log("beat") and "succeeded" in portal.log("worker"), 60)

    web = portal.leader("web")
    tier = sum(proportional_megabytes(pid) for pid in [web, *descendants(web)])
    assert tier <= _WEB_TIER_MEGABYTES

    os.kill(portal.leader("worker"), signal.SIGKILL)
    wait_for(lambda: portal.log("worker").count(" ready.") == 2, 60)

    everything = descendants(portal.process.pid)
    portal.process.send_signal(signal.SIGINT)
    assert portal.process.wait(timeout=60) == 0
    assert [pid for pid in everything if alive(pid)] == []
    assert (portal.data / "portal.sqlite3").exists()


def test_a_killed_portal_leaves_no_process(portal: Portal) -> None:
    portal.await_ready()
    wait_for(lambda: " ready." in portal.log("media"), 60)
    everything = descendants(portal.process.pid)
    assert len(everything) >= 8  # broker, web and its two, worker, media and its one, beat
    portal.process.kill()
    portal.process.wait()
    deadline = time.monotonic() + 30
    while left := [command_of(pid) for pid in everything if alive(pid)]:
        assert time.monotonic() < deadline, left
        time.sleep(0.1)
