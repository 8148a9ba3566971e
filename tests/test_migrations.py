"""The migrations and the models say the same, in both directions, on both databases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from portal import db, schema
from portal.upgrade import downgrade, upgrade


def _differences(url: str) -> list[object]:
    with db.engine_for(url).connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection), schema.metadata))


def test_head_is_the_models(database_url: str) -> None:
    assert _differences(database_url) == []


def test_down_to_nothing_and_up_again(database_url: str) -> None:
    downgrade(database_url, "base")
    left = set(sa.inspect(db.engine_for(database_url)).get_table_names()) - {"alembic_version"}
    assert left == set()
    upgrade(database_url)
    assert _differences(database_url) == []


def test_a_planted_difference_is_found(database_url: str) -> None:
    with db.engine_for(database_url).begin() as connection:
        connection.exec_driver_sql("ALTER TABLE venues ADD COLUMN planted INTEGER")
    assert _differences(database_url) != []
