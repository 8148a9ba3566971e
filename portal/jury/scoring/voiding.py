"""Taking a sheet out of the results for good: one person asks with a reason, a second one confirms."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal import audit, doorbell
from portal.errors import Invalid
from portal.i18n import N_
from portal.jury.assigning.models import Assignment
from portal.jury.scoring import events
from portal.jury.scoring.models import EventKind, ScoreSheet
from portal.lifecycles import SheetState, advance
from portal.policies import Actor

REASON_LIMIT = 500
COUNTS = (SheetState.SUBMITTED, SheetState.LOCKED)


def assignment_in(session: Session, round_id: int, code: str) -> Assignment | None:
    """A round's assignment with its sheet, for the chair's desk."""
    wanted = sa.select(Assignment).where(Assignment.code == code, Assignment.round_id == round_id)
    return session.scalar(wanted.options(joinedload(Assignment.sheet), joinedload(Assignment.juror)))


def ask(session: Session, assignment: Assignment, *, reason: str, by: Actor) -> None:
    """Ask for a sheet to be voided; it counts until somebody else confirms."""
    sheet = _counting(assignment)
    if not reason:
        raise Invalid("reason", N_("Say why this sheet must not count."))
    if len(reason) > REASON_LIMIT:
        raise Invalid("reason", N_("Shorten this to {limit} characters."), limit=REASON_LIMIT)
    if sheet.void_asked_by_id is not None:
        raise Invalid("reason", N_("Somebody has asked for this already. Confirm it or let it stand."))
    sheet.void_reason, sheet.void_asked_by_id = reason, by.person_id
    audit.record(session, by, "sheet.void_asked", sheet, reason=reason)
    session.flush()


def let_stand(session: Session, assignment: Assignment, *, by: Actor) -> None:
    """Answer the question with no: the sheet goes on counting."""
    sheet = _counting(assignment)
    if sheet.void_asked_by_id is None:
        return
    audit.record(session, by, "sheet.let_stand", sheet, reason=sheet.void_reason)
    sheet.void_reason, sheet.void_asked_by_id = "", None
    session.flush()


def confirm(session: Session, assignment: Assignment, *, by: Actor) -> None:
    """Void the sheet that somebody else asked about: its score leaves the results at once."""
    sheet = assignment.sheet
    if sheet is not None and sheet.state == SheetState.VOIDED and sheet.voided_by_id is not None:
        return
    sheet = _counting(assignment)
    if sheet.void_asked_by_id is None:
        raise Invalid("reason", N_("Nobody has asked for this sheet to be voided."))
    if sheet.void_asked_by_id == by.person_id:
        raise Invalid("reason", N_("Somebody else must confirm this: you asked for it yourself."))
    advance(session, sheet, SheetState.VOIDED, by=by, reason=sheet.void_reason)
    sheet.voided_by_id = by.person_id
    events.append(session, assignment, EventKind.VOIDED)
    session.flush()
    doorbell.after_commit(session, "jury.calibrate", assignment.round_id)


def _counting(assignment: Assignment) -> ScoreSheet:
    sheet = assignment.sheet
    if sheet is None or sheet.state not in COUNTS:
        raise Invalid("reason", N_("Only a sheet that counts can be voided."))
    return sheet
