"""What happened to every score, one row each, and what of it stands: the last event of an assignment says what counts.

The sheets are where a juror writes; results read these events alone, so that they can be worked out again at any time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import clock
from portal.db import Base
from portal.jury.assigning.models import Assignment
from portal.jury.models import Juror, Panel
from portal.jury.scoring.models import EventKind, ScoreEvent

_events, _assignments, _jurors, _panels = (
    Base.metadata.tables[model.__tablename__] for model in (ScoreEvent, Assignment, Juror, Panel)
)


def append(
    session: Session,
    assignment: Assignment,
    kind: EventKind,
    *,
    scores: Mapping[str, int] | None = None,
    total: int | None = None,
    at: datetime | None = None,
) -> None:
    """Write down what happened, in the same flush as the change itself."""
    session.add(
        ScoreEvent(
            round_id=assignment.round_id,
            assignment_id=assignment.id,
            kind=kind,
            scores=dict(scores) if scores is not None else None,
            total=total,
            at=at or clock.now(),
        )
    )


_LAST = (
    sa.select(sa.func.max(_events.c.id).label("id"))
    .where(_events.c.round_id == sa.bindparam("round"))
    .group_by(_events.c.assignment_id)
    .subquery()
)
_STANDING = (
    sa.select(
        _assignments.c.entry_id,
        _assignments.c.juror_id,
        _panels.c.weight,
        _events.c.total,
        _jurors.c.panel_id,
        _events.c.assignment_id,
        _events.c.scores,
    )
    .join(_LAST, _LAST.c.id == _events.c.id)
    .join(_assignments, _assignments.c.id == _events.c.assignment_id)
    .join(_jurors, _jurors.c.id == _assignments.c.juror_id)
    .join(_panels, _panels.c.id == _jurors.c.panel_id)
    .where(_events.c.total.is_not(None))
    .order_by(_assignments.c.entry_id, _assignments.c.juror_id)
)


def standing(session: Session, round_id: int) -> Sequence[Any]:
    """(entry_id, juror_id, weight, total, panel_id, assignment_id, scores) of every score that counts, one statement.

    `weight` is the panel's, `total` in hundredths; `scores` maps criterion codes to 1-10, or is None where only the
    total was kept.
    """
    return session.execute(_STANDING, {"round": round_id}).all()


_HISTORY = (
    sa.select(_events.c.assignment_id, _events.c.kind, _events.c.scores, _events.c.total, _events.c.at)
    .where(_events.c.round_id == sa.bindparam("round"))
    .order_by(_events.c.id)
)


def replayed(session: Session, round_id: int) -> dict[int, Any]:
    """The last event of each assignment, found by going through all of them; what `standing` must agree with."""
    return {row.assignment_id: row for row in session.execute(_HISTORY, {"round": round_id})}
