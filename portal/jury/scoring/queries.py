"""What the scoring page of one film reads besides the assignment; statements on tables, each built once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.db import Base
from portal.entries.models import Entry
from portal.jury.assigning.models import Assignment
from portal.jury.models import Criterion
from portal.jury.queries import AT_WORK, DONE
from portal.jury.scoring.models import Fault, Memo, Score, ScoreSheet
from portal.lifecycles import SheetState

_tables = Base.metadata.tables
_assignments, _entries, _sheets, _criteria, _scores, _memos, _faults = (
    _tables[model.__tablename__] for model in (Assignment, Entry, ScoreSheet, Criterion, Score, Memo, Fault)
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


_MINE: sa.BindParameter[int] = sa.bindparam("assignment")
_NOTES = sa.union_all(
    sa.select(
        sa.literal("memo").label("what"),
        _memos.c.id,
        _memos.c.at_s,
        _memos.c.text,
        sa.literal("").label("kind"),
        sa.literal("").label("answer"),
    ).where(_memos.c.assignment_id == _MINE),
    sa.select(
        sa.literal("fault"),
        _faults.c.id,
        _faults.c.at_s,
        _faults.c.note,
        sa.cast(_faults.c.kind, sa.String),
        _faults.c.answer,
    ).where(_faults.c.assignment_id == _MINE),
).order_by("at_s", "id")


@dataclass(frozen=True)
class Notes:
    """What a juror wrote about moments of a film: notes for oneself, and faults told to the office with its answers."""

    memos: list[Any]
    faults: list[Any]


def notes(session: Session, assignment_id: int) -> Notes:
    """Both kinds in film time, in one statement; who of the office answered is not told."""
    rows = session.execute(_NOTES, {"assignment": assignment_id}).all()
    return Notes([row for row in rows if row.what == "memo"], [row for row in rows if row.what == "fault"])
