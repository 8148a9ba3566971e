"""Alembic's environment: the metadata of every feature, on SQLite and PostgreSQL, forwards and backwards."""

from __future__ import annotations

from alembic import context
from sqlalchemy import text

from portal import schema
from portal.db import engine_for
from portal.settings import Settings


def run(url: str) -> None:
    """Migrate the database at `url`; PostgreSQL gives up after 10 s rather than queue behind a long lock."""
    with engine_for(url).connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET lock_timeout = '10s'"))
            connection.commit()
        context.configure(connection=connection, target_metadata=schema.metadata, render_as_batch=True)
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run(context.config.get_main_option("sqlalchemy.url") or Settings.from_env().database_url)
