"""A whole portal as `portal run` starts it: web, workers, beat and a local mailbox, on a data folder of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from portal import leash
from portal.mail import mailbox
from portal.mail.mailbox import Delivered
from portal.settings import Settings
from tests.local.test_supervisor import free_port, wait_for

_RUN = "from portal.cli import main; main()"


class Installation:
    """A running portal, its settings for whoever fills its database, and the mails it has sent."""

    def __init__(self, data: Path, address: str, given: dict[str, str]) -> None:
        self.address = address
        self.given = given
        self.settings = Settings.from_env({**given, "PORTAL_DATA": str(data), "PORTAL_BASE_URL": address})

    def letters(self, recipient: str, words: str) -> list[Delivered]:
        """What has arrived for an address with these words in its subject, newest first."""
        arrived = mailbox.newest(self.settings)
        return [mail for mail in arrived if recipient in str(mail.message["To"]) and words in mail.message["Subject"]]

    def letter(self, recipient: str, words: str) -> Delivered:
        """The newest of these, once the worker has delivered it."""
        return wait_for(lambda: self.letters(recipient, words), 60)[0]

    @property
    def services(self) -> set[str]:
        """Which processes wrote a log."""
        return {path.stem for path in (self.settings.data / "log").glob("*.log")}


@contextmanager
def running(data: Path, given: dict[str, str]) -> Iterator[Installation]:
    """Start everything as one command does, on the servers given in the environment or on the portal's own."""
    port = free_port()
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    process = subprocess.Popen(
        [sys.executable, "-c", _RUN, "run", "--empty", "--port", str(port)],
        env={**inherited, **given, "PORTAL_DATA": str(data)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=leash.die_with_parent(signal.SIGTERM),  # noqa: PLW1509 - killed tests leave nothing
    )
    try:
        _await_ready(process, f"Ready: http://127.0.0.1:{port}/\n")
        yield Installation(data, f"http://127.0.0.1:{port}", given)
    finally:
        process.terminate()
        process.communicate(timeout=60)


def _await_ready(process: subprocess.Popen[str], awaited: str) -> None:
    assert process.stdout
    shown = []
    for line in process.stdout:
        shown.append(line)
        if line == awaited:
            return
    pytest.fail("".join(shown))
