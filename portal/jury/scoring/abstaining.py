"""Watched, and no score given: a juror's word that counts as done and as no score, and can be taken back."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal.errors import Invalid
from portal.i18n import N_
from portal.jury.assigning.models import Assignment
from portal.jury.scoring import events
from portal.jury.scoring.models import EventKind
from portal.lifecycles import AssignmentState, SheetState, advance
from portal.policies import Actor

REASON_LIMIT = 500


def abstain(session: Session, assignment: Assignment, *, reason: str, by: Actor) -> None:
    """Leave the film without a score; a sheet handed in before is a draft again. Said twice, it is said once."""
    if assignment.state == AssignmentState.ABSTAINED:
        return
    if not reason:
        raise Invalid("why", N_("Say in a few words why you give no score."))
    if len(reason) > REASON_LIMIT:
        raise Invalid("why", N_("Shorten this to {limit} characters."), limit=REASON_LIMIT)
    _withdraw_sheet(session, assignment, by)
    advance(session, assignment, AssignmentState.ABSTAINED, by=by, reason=reason)
    assignment.left_reason = reason
    events.append(session, assignment, EventKind.ABSTAINED)
    session.flush()


def reopen(session: Session, assignment: Assignment, *, by: Actor) -> None:
    """Take an abstention or a sheet handed in back to work; until it is handed in again, it counts for nothing."""
    if assignment.state not in (AssignmentState.SCORED, AssignmentState.ABSTAINED):
        return
    _withdraw_sheet(session, assignment, by)
    advance(session, assignment, AssignmentState.IN_PROGRESS, by=by)
    assignment.left_reason = ""
    events.append(session, assignment, EventKind.REOPENED)
    session.flush()


def _withdraw_sheet(session: Session, assignment: Assignment, by: Actor) -> None:
    sheet = assignment.sheet
    if sheet is None:
        return
    if sheet.state == SheetState.VOIDED:
        raise Invalid("why", N_("The office has voided this sheet; it takes no more scores."))
    if sheet.state == SheetState.SUBMITTED:
        advance(session, sheet, SheetState.DRAFT, by=by)
