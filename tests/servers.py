"""The servers one test run uses: started once by the controller, cloned for each test."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
import sqlalchemy as sa

from portal import db
from portal.upgrade import upgrade
from tests import services

_TEMPLATE = "portal_template"
_count = itertools.count()
_STACK = pytest.StashKey[ExitStack]()


def start(config: pytest.Config) -> None:
    """Start PostgreSQL with a migrated template, and Redis; xdist's workers find them in the environment."""
    stack = config.stash[_STACK] = ExitStack()
    if config.getoption("collectonly") or config.getoption("--db") == "sqlite":
        return
    url = stack.enter_context(services.postgres())
    os.environ["PORTAL_TEST_POSTGRES"] = url
    _make_template(url)


def stop(config: pytest.Config) -> None:
    """Stop what was started."""
    config.stash[_STACK].close()


def _admin(url: str) -> sa.Engine:
    return sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)


def _at(url: str, name: str) -> str:
    return sa.make_url(url).set(database=name).render_as_string(hide_password=False)


def _make_template(url: str) -> None:
    with _admin(url).connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {_TEMPLATE}")
        connection.exec_driver_sql(f"CREATE DATABASE {_TEMPLATE}")
    address = _at(url, _TEMPLATE)
    upgrade(address)
    db.engine_for(address).dispose()


@contextmanager
def cloned_postgres() -> Iterator[str]:
    """The address of a fresh copy of the template, dropped afterwards."""
    url = os.environ["PORTAL_TEST_POSTGRES"]
    name = f"w{os.getpid()}_{next(_count)}"
    with _admin(url).connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE} STRATEGY file_copy")
    try:
        yield _at(url, name)
    finally:
        with _admin(url).connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
