"""One process of the Procfile: how it is started, read, and ended."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from portal import leash
from portal.local.journal import Journal

_STABLE_SECONDS = 30.0
_LONGEST_PAUSE = 30.0
_PIECE = 65536


class Service:
    """A process that is started again whenever it ends, after a pause that doubles while it keeps ending soon."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        journal: Journal,
        gate: Callable[[], bool] = lambda: True,
    ) -> None:
        self.name = name
        self.journal = journal
        self.gate = gate  # whether the services after this one may start
        self.failures = 0
        self.due = 0.0
        self._command = command
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0

    @property
    def running(self) -> bool:
        """Whether it has been started and not yet buried."""
        return self._process is not None

    @property
    def pid(self) -> int:
        """Its process number; only of a running service."""
        assert self._process
        return self._process.pid

    @property
    def output(self) -> int:
        """The descriptor its output comes from; only of a running service."""
        assert self._process
        assert self._process.stdout
        return self._process.stdout.fileno()

    def start(self) -> None:
        """Start it in a session of its own, so that the terminal's Ctrl-C reaches the supervisor alone."""
        self._started = time.monotonic()
        self._process = subprocess.Popen(
            self._command,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=leash.die_with_parent(),  # noqa: PLW1509 - the supervisor has one thread
        )
        os.set_blocking(self.output, False)

    def read(self) -> bool:
        """Move what it has written into the journal; False at the end of its output."""
        with suppress(BlockingIOError):
            while data := os.read(self.output, _PIECE):
                self.journal.feed(data)
            return False
        return True

    def ended(self) -> bool:
        """Whether the process has ended by itself and waits to be buried."""
        return self._process is not None and self._process.poll() is not None

    def bury(self) -> str:
        """Clear away an ended process with its group and set the time of the next start; says how it ended."""
        code = self._remove()
        self.failures = 1 if time.monotonic() - self._started > _STABLE_SECONDS else self.failures + 1
        pause = min(_LONGEST_PAUSE, 0.5 * 2 ** (self.failures - 1))
        self.due = time.monotonic() + pause
        cause = f"by {signal.Signals(-code).name}" if code < 0 else f"with status {code}"
        return f"{self.name} ended {cause}; starting it again in {pause:g} s"

    def ask_to_stop(self) -> None:
        """Ask politely; the caller waits."""
        if self._process:
            self._process.send_signal(signal.SIGTERM)

    def end(self) -> None:
        """End it and everything in its group now."""
        if self._process:
            self._remove()

    def _remove(self) -> int:
        assert self._process
        with self._process as process:  # closes its output
            leash.end_group(process)
            self.read()
        self._process = None
        return process.returncode
