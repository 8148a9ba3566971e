"""Reads of holds: why a film is out of public view, since when, because of whom, and what ended it."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.disclosure.models import Hold


def of_performer(session: Session, performer_id: int) -> Hold | None:
    """The hold that stands because of this performer."""
    return session.scalar(sa.select(Hold).where(Hold.performer_id == performer_id, Hold.lifted_at.is_(None)))


def standing(session: Session, entry_id: int) -> Sequence[Hold]:
    """The holds that stand on an entry, oldest first."""
    return session.scalars(_holds(Hold.entry_id == entry_id, Hold.lifted_at.is_(None))).all()


def by_code(session: Session, code: str) -> Hold | None:
    """One hold, standing or lifted."""
    return session.scalar(_holds(Hold.code == code))


def _holds(*conditions: sa.ColumnElement[bool]) -> sa.Select[Hold]:
    return sa.select(Hold).where(*conditions).order_by(Hold.since, Hold.id)
