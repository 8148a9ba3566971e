"""A juror's own commands: watch, note, score, submit, step back.

Each leaves its row in the audit trail, and what changes a score its event (portal.jury.scoring.events).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal import audit, clock
from portal.db import Base
from portal.errors import Invalid, InvalidMany, Stale
from portal.i18n import N_
from portal.jury.assigning.models import Assignment
from portal.jury.conflicts import service as conflicts
from portal.jury.scoring import events
from portal.jury.scoring.models import EventKind, Memo, Score, ScoreSheet
from portal.lifecycles import AssignmentState, SheetState, advance
from portal.policies import Actor

Scores = Mapping[int, int]
COMMENT_LIMIT = 2000
MEMO_LIMIT = 500


class Weighted(Protocol):
    """A criterion, as far as a total needs it."""

    @property
    def id(self) -> int: ...
    @property
    def code(self) -> str: ...
    @property
    def weight(self) -> int: ...


Criteria = Sequence[Weighted]


def weighted_total(scores: Scores, criteria: Criteria) -> int | None:
    """The weighted mean in hundredths (100 to 1000), rounded half up; None while a criterion is missing."""
    if any(criterion.id not in scores for criterion in criteria) or not criteria:
        return None
    weight = sum(criterion.weight for criterion in criteria)
    points = sum(scores[criterion.id] * criterion.weight for criterion in criteria)
    return (200 * points + weight) // (2 * weight)


def checked(scores: Mapping[int, Any], criteria: Criteria) -> dict[int, int]:
    """Only this panel's criteria, each a whole number from 1 to 10; raises InvalidMany naming every wrong one."""
    known = {criterion.id for criterion in criteria}
    wrong = [
        Invalid(f"c{key}", N_("Choose a score from 1 to 10."))
        for key, value in scores.items()
        if key not in known or type(value) is not int or not 1 <= value <= 10
    ]
    if wrong:
        raise InvalidMany(wrong)
    return dict(scores)


def save_draft(
    session: Session,
    assignment: Assignment,
    criteria: Criteria,
    *,
    scores: Scores,
    comment: str,
    by: Actor,
    seen: int | None = None,
) -> ScoreSheet:
    """Keep what the juror has so far. A sheet handed in before stays so: what is changed on it counts at once.

    `seen` is the sheet's rev that the sender's window knows, 0 before there is a sheet; raises Stale when another
    window has written something else since.
    """
    if assignment.sheet is not None and assignment.sheet.state == SheetState.SUBMITTED:
        return submit(session, assignment, criteria, scores=scores, comment=comment, by=by, seen=seen)
    given = checked(scores, criteria)
    if not _is_new(session, assignment, given, comment, seen):
        return _kept(assignment)
    sheet = _fill(assignment, criteria, given, comment, session)
    _begin(session, assignment, by)
    _write_scores(session, sheet, given)
    return sheet


def submit(
    session: Session,
    assignment: Assignment,
    criteria: Criteria,
    *,
    scores: Scores,
    comment: str,
    by: Actor,
    seen: int | None = None,
) -> ScoreSheet:
    """Hand the sheet in; raises InvalidMany when a criterion has no score. Sent again, it changes nothing.

    Rings nobody: results follow all sheets of the last seconds at once, when the sweep finds them newer.
    """
    missing = [Invalid(f"c{one.id}", N_("Choose a score from 1 to 10.")) for one in criteria if one.id not in scores]
    if missing:
        raise InvalidMany(missing)
    given = checked(scores, criteria)
    if not _is_new(session, assignment, given, comment, seen) and _kept(assignment).state == SheetState.SUBMITTED:
        return _kept(assignment)
    sheet = _fill(assignment, criteria, given, comment, session)
    sheet.submitted_at = sheet.updated_at
    kind = EventKind.REVISED if sheet.state == SheetState.SUBMITTED else EventKind.SUBMITTED
    if kind == EventKind.SUBMITTED:
        advance(session, sheet, SheetState.SUBMITTED, by=by, total=sheet.total)
    else:
        audit.record(session, by, "sheet.revised", sheet, total=sheet.total)
    if assignment.state != AssignmentState.SCORED:
        advance(session, assignment, AssignmentState.SCORED, by=by)
    codes = {one.code: given[one.id] for one in criteria}
    events.append(session, assignment, kind, scores=codes, total=sheet.total, at=sheet.updated_at)
    _write_scores(session, sheet, given)
    return sheet


def _kept(assignment: Assignment) -> ScoreSheet:
    assert assignment.sheet is not None
    return assignment.sheet


