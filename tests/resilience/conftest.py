"""A crew on each database: SQLite with the embedded broker, PostgreSQL with Redis."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from portal import clock, db
from portal.settings import Settings
from tests import services
from tests.mail.conftest import postman, smtp_url
from tests.resilience.crew import Crew, crew

__all__ = ["postman", "smtp_url"]
LONG = 240  # seconds for one test on a machine that does other things as well


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Real processes take their time, and all of them stand on a real broker."""
    for item in items:
        if "resilience" in item.path.parts:
            item.add_marker(pytest.mark.timeout(LONG))
            item.add_marker(pytest.mark.redis)


@pytest.fixture
def broker_url(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Redis beside PostgreSQL, as in production; nothing beside SQLite, where the embedded broker starts."""
    monkeypatch.delenv(services.REDIS_URL, raising=False)  # a shared one has other consumers
    if settings.database_url.startswith("sqlite"):
        yield ""
    else:
        with services.redis() as url:
            yield url


@pytest.fixture
def hands(settings: Settings, broker_url: str, smtp_url: str) -> Iterator[Crew]:
    """The crew, its broker running."""
    with crew(settings, broker_url=broker_url, smtp_url=smtp_url) as made:
        if not broker_url:
            made.start("broker")
        yield made


@pytest.fixture
def glance(settings: Settings) -> sessionmaker[Session]:
    """Sessions that only look, so that on SQLite nobody waits for the test."""
    return db.sessions(settings, read_only=True)


@pytest.fixture
def count(glance: sessionmaker[Session]) -> Callable[..., int]:
    """How many rows of a model answer these conditions now."""

    def counted(model: type[Any], *conditions: sa.ColumnElement[bool]) -> int:
        with glance() as session:
            return session.scalar(sa.select(sa.func.count()).select_from(model).where(*conditions)) or 0

    return counted


@pytest.fixture
def let_leases_lapse(sessions: sessionmaker[Session]) -> Callable[[type[Any]], int]:
    """What time does: every lease of a model runs out. Tells how many were held."""

    def lapse(model: type[Any]) -> int:
        with db.unit_of_work(sessions) as session:
            held = sa.update(model).where(model.lease_until.is_not(None))
            ended: Any = session.execute(held.values(lease_until=clock.now() - timedelta(seconds=1)))
            return int(ended.rowcount)

    return lapse
