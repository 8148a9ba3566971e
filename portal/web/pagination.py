"""Pages of rows: a slice, its place, and the total."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

Row = TypeVar("Row")


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of a longer list; pages count from 1."""

    rows: Sequence[Row]
    number: int
    size: int
    total: int

    @property
    def last(self) -> int:
        return max(1, -(-self.total // self.size))

    @property
    def first_row(self) -> int:
        return (self.number - 1) * self.size + 1 if self.total else 0

    @property
    def last_row(self) -> int:
        return min(self.number * self.size, self.total)


def wanted(text: str | None) -> int:
    """A page number from the address, 1 for anything that is none."""
    return int(text) if text and text.isdecimal() and 0 < int(text) < 100_000 else 1


def paged(session: Session, query: sa.Select[Any], *, number: int, size: int = 50) -> Page[Any]:
    """Run `query` for one page; two statements, whatever the number of rows."""
    total = session.scalar(sa.select(sa.func.count()).select_from(query.order_by(None).subquery())) or 0
    rows = session.execute(query.limit(size).offset((number - 1) * size)).all()
    return Page(rows, number, size, total)
