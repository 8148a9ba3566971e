"""Runs the Procfile on one machine: starts every process, restarts what dies, leaves no orphan behind.

One thread and one selector: children are tied to the thread that starts them (see leash), and forking is safe
only while no other thread runs.
"""

from __future__ import annotations

import http.client
import selectors
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from portal import leash, paths
from portal.local import plan
from portal.local.service import Service

_TICK = 0.25
_STOP_SECONDS = 12.0
_READY_SECONDS = 120.0
_FAILURES_BEFORE_READY = 3
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def serve(
    settings_env: Mapping[str, str], port: int, on_ready: Callable[[], None], *, procfile: Path = paths.PROCFILE
) -> int:
    """Run every process until Ctrl-C or SIGTERM; the exit status of the whole.

    `settings_env` holds PORTAL_* variables; without PORTAL_BROKER_URL the embedded broker starts first.
    Once the portal answers, `on_ready` is called and its address printed.
    """
    data = Path(settings_env.get("PORTAL_DATA") or "var").resolve()
    try:
        with plan.only_one(data):
            plan.require_free(port)
            return Supervisor(plan.services(settings_env, data, port, procfile, _say), port, on_ready).run()
    except plan.CannotRun as reason:
        _say(str(reason))
        return 1


class Supervisor:
    """The loop over a fixed list of services; they stop in the opposite order of their start."""

    def __init__(self, services: Sequence[Service], port: int, on_ready: Callable[[], None]) -> None:
        self._services = services
        self._port = port
        self._on_ready = on_ready
        self._selector = selectors.DefaultSelector()
        self._deadline = time.monotonic() + _READY_SECONDS
        self._stops_asked = 0
        self._ready = False
        self._gave_up = False

    def run(self) -> int:
        """Start, watch and stop everything; 0 after a wanted stop, 1 when the portal never became ready."""
        leash.adopt_orphans()
        with self._hearing_signals():
            try:
                while not self._stops_asked and not self._gave_up:
                    self._tend()
            finally:
                self._stop()
        return int(self._gave_up)

    def _tend(self) -> None:
        for service in self._services:
            if service.ended():
                self._bury(service)
            if not service.running and service.due <= time.monotonic():
                service.start()
                self._selector.register(service.output, selectors.EVENT_READ, service)
            if not self._ready and not service.gate():
                break
        if not self._ready:
            self._look()
        self._wait(_TICK)

    def _bury(self, service: Service) -> None:
        self._unregister(service)
        notice = service.bury()
        service.journal.note(notice)
        _say(notice)
        self._end_strays()
        if not self._ready and service.failures >= _FAILURES_BEFORE_READY:
            self._give_up(service, f"{service.name} does not start")

    def _look(self) -> None:
        if _healthy(self._port):
            self._ready = True
            self._on_ready()
            print(f"Ready: http://127.0.0.1:{self._port}/", flush=True)
        elif time.monotonic() > self._deadline:
            web = next((service for service in self._services if service.name == "web"), self._services[-1])
            self._give_up(web, f"the portal did not answer within {_READY_SECONDS:g} s")

    def _give_up(self, service: Service, complaint: str) -> None:
        self._gave_up = True
        _say("\n".join([f"{complaint}. The end of {service.journal.path}:", *service.journal.tail(25)]))

    def _wait(self, seconds: float) -> None:
        """Sleep until something is written, something ends, a signal comes, or the time is over."""
        for key, _ in self._selector.select(seconds):
            if isinstance(key.data, Service):
                if not key.data.read():
                    self._selector.unregister(key.fd)
            elif isinstance(key.fileobj, socket.socket):
                key.fileobj.recv(4096)

    def _stop(self) -> None:
        """Ask the Procfile's processes to stop, in the opposite order of the start, and then what they stand on."""
        _say("Stopping; a second Ctrl-C does not wait")
        deadline = time.monotonic() + _STOP_SECONDS
        last_first = [*reversed(self._services)]
        self._stop_all([service for service in last_first if service.name not in plan.FOUNDATIONS], deadline)
        self._stop_all([service for service in last_first if service.name in plan.FOUNDATIONS], deadline)
        self._end_strays()

    def _stop_all(self, services: Sequence[Service], deadline: float) -> None:
        for service in services:
            service.ask_to_stop()
        while any(service.running and not service.ended() for service in services) and not self._impatient(deadline):
            self._wait(_TICK)
        for service in services:
            self._unregister(service)
            service.end()

    def _impatient(self, deadline: float) -> bool:
        return self._stops_asked > 1 or time.monotonic() > deadline

    def _end_strays(self) -> None:
        leash.end_strays([service.pid for service in self._services if service.running])

    def _unregister(self, service: Service) -> None:
        if service.running:
            with suppress(KeyError):  # its output may have ended before
                self._selector.unregister(service.output)

    @contextmanager
    def _hearing_signals(self) -> Iterator[None]:
        """Let signals, a child's end among them, wake the loop; nothing happens inside a handler."""
        bell, clapper = socket.socketpair()
        bell.setblocking(False)
        clapper.setblocking(False)
        self._selector.register(bell, selectors.EVENT_READ)
        previous = {number: signal.signal(number, self._hear) for number in (*_STOP_SIGNALS, signal.SIGCHLD)}
        signal.set_wakeup_fd(clapper.fileno(), warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(-1)
            for number, handler in previous.items():
                signal.signal(number, handler)
            self._selector.close()
            bell.close()
            clapper.close()

    def _hear(self, number: int, _frame: FrameType | None) -> None:
        if number in _STOP_SIGNALS:
            self._stops_asked += 1


def _healthy(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
