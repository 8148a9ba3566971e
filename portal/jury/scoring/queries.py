"""What the scoring page of one film reads besides the assignment; statements on tables, each built once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.db import Base
from portal.entries.models import Entry
from portal.jury.assigning.models import Assignment
from portal.jury.models import Criterion
from portal.jury.queries import AT_WORK, DONE
from portal.jury.scoring.models import Memo, Score, ScoreSheet
from portal.lifecycles import SheetState

_tables = Base.metadata.tables
_assignments, _entries, _sheets, _criteria, _scores, _memos = (
    _tables[model.__tablename__] for model in (Assignment, Entry, ScoreSheet, Criterion, Score, Memo)
)

_CRITERIA = (
    sa.select(_criteria, _scores.c.value)
    .outerjoin(_scores, sa.and_(_scores.c.criterion_id == _criteria.c.id, _scores.c.sheet_id == sa.bindparam("sheet")))
    .where(_criteria.c.panel_id == sa.bindparam("panel"))
    .order_by(_criteria.c.position, _criteria.c.id)
)


def criteria(session: Session, assignment: Assignment) -> Sequence[Any]:
    """The panel's criteria in their order, each with the `value` the juror has given so far."""
    sheet = assignment.sheet
    values = {"panel": assignment.juror.panel_id, "sheet": sheet.id if sheet else None}
    return session.execute(_CRITERIA, values).all()


# A draft's total is nobody's word yet, and that of a film one abstains from never will be.
COUNTS = sa.or_(*(_sheets.c.state == state for state in (SheetState.SUBMITTED, SheetState.LOCKED)))
_PACE = (
    sa.select(
        _assignments.c.code,
        sa.or_(*(_assignments.c.state == state for state in DONE)).label("done"),
        _entries.c.runtime_s,
        sa.case((COUNTS, _sheets.c.total)).label("total"),
    )
    .join(_entries, _entries.c.id == _assignments.c.entry_id)
    .outerjoin(_sheets, _sheets.c.assignment_id == _assignments.c.id)
    .where(_assignments.c.juror_id == sa.bindparam("juror"))
    .where(sa.or_(*(_assignments.c.state == state for state in AT_WORK)))
    .order_by(_assignments.c.position, _assignments.c.id)
)


def pace(session: Session, juror_id: int) -> Sequence[Any]:
    """(code, done, runtime_s, total) of a juror's films in the neutral order; `total` is in hundredths."""
    return session.execute(_PACE, {"juror": juror_id}).all()


_NOTES = (
    sa.select(_memos.c.id, _memos.c.at_s, _memos.c.text)
    .where(_memos.c.assignment_id == sa.bindparam("assignment"))
    .order_by(_memos.c.at_s, _memos.c.id)
)


def memos(session: Session, assignment_id: int) -> Sequence[Any]:
    """The juror's notes to a film, in film time."""
    return session.execute(_NOTES, {"assignment": assignment_id}).all()
