"""A mail server for one machine: it takes every mail and delivers none, so that a trial never writes to anybody."""

from __future__ import annotations

import signal
from pathlib import Path
from threading import Event
from typing import Any

from aiosmtpd.controller import Controller

from portal.mail import mailbox
from portal.settings import Settings

HOST = "127.0.0.1"
_LARGEST = 20 * 1024 * 1024


class Sink:
    """Keeps each arriving mail as a file."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 aiosmtpd's name
        mailbox.keep(self._directory, envelope.original_content)
        return "250 kept"


def listen(directory: Path, port: int) -> Controller:
    """Start taking mails on the port, in a thread of its own; the caller stops it."""
    controller = Controller(Sink(directory), hostname=HOST, port=port, data_size_limit=_LARGEST)
    controller.start()
    return controller


def main() -> None:
    """Take mails until the process is asked to end."""
    settings = Settings.from_env()
    over = Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: over.set())
    controller = listen(mailbox.folder(settings), settings.mailbox_port)
    print(f"mailbox: takes mails on {HOST}:{settings.mailbox_port}")
    over.wait()
    controller.stop()


if __name__ == "__main__":
    main()
