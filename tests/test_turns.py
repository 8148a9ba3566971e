"""SQLite's writers take turns within a process, and a connection that is dropped gives its turn up."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from portal import db


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[sa.Engine]:
    made = db.make_engine(f"sqlite:///{tmp_path / 'turns.sqlite3'}")
    with made.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE drops (n INTEGER)")
    yield made
    made.dispose()


def seconds_to_write(engine: sa.Engine) -> float:
    began = time.monotonic()
    with engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO drops VALUES (1)")
    return time.monotonic() - began


def test_a_crowd_of_writers_gets_through(engine: sa.Engine) -> None:
    with ThreadPoolExecutor(16) as crowd:
        list(crowd.map(lambda _: seconds_to_write(engine), range(200)))
    with db.reading(engine).connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM drops").scalar_one() == 200


def test_a_dropped_connection_keeps_no_turn(engine: sa.Engine) -> None:
    connection = engine.connect()
    connection.exec_driver_sql("INSERT INTO drops VALUES (1)")
    connection.invalidate()
    assert seconds_to_write(engine) < 5
    connection.rollback()
    connection.close()


def test_a_reader_waits_for_nobody(engine: sa.Engine) -> None:
    with engine.begin() as writer:
        writer.exec_driver_sql("INSERT INTO drops VALUES (1)")
        with db.reading(engine).connect() as reader:
            assert reader.exec_driver_sql("SELECT count(*) FROM drops").scalar_one() == 0
