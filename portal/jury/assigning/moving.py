"""What a plan takes from a juror's list, once it is published."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.errors import Invalid
from portal.i18n import N_
from portal.jury import queries
from portal.jury.assigning import wishes
from portal.jury.assigning.leaving import leave
from portal.jury.assigning.models import Assignment, AssignmentRun
from portal.jury.models import Round
from portal.lifecycles import AssignmentState
from portal.policies import Actor

MEANWHILE = N_("Something changed since this plan was made: a conflict, a seat or a film. Have it worked out again.")
MOVABLE = (AssignmentState.PUBLISHED, AssignmentState.ACCEPTED)
UNFINISHED = (*MOVABLE, AssignmentState.IN_PROGRESS)


def move_away(session: Session, round_: Round, run: AssignmentRun, *, by: Actor) -> set[int]:
    """Take from their jurors what the plan gives to others; the ids of these jurors.

    Raises Invalid where one of them has begun or handed in such a film since the plan was made.
    """
    wanted = {(str(number), str(label)) for number, label in run.report.get("moved", ())}
    without = wishes.of(run).without
    leaving: list[Assignment] = []
    for one in _shown(session, round_.id) if wanted or without else ():
        if one.juror_id == without and one.state in UNFINISHED:
            leaving.append(one)
        elif (one.entry.number, one.juror.label) in wanted:
            _expect(one, MOVABLE)
            leaving.append(one)
    if len(leaving) != len(wanted) + int(run.report.get("taken", 0)):
        raise Invalid("plan", MEANWHILE)
    for one in leaving:
        leave(session, one, AssignmentState.REASSIGNED, reason="", by=by)
    return {one.juror_id for one in leaving}


def _expect(one: Assignment, states: Collection[AssignmentState]) -> None:
    if one.state not in states:
        raise Invalid("plan", MEANWHILE)


def _shown(session: Session, round_id: int) -> Collection[Assignment]:
    return session.scalars(
        sa.select(Assignment)
        .where(Assignment.round_id == round_id, Assignment.state.in_(queries.AT_WORK))
        .options(joinedload(Assignment.sheet), joinedload(Assignment.entry), joinedload(Assignment.juror))
        .with_for_update(of=Assignment)
        .execution_options(populate_existing=True)
    ).all()
