"""What jurors answer: the whole list accepted, a film declined, the seat given up; and a seat that the chair ends.

What was handed in stays and counts. What was not is lost to the round until a repair gives it to others.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal import audit, clock
from portal.errors import Invalid
from portal.i18n import N_
from portal.jury.assigning.leaving import leave
from portal.jury.assigning.models import Assignment
from portal.jury.assigning.moving import UNFINISHED
from portal.jury.models import Juror, Round
from portal.lifecycles import AssignmentState, RoundState, advance_all
from portal.policies import Actor

REASON_LIMIT = 500
ENDING = (RoundState.SETUP, RoundState.PROPOSED, RoundState.OPEN, RoundState.PAUSED)


def accept_all(session: Session, juror: Juror, *, by: Actor) -> int:
    """Accept every film that waits for an answer; how many there were."""
    waiting = (Assignment.juror_id == juror.id, Assignment.state == AssignmentState.PUBLISHED)
    if not session.scalar(sa.select(sa.exists().where(*waiting))):
        return 0
    session.execute(
        sa.update(Assignment)
        .where(*waiting)
        .values(accepted_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    return advance_all(session, Assignment, AssignmentState.ACCEPTED, *waiting, by=by, juror=juror.id)


def _reason(text: str) -> str:
    if not text:
        raise Invalid("reason", N_("Say in a few words why."))
    if len(text) > REASON_LIMIT:
        raise Invalid("reason", N_("Shorten this to {limit} characters."), limit=REASON_LIMIT)
    return text


def decline(session: Session, assignment: Assignment, *, reason: str, by: Actor) -> None:
    """Give one film back. The assignment comes with its sheet."""
    if assignment.state == AssignmentState.DECLINED:
        return
    if assignment.state not in UNFINISHED:
        raise Invalid("reason", N_("You have handed this film in, so it stays with you."))
    leave(session, assignment, AssignmentState.DECLINED, reason=_reason(reason), by=by)
    session.flush()


def end_seat(session: Session, juror: Juror, *, reason: str, by: Actor) -> int:
    """End a seat, by the juror or the chair; how many films it leaves without a juror. Said twice, it is said once."""
    round_ = session.get_one(Round, juror.round_id, with_for_update=True, populate_existing=True)
    session.refresh(juror, ["ended_at"])
    if juror.ended_at is not None:
        return 0
    if round_.state not in ENDING:
        raise Invalid("reason", N_("The round takes no more changes."))
    own = by.person_id == juror.person_id
    juror.ended_at, juror.ended_reason = clock.now(), _reason(reason)
    lost = _unfinished(session, juror.id)
    for assignment in lost:
        to = AssignmentState.DECLINED if own else AssignmentState.REASSIGNED
        leave(session, assignment, to, reason=reason, by=by)
    session.execute(
        sa.delete(Assignment).where(Assignment.juror_id == juror.id, Assignment.state == AssignmentState.PROPOSED)
    )
    audit.record(session, by, "juror.ended", juror, reason=reason, lost=len(lost), own=own)
    session.flush()
    return len(lost)


def _unfinished(session: Session, juror_id: int) -> list[Assignment]:
    return list(
        session.scalars(
            sa.select(Assignment)
            .where(Assignment.juror_id == juror_id, Assignment.state.in_(UNFINISHED))
            .options(joinedload(Assignment.sheet))
            .with_for_update(of=Assignment)
            .execution_options(populate_existing=True)
        )
    )
