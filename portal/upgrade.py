"""Brings a database to the newest migration, or back."""

from __future__ import annotations

from alembic import command
from alembic.config import Config

from portal import paths


def config(database_url: str) -> Config:
    """Alembic's configuration for a database address; there is no alembic.ini."""
    found = Config()
    found.set_main_option("script_location", str(paths.MIGRATIONS))
    found.set_main_option("sqlalchemy.url", database_url.replace("%", "%%"))
    return found


def upgrade(database_url: str, revision: str = "head") -> None:
    """Migrate forwards to `revision`."""
    command.upgrade(config(database_url), revision)


def downgrade(database_url: str, revision: str) -> None:
    """Migrate backwards to `revision`; `base` is the empty database."""
    command.downgrade(config(database_url), revision)
