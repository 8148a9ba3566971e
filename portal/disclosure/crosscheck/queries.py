"""Reads of what the cross-check found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.disclosure.crosscheck.models import CrossFinding, Severity
from portal.lifecycles import FindingState

# The weight of a finding on a page: what is to be answered before what is only told.
_WEIGHT = sa.case({one.value: place for place, one in enumerate(reversed(Severity))}, value=CrossFinding.severity)
CONFIRMING = "X12"


def findings(session: Session, entry_id: int) -> Sequence[CrossFinding]:
    """All findings of an entry, the gravest first, the settled ones last."""
    settled = sa.case((CrossFinding.state == FindingState.SETTLED, 1), else_=0)
    wanted = sa.select(CrossFinding).where(CrossFinding.entry_id == entry_id)
    return session.scalars(wanted.order_by(settled, _WEIGHT, CrossFinding.id)).all()


def open_findings(session: Session, entry_id: int) -> Sequence[CrossFinding]:
    """The findings of an entry that nobody has answered or settled."""
    wanted = sa.select(CrossFinding).where(CrossFinding.entry_id == entry_id, CrossFinding.state == FindingState.OPEN)
    return session.scalars(wanted.order_by(CrossFinding.id)).all()


def finding_by_code(session: Session, entry_id: int, code: str) -> CrossFinding | None:
    """One finding of an entry by its public code."""
    return session.scalar(sa.select(CrossFinding).where(CrossFinding.entry_id == entry_id, CrossFinding.code == code))


def needs_review(entry_id: Any) -> sa.ColumnElement[bool]:
    """Whether something grave about an entry, of a value or of a column, waits for the office."""
    grave = (CrossFinding.severity == Severity.HIGH, CrossFinding.state != FindingState.SETTLED)
    return sa.exists().where(CrossFinding.entry_id == entry_id, *grave)


def verified_clips(entry_id: Any) -> sa.ScalarSelect[int]:
    """How many of an entry's clips carry trusted credentials that confirm a declared tool."""
    confirming = (CrossFinding.kind == CONFIRMING, CrossFinding.state != FindingState.SETTLED)
    counted = sa.select(sa.func.count(sa.distinct(CrossFinding.asset_id)))
    return counted.where(CrossFinding.entry_id == entry_id, *confirming).scalar_subquery()