def _is_new(session: Session, assignment: Assignment, given: Scores, comment: str, seen: int | None) -> bool:
    """Whether this was not written before. A window that knows an older sheet may only say the same once more."""
    sheet = assignment.sheet
    if seen is None or seen == (sheet.rev if sheet else 0):
        return True
    if sheet is None:
        raise Stale
    stored = scores_of(session, sheet.id)
    if (stored, sheet.comment) != (dict(given), comment):
        raise Stale(theirs={"scores": stored, "comment": sheet.comment, "rev": sheet.rev})
    return False


def scores_of(session: Session, sheet_id: int) -> dict[int, int]:
    """Value by criterion of what a sheet holds."""
    found = session.execute(sa.select(Score.criterion_id, Score.value).where(Score.sheet_id == sheet_id))
    return {row.criterion_id: row.value for row in found}


def _fill(assignment: Assignment, criteria: Criteria, given: Scores, comment: str, session: Session) -> ScoreSheet:
    """The sheet with what is on it now; not written yet, so that its row is written once."""
    if len(comment) > COMMENT_LIMIT:
        raise Invalid("comment", N_("Shorten this to {limit} characters."), limit=COMMENT_LIMIT)
    sheet = assignment.sheet
    if sheet is None:
        sheet = assignment.sheet = ScoreSheet(assignment_id=assignment.id, state=SheetState.DRAFT)
        session.add(sheet)
    if sheet.state == SheetState.VOIDED:
        raise Invalid("comment", N_("The office has voided this sheet; it takes no more scores."))
    sheet.total = weighted_total(given, criteria)
    sheet.comment = comment
    sheet.updated_at = clock.now()
    return sheet


def _begin(session: Session, assignment: Assignment, by: Actor) -> None:
    if assignment.state in (AssignmentState.PUBLISHED, AssignmentState.ACCEPTED):
        advance(session, assignment, AssignmentState.IN_PROGRESS, by=by)


def _write_scores(session: Session, sheet: ScoreSheet, scores: Scores) -> None:
    session.flush()  # whoever was based on an older sheet ends here, before any score
    rows = [{"sheet_id": sheet.id, "criterion_id": key, "value": value} for key, value in sorted(scores.items())]
    if rows:
        session.execute(_upsert(session.get_bind().dialect.name), rows)


@cache
def _upsert(dialect: str) -> sa.Insert:
    table = Base.metadata.tables[Score.__tablename__]
    insert = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    return insert.on_conflict_do_update(
        index_elements=[table.c.sheet_id, table.c.criterion_id], set_={"value": insert.excluded.value}
    )


def recuse(session: Session, assignment: Assignment, *, reason: str, by: Actor) -> None:
    """Step back from a film: it leaves the juror's desk at once, scores and notes with it."""
    conflicts.step_back(session, assignment, reason=reason, by=by)


def add_memo(session: Session, assignment: Assignment, *, at_s: int, text: str, by: Actor) -> Memo:
    """Note a moment of the film for oneself; the same words at the same moment are one note."""
    if not text:
        raise Invalid("memo", N_("Write a few words."))
    if len(text) > MEMO_LIMIT:
        raise Invalid("memo", N_("Shorten this to {limit} characters."), limit=MEMO_LIMIT)
    session.execute(sa.select(Assignment.id).where(Assignment.id == assignment.id).with_for_update())
    said = {"assignment_id": assignment.id, "at_s": max(0, min(at_s, 6 * 3600)), "text": text}
    found = session.scalars(sa.select(Memo).filter_by(**said)).first()
    if found is not None:
        return found
    memo = Memo(**said)
    session.add(memo)
    _begin(session, assignment, by)
    return memo


def remove_memo(session: Session, assignment: Assignment, memo_id: int) -> None:
    """Delete one of the juror's own notes; a foreign id deletes nothing."""
    session.execute(sa.delete(Memo).where(Memo.id == memo_id, Memo.assignment_id == assignment.id))


def note_watched(session: Session, assignment: Assignment, *, seconds: int, by: Actor) -> None:
    """Keep how many seconds of the film have been played; it only grows."""
    bounded = max(0, min(seconds, assignment.entry.runtime_s or seconds))
    # Past the row's version: telling what was played must never stand in the way of a score saved at the same moment.
    more = sa.update(Assignment).where(Assignment.id == assignment.id, Assignment.watched_s < bounded)
    session.execute(more.values(watched_s=bounded))
    _begin(session, assignment, by)
