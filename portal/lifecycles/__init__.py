"""THE state machines: every state, every legal move, and `advance()`, the only writer of `.state`.

Who may ask for a move is said in portal.policies; that a state is one of its enum is also said by a CHECK in the
database; that two people do not move the same thing at once is settled by the row's `rev`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from portal import audit
from portal.errors import IllegalMove
from portal.lifecycles.disclosure import (
    AMENDMENT,
    CONSENT,
    DISCLOSURE,
    FINDING,
    AmendmentState,
    ConsentState,
    DisclosureState,
    FindingState,
)
from portal.lifecycles.entries import ASSET, ENTRY, REPLACEMENT, AssetState, EntryState, ReplacementState
from portal.lifecycles.jury import (
    ASSIGNMENT,
    AWARD,
    DECISION,
    INVITATION,
    ROUND,
    RUN,
    SHEET,
    TIEBREAK,
    AssignmentState,
    AwardState,
    DecisionState,
    InvitationState,
    RoundState,
    RunState,
    SheetState,
    TieBreakState,
)
from portal.lifecycles.machine import Lifecycle, Stateful
from portal.lifecycles.mail import BROADCAST, MAIL, REMINDER, BroadcastState, MailState, ReminderState
from portal.lifecycles.programme import (
    BALLOT,
    GUEST,
    MATERIAL,
    PLACING,
    QUESTION,
    SCREENING,
    SEAT,
    TALK,
    BallotState,
    GuestState,
    MaterialState,
    PlacingState,
    QuestionState,
    ScreeningState,
    SeatState,
    TalkState,
)
from portal.lifecycles.school import GUARDIAN, GuardianState

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from portal.policies import Actor

LIFECYCLES = (
    ENTRY,
    ASSET,
    REPLACEMENT,
    DISCLOSURE,
    AMENDMENT,
    CONSENT,
    FINDING,
    ROUND,
    RUN,
    ASSIGNMENT,
    SHEET,
    TIEBREAK,
    DECISION,
    INVITATION,
    AWARD,
    SCREENING,
    TALK,
    GUEST,
    MATERIAL,
    PLACING,
    SEAT,
    QUESTION,
    BALLOT,
    GUARDIAN,
    MAIL,
    REMINDER,
    BROADCAST,
)

__all__ = [
    "AMENDMENT",
    "ASSET",
    "ASSIGNMENT",
    "AWARD",
    "BALLOT",
    "BROADCAST",
    "CONSENT",
    "DECISION",
    "DISCLOSURE",
    "ENTRY",
    "FINDING",
    "GUARDIAN",
    "GUEST",
    "INVITATION",
    "LIFECYCLES",
    "MAIL",
    "MATERIAL",
    "PLACING",
    "QUESTION",
    "REMINDER",
    "REPLACEMENT",
    "ROUND",
    "RUN",
    "SCREENING",
    "SEAT",
    "SHEET",
    "TALK",
    "TIEBREAK",
    "AmendmentState",
    "AssetState",
    "AssignmentState",
    "AwardState",
    "BallotState",
    "BroadcastState",
    "ConsentState",
    "DecisionState",
    "DisclosureState",
    "EntryState",
    "FindingState",
    "GuardianState",
    "GuestState",
    "InvitationState",
    "Lifecycle",
    "MailState",
    "MaterialState",
    "PlacingState",
    "QuestionState",
    "ReminderState",
    "ReplacementState",
    "RoundState",
    "RunState",
    "ScreeningState",
    "SeatState",
    "SheetState",
    "Stateful",
    "TalkState",
    "TieBreakState",
    "advance",
    "advance_all",
    "advance_row",
    "moving",
]


def advance(session: Session, subject: Stateful, to: StrEnum, *, by: Actor, **detail: Any) -> None:
    """Move `subject` to the state `to` and note who did it; raises IllegalMove when its table has no such move."""
    before = subject.state
    if not subject.lifecycle.allows(before, to):
        raise IllegalMove(subject.lifecycle.name, before, to)
    subject.state = to
    audit.record(session, by, f"{subject.lifecycle.name}.{to}", subject, before=str(before), **detail)


def advance_all(
    session: Session, model: Any, to: StrEnum, *conditions: sa.ColumnElement[bool], by: Actor, **detail: Any
) -> int:
    """Move every row that meets the conditions and may take the move, in one statement; how many moved."""
    moved = session.execute(
        sa.update(model)
        .where(model.state.in_(_befores(model, to)), *conditions)
        .values(state=to, rev=model.rev + 1)
        .execution_options(synchronize_session=False)
    ).rowcount  # type: ignore[attr-defined]
    for row in [row for row in session.identity_map.values() if isinstance(row, model)]:
        session.expire(row)
    audit.record(session, by, f"{model.lifecycle.name}.{to}.all", model.__tablename__, moved=moved, **detail)
    return int(moved)


def advance_row(
    session: Session, model: Any, row_id: int, to: StrEnum, *conditions: sa.ColumnElement[bool], **values: Any
) -> Any:
    """Move one row and set `values` in one conditional UPDATE; the row as it is now, or None where it may not.

    For the many small steps of a worker on a row that tells them itself: it notes nothing in the audit trail.
    """
    moved = (
        sa.update(model)
        .where(model.id == row_id, model.state.in_(_befores(model, to)), *conditions)
        .values(state=to, rev=model.rev + 1, **values)
        .returning(model)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return session.scalars(moved).first()


def moving(model: Any, to: StrEnum, *conditions: sa.ColumnElement[bool], **values: Any) -> sa.Update:
    """The UPDATE behind `advance_row` as a statement on the table, to be built once and run with its parameters.

    For moves so many that a mapped statement, three times as dear, would be most of their cost.
    """
    table = model.__table__
    may_move = sa.or_(*(table.c.state == before for before in _befores(model, to)))
    return sa.update(table).where(may_move, *conditions).values(state=to, rev=table.c.rev + 1, **values)


def _befores(model: Any, to: StrEnum) -> list[StrEnum]:
    return [before for before in model.lifecycle.moves if model.lifecycle.allows(before, to)]
