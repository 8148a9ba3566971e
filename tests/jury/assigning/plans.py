"""Plans for tests: proposed by the real engine in the session at hand."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.jury.assigning import repair, storing
from portal.jury.assigning import service as assigning
from portal.jury.assigning.models import Assignment, AssignmentRun
from portal.jury.models import Juror
from portal.lifecycles import AssignmentState
from tests.jury.conftest import Jury


def pairs(session: Session, round_id: int, *states: AssignmentState) -> list[tuple[int, int]]:
    """(entry id, juror id) of the round, of these states if any are named."""
    wanted = sa.select(Assignment.entry_id, Assignment.juror_id).where(Assignment.round_id == round_id)
    found = session.execute(wanted.where(Assignment.state.in_(states)) if states else wanted)
    kept = sorted((row.entry_id, row.juror_id) for row in found)
    session.commit()
    return kept


def propose(session: Session, jury: Jury) -> AssignmentRun:
    """A plan, asked for and made."""
    run = assigning.request_assignment(session, jury.round, by=jury.actor(jury.chair))
    storing.make(session, run)
    session.commit()
    return run


def mend(session: Session, jury: Jury, *, without: Juror | None = None) -> AssignmentRun:
    """A repair, asked for and made."""
    run = repair.request(session, jury.round, without=without, by=jury.actor(jury.chair))
    storing.make(session, run)
    session.commit()
    return run
