"""Alembic's environment: the metadata of every feature, on SQLite and PostgreSQL, forwards and backwards."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, text

from portal import schema
from portal.db import engine_for
from portal.settings import Settings


def run(url: str) -> None:
    """Migrate the database at `url`; PostgreSQL gives up after 10 s rather than queue behind a long lock."""
    with engine_for(url).connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:  # a table that is changed is made anew: dropping the old one must not take along what points at it
            _point_at_nothing(connection, allowed=True)
        else:
            connection.execute(text("SET lock_timeout = '10s'"))
            connection.commit()
        context.configure(connection=connection, target_metadata=schema.metadata, render_as_batch=True)
        with context.begin_transaction():
            context.run_migrations()
        if sqlite and (lost := connection.execute(text("PRAGMA foreign_key_check")).all()):
            raise RuntimeError(f"rows that point at nothing: {lost[:5]}")
        connection.commit()
        if sqlite:
            _point_at_nothing(connection, allowed=False)


def _point_at_nothing(connection: Connection, *, allowed: bool) -> None:
    """SQLite's foreign keys off or on; it listens only outside of a transaction."""
    raw = connection.connection.dbapi_connection
    assert raw is not None
    raw.cursor().execute(f"PRAGMA foreign_keys={'OFF' if allowed else 'ON'}")


run(context.config.get_main_option("sqlalchemy.url") or Settings.from_env().database_url)
