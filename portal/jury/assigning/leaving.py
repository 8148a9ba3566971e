"""A juror and a film part: what was shown, scored and noted is gone for that juror at once, and for nobody else."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal import audit, doorbell
from portal.jury.assigning.models import Assignment
from portal.jury.scoring import events
from portal.jury.scoring.models import EventKind
from portal.lifecycles import AssignmentState, SheetState, advance
from portal.media import admission
from portal.policies import Actor

_SHOWN = (
    AssignmentState.PUBLISHED,
    AssignmentState.ACCEPTED,
    AssignmentState.IN_PROGRESS,
    AssignmentState.SCORED,
    AssignmentState.ABSTAINED,
)


def right(assignment: Assignment) -> str:
    """The right under which a juror's player gets the addresses of a film (see media.admission)."""
    return f"assignment.{assignment.code}"


def leave(session: Session, assignment: Assignment, to: AssignmentState, *, reason: str, by: Actor) -> None:
    """Take a film from its juror: page, player and score end now, and the results are worked out without it.

    The assignment comes with its sheet.
    """
    advance(session, assignment, to, by=by, reason=reason)
    assignment.left_reason = reason
    if assignment.sheet is not None and assignment.sheet.state != SheetState.VOIDED:
        advance(session, assignment.sheet, SheetState.VOIDED, by=by, reason=str(to))
    events.append(session, assignment, EventKind.RECUSED)
    admission.end(session, right(assignment))
    doorbell.after_commit(session, "jury.calibrate", assignment.round_id)


def take_away(session: Session, juror_id: int, entry_ids: Collection[int], *, reason: str, by: Actor) -> int:
    """Part a juror from these films; how many of them had been shown. What was only proposed goes without a trace."""
    wanted = sa.select(Assignment).where(Assignment.juror_id == juror_id, Assignment.entry_id.in_(entry_ids))
    living = wanted.where(Assignment.state.in_((*_SHOWN, AssignmentState.PROPOSED)))
    found = session.scalars(
        living.options(joinedload(Assignment.sheet))
        .execution_options(populate_existing=True)
        .with_for_update(of=Assignment)
    ).all()
    shown = [one for one in found if one.state != AssignmentState.PROPOSED]
    for assignment in found:
        if assignment.state == AssignmentState.PROPOSED:
            audit.record(session, by, "assignment.dropped", assignment, reason=reason)
            session.delete(assignment)
        else:
            leave(session, assignment, AssignmentState.RECUSED, reason=reason, by=by)
    session.flush()
    return len(shown)
