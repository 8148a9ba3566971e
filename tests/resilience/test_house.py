"""The whole portal as `portal run` has it, its processes killed one after another; the supervisor is all that stays."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy.orm import Session

from portal import db, leash
from portal.mail import mailbox
from portal.settings import Settings
from tests.mail.test_delivery import queued
from tests.resilience.crew import PATIENCE, alive, command_of, descendants, free_port
from tests.resilience.visitor import Visitor

T = TypeVar("T")
DRIVER = """
    import os, sys
    from portal.local import supervisor
    sys.exit(supervisor.serve(os.environ, int(sys.argv[1]), lambda: None))
"""


@dataclass
class House:
    """A running supervisor."""

    settings: Settings
    port: int
    process: subprocess.Popen[bytes]

    def find(self, *words: str) -> int:
        """The first process whose command has all these words; 0 when there is none."""
        for pid in descendants(self.process.pid):
            if all(word in command_of(pid) for word in words):
                return pid
        return 0

    def mails(self) -> int:
        """How many mails reached the mailbox."""
        return len(mailbox.newest(self.settings))


def until(look: Callable[[], T]) -> T:
    deadline = time.monotonic() + PATIENCE
    while not (found := look()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)
    return found


@pytest.fixture
def house(tmp_path: Path, sqlite_template: Path) -> Iterator[House]:
    """The portal on a database of its own, answering."""
    settings = Settings(
        data=tmp_path / "data", database_url=f"sqlite:///{tmp_path / 'portal.sqlite3'}", secret_key="k" * 40
    )
    shutil.copy(sqlite_template, tmp_path / "portal.sqlite3")
    given = {
        "PORTAL_DATA": str(settings.data),
        "PORTAL_DATABASE_URL": settings.database_url,
        "PORTAL_SECRET_KEY": settings.secret_key,
    }
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(DRIVER), str(port)],
        env={**os.environ, **given},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=leash.die_with_parent(signal.SIGTERM),  # noqa: PLW1509 - killed tests leave nothing
    )
    try:
        until(Visitor(port).answers)
        yield House(settings, port, process)
    finally:
        below = descendants(process.pid)
        process.terminate()
        process.wait(timeout=30)
        db.engine_for(settings.database_url).dispose()
        assert not any(alive(pid) for pid in below)


@pytest.mark.sqlite
def test_everything_is_killed_and_goes_on(house: House) -> None:
    visitor = Visitor(house.port)
    first = until(lambda: house.find("gunicorn"))
    one_of_two = until(lambda: next(iter(descendants(first)), 0))
    os.kill(one_of_two, signal.SIGKILL)
    assert [visitor.look().status_code for _ in range(5)] == [200] * 5
    until(lambda: len([pid for pid in descendants(first) if alive(pid)]) == 2)
    visitor.ask_for_a_link("first@example.com")
    until(lambda: house.mails() == 1)

    killed = [house.find("celery", name) for name in ("beat", "worker@", "media@")]
    killed += [house.find("valkey"), house.find("portal.local.mailbox"), house.find("gunicorn")]
    assert all(killed)
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    with Session(db.engine_for(house.settings.database_url), info={"settings": house.settings}) as session:
        queued(session)  # without a broker: nobody rings for it but the sweep of the new beat
    until(lambda: house.mails() == 2)
    until(visitor.answers)
    visitor.ask_for_a_link("second@example.com")
    until(lambda: house.mails() == 3)
