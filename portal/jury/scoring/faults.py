"""What went wrong while a juror watched: told from the film's page, answered by the office on the same page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, clock
from portal.entries.models import Entry
from portal.errors import Invalid
from portal.i18n import N_
from portal.jury.assigning.models import Assignment
from portal.jury.models import Juror
from portal.jury.scoring.models import Fault, FaultKind
from portal.policies import Actor

NOTE_LIMIT = 500
MOST_OPEN = 10


def report(session: Session, assignment: Assignment, *, kind: str, at_s: int, note: str, by: Actor) -> Fault:
    """Tell the office what is wrong at a moment of the film; the same words at the same moment are one report."""
    if kind not in set(FaultKind):
        raise Invalid("kind", N_("Choose what is wrong."))
    if len(note) > NOTE_LIMIT:
        raise Invalid("note", N_("Shorten this to {limit} characters."), limit=NOTE_LIMIT)
    session.execute(sa.select(Assignment.id).where(Assignment.id == assignment.id).with_for_update())
    said = {"kind": FaultKind(kind), "at_s": max(0, min(at_s, 6 * 3600)), "note": note}
    known = session.scalars(sa.select(Fault).where(Fault.assignment_id == assignment.id)).all()
    for fault in known:
        if all(getattr(fault, name) == value for name, value in said.items()):
            return fault
    if sum(fault.answered_at is None for fault in known) >= MOST_OPEN:
        raise Invalid("note", N_("The office knows of {n} faults in this film and looks at them first."), n=MOST_OPEN)
    fault = Fault(assignment_id=assignment.id, **said)
    session.add(fault)
    session.flush()
    audit.record(session, by, "fault.reported", fault, kind=kind)
    return fault


def answer(session: Session, fault: Fault, *, text: str, by: Actor) -> None:
    """Say on the juror's page what was found; a later answer takes the place of the first."""
    if not text:
        raise Invalid("answer", N_("Write a few words."))
    if len(text) > NOTE_LIMIT:
        raise Invalid("answer", N_("Shorten this to {limit} characters."), limit=NOTE_LIMIT)
    if fault.answer == text:
        return
    fault.answer, fault.answered_by_id, fault.answered_at = text, by.person_id, clock.now()
    audit.record(session, by, "fault.answered", fault)
    session.flush()


def of_round(session: Session, round_id: int) -> Sequence[Any]:
    """Every fault of a round for the office, those without an answer first."""
    return session.execute(
        sa.select(
            *(Fault.code, Fault.kind, Fault.at_s, Fault.note, Fault.reported_at, Fault.answer, Fault.answered_at),
            *(Juror.label, Entry.number, Entry.title_ko, Entry.title_en),
        )
        .join(Assignment, Assignment.id == Fault.assignment_id)
        .join(Juror, Juror.id == Assignment.juror_id)
        .join(Entry, Entry.id == Assignment.entry_id)
        .where(Assignment.round_id == round_id)
        .order_by(Fault.answered_at.is_not(None), Fault.id.desc())
        .limit(200)
    ).all()


def in_round(session: Session, round_id: int, code: str) -> Fault | None:
    """A round's fault by its code."""
    wanted = sa.select(Fault).join(Assignment, Assignment.id == Fault.assignment_id)
    return session.scalar(wanted.where(Fault.code == code, Assignment.round_id == round_id))
