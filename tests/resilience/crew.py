"""The portal's real processes, started as the Procfile has them, for tests that kill them."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from portal import doorbell, paths
from portal.local import broker, plan
from portal.settings import Settings

T = TypeVar("T")
PATIENCE = 90.0  # a machine that does other things as well; nothing here takes that long by itself
NOBODY = "smtp://127.0.0.1:9"


class Crew:
    """Processes by their names in the Procfile, and `broker` where no address of one was given."""

    def __init__(self, settings: Settings, *, broker_url: str = "", smtp_url: str = NOBODY) -> None:
        self.port = free_port()
        self.data = settings.data
        given = {
            "PORTAL_DATA": str(settings.data),
            "PORTAL_DATABASE_URL": settings.database_url,
            "PORTAL_SECRET_KEY": settings.secret_key,
            "PORTAL_BROKER_URL": broker_url,
            "PORTAL_SMTP_URL": smtp_url,
        }
        services = plan.services(given, settings.data, self.port, paths.PROCFILE, lambda line: None)
        self._services = {service.name: service for service in services}
        self.broker_url = broker_url or broker.url(settings.data / "valkey")

    def start(self, *names: str) -> None:
        """Start these processes; the broker is waited for."""
        for name in names:
            self._services[name].start()
            if name == "broker":
                self.until(self._services[name].gate)

    def pid(self, name: str) -> int:
        """The process number of the one that the Procfile starts."""
        return self._services[name].pid

    def below(self, name: str) -> list[int]:
        """Everything that descends from it."""
        return descendants(self.pid(name))

    def suspend(self, name: str) -> None:
        """Let it hang: it keeps its lines open and answers nothing."""
        os.kill(self.pid(name), signal.SIGSTOP)

    def resume(self, name: str) -> None:
        """Let it go on."""
        os.kill(self.pid(name), signal.SIGCONT)

    def kill(self, name: str) -> None:
        """`kill -9` of this one process; what it had started must end by itself."""
        below = self.below(name)
        os.kill(self.pid(name), signal.SIGKILL)
        self.until(lambda: not any(alive(pid) for pid in below))
        self.until(self._services[name].ended)
        self._services[name].bury()

    def start_again(self, *names: str) -> None:
        """Starts what ended by itself, as the supervisor does: Celery gives up when its pool dies while it starts."""
        for name in names:
            if self._services[name].ended():
                self._services[name].bury()
                self.start(name)

    def ring(self, task: str, *ids: int) -> None:
        """Ring as the portal does, which may find nobody."""
        doorbell.ring(self.broker_url, task, *ids)

    def until(self, look: Callable[[], T], *, sweeping: bool = False) -> T:
        """Wait for what `look` finds, the clock's sweeps going on meanwhile if wanted."""
        deadline, sweep_at = time.monotonic() + PATIENCE, 0.0
        while not (found := look()):
            assert time.monotonic() < deadline, "it did not happen\n" + self._last_words()
            self._read()
            if sweeping and time.monotonic() > sweep_at:
                self.ring("sweep.all")
                sweep_at = time.monotonic() + 1
            time.sleep(0.02)
        return found

    def end(self) -> None:
        """End every process; the broker last."""
        for service in reversed(self._services.values()):
            service.end()

    def _read(self) -> None:
        for service in self._services.values():
            if service.running:
                service.read()

    def _last_words(self) -> str:
        self._read()
        return "\n".join(
            f"== {service.name}\n" + "\n".join(service.journal.tail(25)) for service in self._services.values()
        )


@contextmanager
def crew(settings: Settings, **given: str) -> Iterator[Crew]:
    """A crew that is gone with the block."""
    made = Crew(settings, **given)
    try:
        yield made
    finally:
        made.end()


def descendants(pid: int) -> list[int]:
    """The processes below this one, whichever of its threads started them."""
    found: list[int] = []
    with suppress(FileNotFoundError, ProcessLookupError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += [int(child) for child in (task / "children").read_text().split()]
    return found + [deeper for child in found for deeper in descendants(child)]


def program(pid: int) -> str:
    """The name of the program a process runs; empty when it is gone."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/comm").read_text().strip()
    return ""


def alive(pid: int) -> bool:
    """Whether a process still runs; one that is only waiting to be reaped does not."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def idle(pid: int) -> bool:
    """Whether a process used next to no processor time for a second: it waits for something."""
    before = _ticks(pid)
    time.sleep(1)
    return _ticks(pid) - before < 5


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def command_of(pid: int) -> str:
    """The command line of a process; empty when it is gone."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    return ""


def free_port() -> int:
    """A port that nobody has at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
