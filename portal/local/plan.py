"""Turns the Procfile and the settings into services, after making sure that this machine can run them."""

from __future__ import annotations

import fcntl
import os
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from portal import paths
from portal.local import broker, procfile
from portal.local.journal import Journal
from portal.local.service import Service

BROKER, MAILBOX = "broker", "mailbox"
FOUNDATIONS = (BROKER, MAILBOX)  # the rest stands on them: they start first and stop last


class CannotRun(Exception):
    """Something about this machine forbids the start; the message says what, and how to go on."""


@contextmanager
def only_one(data: Path) -> Iterator[None]:
    """Hold the data folder for this process alone. Raises CannotRun when another one has it."""
    data.mkdir(parents=True, exist_ok=True)
    with (data / "run.lock").open("w", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotRun(
                f"another portal is running on {data}; stop it, or choose a folder with PORTAL_DATA"
            ) from None
        yield


def require_free(port: int) -> None:
    """Raise CannotRun when something already listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise CannotRun(f"port {port} cannot be used ({error.strerror}); choose another with --port N") from None


def services(
    settings_env: Mapping[str, str], data: Path, port: int, procfile_path: Path, show: Callable[[str], None]
) -> list[Service]:
    """The processes in the order of their start; the broker and the mailbox only where no real ones are given."""
    environment = _environment(settings_env, data, port)

    def journal(name: str) -> Journal:
        return Journal(data / "log" / f"{name}.log", lambda line: show(f"{name}: {line}"))

    queue = data / "valkey"
    plan = []
    if not _given(environment, "PORTAL_BROKER_URL"):
        environment["PORTAL_BROKER_URL"] = broker.url(queue)
        log = Journal(data / "log" / f"{BROKER}.log", lambda _: None)  # its warnings are advice for big servers
        plan.append(Service(BROKER, broker.command(queue), environment, log, lambda: broker.answers(queue)))
    if not _given(environment, "PORTAL_SMTP_URL"):
        environment["PORTAL_MAILBOX_PORT"] = str(_free_port())
        environment["PORTAL_SMTP_URL"] = f"smtp://127.0.0.1:{environment['PORTAL_MAILBOX_PORT']}"
        command = [sys.executable, "-m", "portal.local.mailbox"]
        plan.append(Service(MAILBOX, command, environment, journal(MAILBOX)))
    for name, line in procfile.read(procfile_path).items():
        plan.append(Service(name, ["/bin/sh", "-c", f"exec {line}"], environment, journal(name)))
    return plan


def _given(environment: Mapping[str, str], name: str) -> bool:
    return bool(environment.get(name) or environment.get(f"{name}_FILE"))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _environment(settings_env: Mapping[str, str], data: Path, port: int) -> dict[str, str]:
    """What the processes see: the settings, this interpreter's programs first, and the checkout importable."""
    inherited = {**os.environ, **settings_env}
    inherited.setdefault("PORTAL_BASE_URL", f"http://127.0.0.1:{port}")
    return {
        **inherited,
        "PORTAL_DATA": str(data),
        "PORT": str(port),
        "PATH": f"{Path(sys.executable).parent}:{inherited.get('PATH', os.defpath)}",
        "PYTHONPATH": f"{paths.PACKAGE.parent}:{inherited.get('PYTHONPATH', '')}".rstrip(":"),
        "PYTHONUNBUFFERED": "1",
    }
