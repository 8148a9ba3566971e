"""Leases on rows: the database, not the broker, decides which worker does a piece of work.

A claim is one conditional UPDATE. A worker that dies leaves a lease that runs out; the sweep then rings again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import clock
from portal.db import Claimable

MAX_ATTEMPTS = 3
Row = TypeVar("Row", bound=Claimable)


def claim(
    session: Session, model: type[Row], row_id: int, *ready: sa.ColumnElement[bool], lease: timedelta
) -> Row | None:
    """Take the row for `lease` if it is `ready` and free; None when another worker has it or it is done."""
    taken = session.execute(
        sa.update(model)
        .where(model.id == row_id, *ready, free(model))  # type: ignore[attr-defined]
        .values(lease_until=clock.now() + lease, attempts=model.attempts + 1)
        .returning(model.id)  # type: ignore[attr-defined]
        .execution_options(synchronize_session=False)
    ).first()
    return session.get(model, row_id, populate_existing=True) if taken else None


def extend(session: Session, model: type[Any], row_id: int, *, lease: timedelta) -> None:
    """Keep a row that is still being worked on."""
    session.execute(sa.update(model).where(model.id == row_id).values(lease_until=clock.now() + lease))


def settle(row: Claimable, *, error: str | None = None) -> None:
    """Give the row back: done, or failed for now with the reason."""
    row.lease_until = None
    row.last_error = error


def waiting(session: Session, model: type[Any], *ready: sa.ColumnElement[bool], limit: int = 500) -> Sequence[int]:
    """Ids of rows that are `ready` and that nobody holds: what the sweep rings for."""
    return session.scalars(sa.select(model.id).where(*ready, free(model)).order_by(model.id).limit(limit)).all()


def free(model: type[Any]) -> sa.ColumnElement[bool]:
    """Says of a row that nobody holds it."""
    return sa.or_(model.lease_until.is_(None), model.lease_until < clock.now())
