"""The database: declarative base, column aliases, engines for SQLite and PostgreSQL, and the unit of work."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from threading import Lock
from typing import Annotated, Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, declared_attr, mapped_column, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

from portal import clock, signing
from portal.settings import Settings

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored in UTC; refuses naive values, which SQLite would accept silently."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without its time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


def choice(kind: type[enum.StrEnum], name: str | None = None) -> sa.Enum:
    """A string column that holds only the members of `kind`, by a CHECK in the database."""
    return sa.Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=24,
        name=name or kind.__name__.lower(),
        values_callable=lambda members: [member.value for member in members],
    )


class Base(DeclarativeBase):
    """Every model's base: named constraints, aware moments, JSON columns."""

    metadata = sa.MetaData(naming_convention=NAMING)
    type_annotation_map = {
        datetime: UtcDateTime(),
        dict[str, Any]: sa.JSON(none_as_null=True),
        list[str]: sa.JSON(none_as_null=True),
        list[Any]: sa.JSON(none_as_null=True),
    }


Id = Annotated[int, mapped_column(primary_key=True)]
Code = Annotated[str, mapped_column(sa.String(24), unique=True, default=signing.random_code)]
Short = Annotated[str, mapped_column(sa.String(200))]
Text = Annotated[str, mapped_column(sa.Text)]
Hash = Annotated[str, mapped_column(sa.String(64))]
Created = Annotated[datetime, mapped_column(UtcDateTime(), default=clock.now)]


class Versioned:
    """Optimistic locking: a flush based on an older `rev` raises StaleDataError, which the web shows as 409."""

    rev: Mapped[int] = mapped_column(default=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805 - the directive calls it with the class
        return {"version_id_col": cls.rev}


Written = TypeVar("Written", bound=type)


def written_once(model: Written) -> Written:
    """Class decorator: a session that changes a row of this model after it was written fails with TypeError."""

    @event.listens_for(model, "before_update")
    def refuse(mapper: Any, connection: sa.Connection, row: Any) -> None:
        if sa.inspect(row).session.is_modified(row):
            raise TypeError(f"{model.__name__} is written once")

    return model


class Claimable:
    """The row is the queue: a worker holds it until `lease_until`; see portal.claims."""

    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(sa.Text)


def make_engine(url: str) -> sa.Engine:
    """An engine for a `sqlite:///…` or `postgresql://…` address, ready for many processes."""
    address = sa.make_url(url)
    if address.get_backend_name() == "sqlite":
        return _sqlite_engine(address)
    return sa.create_engine(address, pool_size=16, max_overflow=8, pool_pre_ping=True, pool_recycle=1800)


# Pages are read where the kernel keeps them for all processes; a connection's own cache holds little besides.
_PRAGMAS = (
    "journal_mode=WAL",
    "busy_timeout=15000",
    "synchronous=NORMAL",
    "foreign_keys=ON",
    "cache_size=-256",
    "mmap_size=268435456",
)


_TURN = "turn"
_PATIENCE = 15.0


def _sqlite_engine(url: sa.URL) -> sa.Engine:
    # Six stay open; what a crowd needs besides is closed again, since each of them holds about a megabyte.
    patience = {"timeout": _PATIENCE}
    engine = sa.create_engine(url, connect_args=patience, pool_size=6, max_overflow=18, pool_use_lifo=True)

    @event.listens_for(engine, "connect")
    def configure(connection: Any, record: Any) -> None:
        connection.isolation_level = None
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    _take_turns(engine)
    return engine


def _take_turns(engine: sa.Engine) -> None:
    """Let the writers of this process queue here: SQLite itself only polls, and of a crowd some would wait for ever."""
    turn = Lock()

    def let_go(held: sa.Connection | ConnectionPoolEntry) -> None:
        if held.info.pop(_TURN, False):
            turn.release()

    def end(connection: sa.Connection) -> None:
        if not connection.invalidated:  # else it was dropped before, and has nothing to ask any more
            let_go(connection)

    @event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        if connection.get_execution_options().get("reading", False):
            connection.exec_driver_sql("BEGIN")
            return
        connection.info[_TURN] = turn.acquire(timeout=_PATIENCE)
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except BaseException:
            let_go(connection)
            raise

    event.listen(engine, "commit", end)
    event.listen(engine, "rollback", end)

    # A connection that is dropped in the middle must not keep its turn.
    @event.listens_for(engine, "checkin")
    @event.listens_for(engine, "invalidate")
    def dropped(raw: Any, entry: ConnectionPoolEntry, *_: Any) -> None:
        let_go(entry)


def reading(engine: sa.Engine) -> sa.Engine:
    """The same engine for requests that only read: SQLite then takes no write lock."""
    return engine.execution_options(reading=True)


@cache
def engine_for(url: str) -> sa.Engine:
    """One engine for each address and process."""
    return make_engine(url)


def sessions(settings: Settings, *, read_only: bool = False) -> sessionmaker[Session]:
    """A factory of sessions that know their installation's settings; `read_only` ones take no write lock."""
    engine = engine_for(settings.database_url)
    return sessionmaker(reading(engine) if read_only else engine, expire_on_commit=False, info={"settings": settings})


@contextmanager
def sessions_in_turn(settings: Settings) -> Iterator[sessionmaker[Session]]:
    """The same over one connection, which is held meanwhile: for a row of small transactions, one after the other."""
    with engine_for(settings.database_url).connect() as connection:
        yield sessionmaker(connection, expire_on_commit=False, info={"settings": settings})


@contextmanager
def unit_of_work(factory: Callable[[], Session]) -> Iterator[Session]:
    """One transaction: committed when the block ends, rolled back when it raises."""
    with factory() as session:
        try:
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise


def hold(session: Session, row: Any, *, key_share: bool = False) -> None:
    """Wait for whoever changes this row now, and read its columns anew; what was loaded beside them stays.

    With `key_share`, a row that only refers to this one need not wait. SQLite's writers stand in line anyway.
    """
    mapper = sa.inspect(row).mapper
    session.flush()
    session.refresh(row, mapper.column_attrs.keys(), with_for_update={"of": mapper.class_, "key_share": key_share})


def insert(session: Session, model: Any) -> Any:
    """An INSERT of the session's dialect, which knows ON CONFLICT; both of ours say it alike."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    return dialect.insert(model)


def one_at_a_time(session: Session, name: str) -> None:
    """Wait until no other transaction holds `name`; for first rows, where there is nothing yet that could be locked.

    SQLite's writers are one at a time anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(name, 0))))


def alone(session: Session, name: str) -> bool:
    """Hold `name` until the transaction ends, unless another has it: for those who hold others and so must not wait."""
    if session.get_bind().dialect.name != "postgresql":
        return True
    return bool(session.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(sa.func.hashtextextended(name, 0)))))
