"""The unit of work of a task: a session on the installation's database, committed at the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from portal.db import sessions, unit_of_work
from portal.settings import Settings


@contextmanager
def work() -> Iterator[Session]:
    """One transaction on the database the environment names."""
    with unit_of_work(sessions(Settings.from_env())) as session:
        yield session


@contextmanager
def glance() -> Iterator[Session]:
    """A session that only reads, for as long as it takes: on SQLite nobody waits for it."""
    with sessions(Settings.from_env(), read_only=True)() as session:
        yield session
