"""The launchers of the real servers: usable while they last, gone afterwards, even when the tests are killed."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import time
from contextlib import suppress
from pathlib import Path

import pytest
import sqlalchemy as sa
from kombu import Connection

from portal.local import broker
from tests import services

HOLDER = """
    import sys, time
    from tests import services
    with getattr(services, sys.argv[1])() as url:
        print(url, flush=True)
        time.sleep(600)
"""


@pytest.fixture
def own_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests are about the launchers, whatever the environment gives."""
    monkeypatch.delenv(services.DATABASE_URL, raising=False)
    monkeypatch.delenv(services.REDIS_URL, raising=False)


def folder_of(url: str) -> Path:
    return Path(url.partition("host=")[2] or url.removeprefix("redis+socket://").removesuffix("/broker.sock"))


@pytest.mark.postgres
@pytest.mark.usefixtures("own_servers")
def test_postgres_is_real_and_leaves_nothing() -> None:
    with services.postgres() as url:
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        with engine.connect() as connection:
            assert connection.scalar(sa.text("select current_user || version()")).startswith("postgresPostgreSQL")
            assert connection.scalar(sa.text("select 'a' < 'B'")) is False  # C.UTF-8: the same order everywhere
    assert not folder_of(url).exists()
    with pytest.raises(sa.exc.OperationalError):
        engine.connect()


@pytest.mark.redis
@pytest.mark.parametrize("name", ["redis", "valkey"])
@pytest.mark.usefixtures("own_servers")
def test_a_broker_keeps_a_message_and_leaves_nothing(name: str) -> None:
    with getattr(services, name)() as url, Connection(url) as connection, connection.SimpleQueue("letters") as queue:
        queue.put({"entry": 7})
        assert queue.get(timeout=5).payload == {"entry": 7}
    assert not folder_of(url).exists()
    assert not broker.answers(folder_of(url))


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("postgres", marks=pytest.mark.postgres),
        pytest.param("redis", marks=pytest.mark.redis),
        pytest.param("valkey", marks=pytest.mark.redis),
    ],
)
@pytest.mark.usefixtures("own_servers")
def test_killed_tests_leave_neither_server_nor_folder(name: str) -> None:
    holder = subprocess.Popen([sys.executable, "-c", textwrap.dedent(HOLDER), name], stdout=subprocess.PIPE, text=True)
    with holder:
        assert holder.stdout
        folder = folder_of(holder.stdout.readline().strip())
        assert folder.is_dir()
        holder.kill()
    deadline = time.monotonic() + 20
    while processes_in(folder) or folder.exists():
        assert time.monotonic() < deadline, f"left behind: {processes_in(folder)} {folder}"
        time.sleep(0.05)


def processes_in(folder: Path) -> list[str]:
    lines = []
    for command in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            lines.append(command.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
    return [line for line in lines if str(folder) in line]


def test_given_addresses_win(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(services.DATABASE_URL, "postgresql://db.example/given")
    monkeypatch.setenv(services.REDIS_URL, "redis://broker.example/1")
    with services.postgres() as database, services.redis() as broker:
        assert (database, broker) == ("postgresql://db.example/given", "redis://broker.example/1")


def test_a_missing_browser_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PORTAL_TEST_CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    with pytest.raises(pytest.exit.Exception, match="no Chromium found") as ended:
        services.chromium()
    assert ended.value.returncode == 3


def test_a_server_that_does_not_start_ends_the_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(services, "_PATIENCE", 0.3)
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    with (
        pytest.raises(pytest.exit.Exception, match="out of paper"),
        services._kept(tmp_path, ["sh", "-c", "echo out of paper; exit 1"], services.signal.SIGTERM, lambda: False),
    ):
        pass
